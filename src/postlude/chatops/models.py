from typing import ClassVar

from django.db import models

from postlude.kernel import ids


class AlertSetting(models.Model):
    """Where an organisation's alerts go; references to the environment, never values."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    definition = models.JSONField()

    class Meta:
        db_table = "chatops_alert_setting"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["org"], name="chatops_alert_setting_org")
        ]


class Alert(models.Model):
    """One thing that can be wrong. The row is kept and opened again when it goes wrong again."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=100)
    state = models.CharField(max_length=16)
    facts = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    notified_at = models.DateTimeField(null=True)
    recovered_at = models.DateTimeField(null=True)
    told = models.IntegerField(default=0)

    class Meta:
        db_table = "chatops_alert"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["org", "kind", "subject"], name="chatops_alert_once")
        ]


class AlertDelivery(models.Model):
    """One text to one channel; written in the transaction that changed the alert."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()
    channel = models.CharField(max_length=16)
    occasion = models.CharField(max_length=16)
    text = models.CharField(max_length=2000)
    state = models.CharField(max_length=16, default="queued")
    attempts = models.IntegerField(default=0)
    due = models.DateTimeField()
    owner = models.CharField(max_length=64, default="")
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    words = models.CharField(max_length=300, default="")

    class Meta:
        db_table = "chatops_alert_delivery"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["org", "alert", "number", "channel"], name="chatops_delivery_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["state", "due"], name="chatops_delivery_due")]


class DiscordSetting(models.Model):
    """An organisation's application at Discord; references to the environment, never values."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    definition = models.JSONField()

    class Meta:
        db_table = "chatops_discord_setting"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["org"], name="chatops_discord_setting_org")
        ]


class Request(models.Model):
    """One command that is answered later, or that waits for a yes. `number` is Discord's id of
    the interaction, `asker` of its user. `sealed` holds the token and what was asked for, until
    it is answered or the token is dead.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    number = models.CharField(max_length=32)
    asker = models.CharField(max_length=32)
    command = models.CharField(max_length=16)
    state = models.CharField(max_length=16)
    step = models.CharField(max_length=16, default="")
    sealed = models.BinaryField(null=True)
    contact = models.BigIntegerField(null=True)
    conference = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    due = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    owner = models.CharField(max_length=64, default="")
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    words = models.CharField(max_length=300, default="")

    class Meta:
        db_table = "chatops_request"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["org", "number"], name="chatops_request_once")
        ]
        indexes: ClassVar = [models.Index(fields=["state", "due"], name="chatops_request_due")]
