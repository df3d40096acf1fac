from django.db import models
from django.db.models import Q

from postlude.attribution.types import Fate, ReactionState, ReactionType
from postlude.kernel import ids


def _org() -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )


class Notice(models.Model):
    """A message that a notice sent, or could not send, and what came of it; `id` is the message's.

    Whoever was held out has a row, too, with the id of that decision and its instant as `sent_at`.
    `contact` is whom it was written to, whoever that turned out to be. `sent_at` is the first
    instant at which it may have been with its reader. `look_at`: when to look without news.
    """

    id = models.BigIntegerField(primary_key=True)
    org = _org()
    contact = models.BigIntegerField()
    kind = models.CharField(max_length=64)
    action = models.CharField(max_length=64, blank=True, default="")
    version = models.IntegerField()
    branch = models.BigIntegerField(null=True)
    about = models.CharField(max_length=64, blank=True, default="")
    day = models.DateField()
    fate = models.CharField(max_length=8, choices=[(each.value, each.value) for each in Fate])
    cost = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)
    reaction = models.CharField(
        max_length=16,
        blank=True,
        default="",
        choices=[(each.value, each.value) for each in ReactionState],
    )
    type = models.CharField(
        max_length=8,
        blank=True,
        default="",
        choices=[(each.value, each.value) for each in ReactionType],
    )
    effect = models.CharField(max_length=64, blank=True, default="")
    reacted_at = models.DateTimeField(null=True)
    credited = models.BooleanField(default=False)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    look_at = models.DateTimeField(null=True)
    judged_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "attribution_notice"
        indexes = (
            models.Index(
                fields=("look_at", "id"),
                name="attribution_notice_look",
                condition=Q(look_at__isnull=False),
            ),
            models.Index(fields=("org", "contact", "sent_at"), name="attribution_notice_contact"),
            models.Index(
                fields=("org", "effect"),
                name="attribution_notice_effect",
                condition=~Q(effect=""),
            ),
            models.Index(fields=("org", "day", "id"), name="attribution_notice_day"),
        )


class Replaced(models.Model):
    """Append-only: an answer that was final and is so no longer, since news came."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    message = models.BigIntegerField()
    reaction = models.CharField(max_length=16)
    type = models.CharField(max_length=8, blank=True, default="")
    effect = models.CharField(max_length=64, blank=True, default="")
    reacted_at = models.DateTimeField(null=True)
    judged_at = models.DateTimeField()
    replaced_at = models.DateTimeField()

    class Meta:
        db_table = "attribution_replaced"
        indexes = (models.Index(fields=("org", "message"), name="attribution_replaced_message"),)
