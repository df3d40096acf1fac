from typing import ClassVar

from django.db import models

from postlude.kernel import ids


class Source(models.Model):
    """An account of an organisation at a ticket shop. Secrets are references, never values."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    slug = models.SlugField(max_length=64)
    kind = models.CharField(max_length=32)
    settings = models.JSONField(default=dict)
    poll_seconds = models.IntegerField(default=120)
    silent_seconds = models.IntegerField(default=600)
    active = models.BooleanField(default=True)
    since = models.DateTimeField()
    last_attempt_at = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    last_webhook_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=400, default="")
    failures = models.IntegerField(default=0)
    next_poll_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sources_source"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["org", "slug"], name="sources_source_slug")
        ]


class KnownAttendee(models.Model):
    """The poller's cursor: what we have seen of each attendee, and when we looked last."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    event_id = models.CharField(max_length=32)
    attendee_id = models.CharField(max_length=32)
    order_number = models.CharField(max_length=64)
    updated_at = models.FloatField()
    checked_at = models.DateTimeField()
    settled = models.BooleanField(default=False)
    gone = models.BooleanField(default=False)

    class Meta:
        db_table = "sources_known_attendee"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["org", "source", "event_id", "attendee_id"], name="sources_known_once"
            )
        ]


class FactFile(models.Model):
    """A file of facts from another system, by its digest, and how far it is in.

    `rank` and `position`: the batch (see `history.sorting`) that comes next. `counts` holds what
    became of the lines so far.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    digest = models.CharField(max_length=64)
    rank = models.SmallIntegerField(default=0)
    position = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)
    began_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sources_fact_file"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["org", "digest"], name="sources_fact_file_once")
        ]


class OutsideFact(models.Model):
    """A fact that was loaded: its outside id as a keyed hash, what it said as another, and ours."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key = models.CharField(max_length=32)
    print = models.BigIntegerField()
    ours = models.BigIntegerField(null=True)

    class Meta:
        db_table = "sources_outside_fact"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["org", "key"], name="sources_outside_fact_once")
        ]


class FactMistake(models.Model):
    """A line of a file that is not in, or not as it was told, and why; never what it said."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    file = models.ForeignKey(FactFile, on_delete=models.CASCADE, related_name="+", db_index=False)
    line = models.IntegerField()
    code = models.CharField(max_length=32)
    field = models.CharField(max_length=64, blank=True)
    message = models.CharField(max_length=300)
    hint = models.CharField(max_length=300)
    kept = models.BooleanField(default=False)

    class Meta:
        db_table = "sources_fact_mistake"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["org", "file", "line"], name="sources_fact_mistake_once"
            )
        ]


class VendorCode(models.Model):
    """What a vendor's code of a text message means: accepted, delivered, failed, unknown."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    vendor = models.CharField(max_length=32)
    code = models.CharField(max_length=32)
    means = models.CharField(max_length=16)

    class Meta:
        db_table = "sources_vendor_code"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["org", "vendor", "code"], name="sources_vendor_code_once"
            )
        ]
