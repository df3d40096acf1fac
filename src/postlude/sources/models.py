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
