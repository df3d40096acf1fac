from django.db import models

from postlude.kernel import ids


class Touch(models.Model):
    """One thing that came back from a message. Insert-only: verdicts live elsewhere.

    `day` is the organisation's local date, frozen at write; it is part of the unique key so that
    the table can be partitioned.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    day = models.DateField()
    dedup = models.CharField(max_length=64)
    kind = models.CharField(max_length=12)
    message = models.BigIntegerField(null=True)
    link = models.BigIntegerField(null=True)
    subject = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    provider = models.CharField(max_length=16)
    origin = models.CharField(max_length=72)  # keyed hash of the address of the network
    agent = models.CharField(max_length=12)
    reasons = models.IntegerField(default=0)
    # Of the message, as it was written: reports and attribution never join it.
    contact = models.BigIntegerField(null=True)
    visitor = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=32, blank=True, default="", db_default="")
    node = models.CharField(max_length=100, blank=True, default="", db_default="")
    template = models.BigIntegerField(null=True)
    cycle = models.BigIntegerField(null=True)
    testing = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "tracking_touch"
        constraints = (
            models.UniqueConstraint(fields=("org", "day", "dedup"), name="tracking_touch_once"),
        )
        indexes = (
            models.Index(fields=("org", "message"), name="tracking_touch_message"),
            models.Index(fields=("org", "kind", "subject"), name="tracking_touch_subject"),
            models.Index(
                fields=("org", "contact", "kind", "-at"),
                name="tracking_touch_contact",
                condition=models.Q(contact__isnull=False),
            ),
            models.Index(
                fields=("org", "node", "template", "cycle", "contact"), name="tracking_touch_report"
            ),
            models.Index(
                fields=("org", "visitor", "at"),
                name="tracking_touch_visitor",
                condition=models.Q(visitor__isnull=False),
            ),
        )


class Verdict(models.Model):
    """What was judged of a touch. `human` is null while nobody has said; signs may be known before.

    `reasons` are the bits of `types.Reason`, those of the touch included; `rule` is the version of
    what judged. A verdict becomes True whenever a late fact says so, and never False again.
    """

    touch = models.BigIntegerField(primary_key=True)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    human = models.BooleanField(null=True)
    reasons = models.IntegerField(default=0)
    rule = models.SmallIntegerField()
    judged_at = models.DateTimeField()
    first_judged_at = models.DateTimeField()

    class Meta:
        db_table = "tracking_verdict"


class Unjudged(models.Model):
    """A click of which nobody has said whether it was human. Deleted by whoever says."""

    touch = models.BigIntegerField(primary_key=True)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        db_table = "tracking_unjudged"
        indexes = (models.Index(fields=("at", "touch"), name="tracking_unjudged_at"),)


class Clicker(models.Model):
    """Which browser a click turned out to be of, once it said so; touches are insert-only."""

    touch = models.BigIntegerField(primary_key=True)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    visitor = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "tracking_clicker"
        indexes = (models.Index(fields=("org", "visitor"), name="tracking_clicker_visitor"),)


class Repeat(models.Model):
    """A click that came again within a second, whose token is on its way all the same."""

    touch = models.BigIntegerField(primary_key=True)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    of = models.BigIntegerField()

    class Meta:
        db_table = "tracking_repeat"


class Uncounted(models.Model):
    """How many hits there were of people who let nothing of theirs be kept: a number, no more."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    day = models.DateField()
    kind = models.CharField(max_length=12)
    channel = models.CharField(max_length=32, blank=True)
    node = models.CharField(max_length=100, blank=True)
    template = models.BigIntegerField()  # 0: none
    hits = models.BigIntegerField(default=0)

    class Meta:
        db_table = "tracking_uncounted"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "day", "kind", "channel", "node", "template"),
                name="tracking_uncounted_once",
            ),
        )


class Counted(models.Model):
    """A vendor's report that was counted in `Uncounted`, as a keyed hash of its name: sent again,
    it is not counted again. Forgotten after a month, which is longer than any vendor tries.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    report = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        db_table = "tracking_counted"
        constraints = (
            models.UniqueConstraint(fields=("org", "report"), name="tracking_counted_once"),
        )
        indexes = (models.Index(fields=("at",), name="tracking_counted_at"),)
