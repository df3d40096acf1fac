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

    class Meta:
        db_table = "tracking_touch"
        constraints = (
            models.UniqueConstraint(fields=("org", "day", "dedup"), name="tracking_touch_once"),
        )
        indexes = (
            models.Index(fields=("org", "message"), name="tracking_touch_message"),
            models.Index(fields=("org", "kind", "subject"), name="tracking_touch_subject"),
        )
