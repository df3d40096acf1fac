from django.db import models
from django.db.models import Q

from postlude.kernel import ids
from postlude.rewards.types.reservations import Reason, ReservationState


class Reservation(models.Model):
    """One key and what has become of it; the unique key is the fence.

    A row that a cancel made before its try is a tombstone: it has no digest.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=128)
    contact = models.BigIntegerField(null=True)
    state = models.CharField(
        max_length=9, choices=[(each.value, each.value) for each in ReservationState]
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    extended = models.BooleanField(default=False)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rewards_reservation"
        constraints = (
            models.UniqueConstraint(fields=("org", "key"), name="rewards_reservation_u"),
        )
        indexes = (
            models.Index(
                fields=("expires_at",),
                name="rewards_reservation_expires",
                condition=Q(state=ReservationState.HELD.value),
            ),
        )


class Reserved(models.Model):
    """One claim of a reservation: what was got of it, or why nothing.

    `quantity` is what is held or kept now, `asked` what was asked for; with a reason it is 0.
    """

    pk = models.CompositePrimaryKey("reservation", "position")
    reservation = models.BigIntegerField()
    position = models.SmallIntegerField()
    resource = models.CharField(max_length=80)
    counter = models.BigIntegerField(null=True)
    asked = models.BigIntegerField()
    optional = models.BooleanField()
    quantity = models.BigIntegerField()
    reason = models.CharField(
        max_length=16, blank=True, default="", choices=[(each.value, each.value) for each in Reason]
    )
    left = models.BigIntegerField(null=True)

    class Meta:
        db_table = "rewards_reserved"


class Reversal(models.Model):
    """Something confirmed was given back; an entry of its own, and one at most."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reservation = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "rewards_reversal"
        constraints = (
            models.UniqueConstraint(fields=("org", "reservation"), name="rewards_reversal_u"),
        )
