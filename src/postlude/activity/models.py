from django.db import models

from postlude.kernel import ids


class Activity(models.Model):
    """One page view or event of a visitor. Insert-only: sessions and verdicts live elsewhere.

    `day` is the organisation's local date of `at`, frozen at write. `sent_day` is the day (UTC)
    that the client's id of the hit tells; it is part of the unique key so that the table can be
    partitioned by it and a repeat is still found.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    day = models.DateField()
    sent_day = models.DateField()
    message_id = models.CharField(max_length=32)
    kind = models.CharField(max_length=8)
    visitor = models.BigIntegerField()
    contact = models.BigIntegerField(null=True)
    action = models.CharField(max_length=64, blank=True)
    url = models.CharField(max_length=1000, blank=True)
    subject = models.CharField(max_length=64, blank=True)
    products = models.TextField(blank=True)
    properties = models.TextField(blank=True)
    at = models.DateTimeField()
    client_ts = models.DateTimeField()
    received_at = models.DateTimeField()
    agent = models.CharField(max_length=12)
    reasons = models.IntegerField(default=0)
    signs = models.SmallIntegerField(default=0)
    # What brought the visitor to the page; `url` has no query any more.
    utm_source = models.CharField(max_length=100, blank=True, default="", db_default="")
    utm_medium = models.CharField(max_length=100, blank=True, default="", db_default="")
    utm_campaign = models.CharField(max_length=100, blank=True, default="", db_default="")

    class Meta:
        db_table = "activity_activity"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "sent_day", "message_id"), name="activity_activity_once"
            ),
        )
        indexes = (
            models.Index(fields=("org", "visitor", "at"), name="activity_of_visitor"),
            # What journeys wait for: few beside the page views.
            models.Index(
                fields=("org", "contact", "at"),
                name="activity_of_contact",
                condition=models.Q(kind="event", contact__isnull=False),
            ),
        )


class Uncounted(models.Model):
    """How many hits there were of people who let nothing of theirs be kept: a number, no more."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    day = models.DateField()
    kind = models.CharField(max_length=8)
    action = models.CharField(max_length=64, blank=True)
    hits = models.BigIntegerField(default=0)

    class Meta:
        db_table = "activity_uncounted"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "day", "kind", "action"), name="activity_uncounted_once"
            ),
        )


class Counted(models.Model):
    """A hit that was counted in `Uncounted`, as a keyed hash of its id: sent again, it is not
    counted again. Forgotten after a month, when a repeat is refused.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    hit = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "activity_counted"
        constraints = (
            models.UniqueConstraint(fields=("org", "hit"), name="activity_counted_once"),
        )
        indexes = (models.Index(fields=("at",), name="activity_counted_at"),)


class ToldEvent(models.Model):
    """Something that another system says happened to a contact; `uid` is its own name for that.

    Insert-only. `day` is the organisation's local date of `at`, frozen at write.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    uid = models.CharField(max_length=64)
    contact = models.BigIntegerField()
    name = models.CharField(max_length=64)
    day = models.DateField()
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    properties = models.TextField(blank=True)

    class Meta:
        db_table = "activity_toldevent"
        constraints = (models.UniqueConstraint(fields=("org", "uid"), name="activity_told_once"),)
        indexes = (models.Index(fields=("org", "contact", "at"), name="activity_told_contact"),)
