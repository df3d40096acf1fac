from django.db import models

from postlude.kernel import ids
from postlude.rewards.types.carriers import CardMove

_MOVES = [(move.value, move.value) for move in CardMove]


def _org() -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )


class CardType(models.Model):
    """A card as it is sold: its worth, if it has a fixed one, and how long it may be used."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    key = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    face = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    valid_days = models.IntegerField(null=True)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "rewards_cardtype"
        constraints = (models.UniqueConstraint(fields=("org", "key"), name="rewards_cardtype_u"),)


class Card(models.Model):
    """A gift card: it carries money and the rules it was sold with, from hand to hand.

    Its money lies in the points ledger, on the account whose owner is the card's id. `rules` are
    ids of rule versions, fixed when it was issued: what a buyer was promised stays. `edition`
    counts the links that were made of it; only the newest can be claimed, and only while `shared`.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    key = models.CharField(max_length=200)
    type = models.CharField(max_length=64)
    title = models.CharField(max_length=200, blank=True, default="")
    face = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    holder = models.BigIntegerField(null=True)
    rules = models.JSONField(default=list)
    edition = models.IntegerField(default=0)
    shared = models.BooleanField(default=False)
    share_until = models.DateTimeField(null=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rewards_card"
        constraints = (models.UniqueConstraint(fields=("org", "key"), name="rewards_card_key"),)
        indexes = (models.Index(fields=("org", "holder"), name="rewards_card_holder"),)


class CardEvent(models.Model):
    """What happened to a card, but for its money, which the ledger tells. Append-only."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    card = models.BigIntegerField()
    move = models.CharField(max_length=16, choices=_MOVES)
    contact = models.BigIntegerField(null=True)
    edition = models.IntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        db_table = "rewards_cardevent"
        indexes = (models.Index(fields=("org", "card", "id"), name="rewards_cardevent_card"),)
