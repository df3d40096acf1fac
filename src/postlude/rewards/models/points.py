"""The tables of the points ledger.

`Entry`, `Lot` and `Allocation` are the truth: only ever added to, and triggers refuse anything
else. `Account`, `Remainder` and `OpenHold` say what is left: each can be computed anew from the
truth, and `check_points` does so.
"""

from django.db import models
from django.db.models import F, Q

from postlude.kernel import ids


class _Row(models.Model):
    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        abstract = True


def _entry(change: str, amount: int, held: int = 0, debt: int = 0) -> Q:
    """Say what an entry of one kind changes, in multiples of its amount."""
    return Q(
        kind=change,
        available=F("amount") * amount,
        held=F("amount") * held,
        debt=F("amount") * debt,
    )


# A kind fixes what its amount does: so the legs of an entry sum to 0 by construction.
_MEANING = (
    _entry("grant", 1)
    | _entry("spend", -1)
    | _entry("hold", -1, held=1)
    | _entry("release", 1, held=-1)
    | _entry("expire", -1)
    | _entry("refund", 1)
    | _entry("repay", -1, debt=-1)
    | Q(kind="capture", available__gte=0, held=-F("available") - F("amount"), debt=0)
    | Q(kind="reverse", available__lte=0, held=0, debt=F("available") + F("amount"), debt__gte=0)
    | Q(
        kind="leave",
        available__lte=0,
        held__lte=0,
        debt__lte=0,
        amount=-F("available") - F("held") - F("debt"),
    )
    | Q(
        kind="arrive",
        available__gte=0,
        held__gte=0,
        debt__gte=0,
        amount=F("available") + F("held") + F("debt"),
    )
)


class Entry(_Row):
    """A line of the journal. `contact` is whose account it was then; a join leaves it as it is."""

    key = models.CharField(max_length=200)
    contact = models.BigIntegerField()
    currency = models.CharField(max_length=16)
    kind = models.CharField(max_length=16)
    amount = models.BigIntegerField()
    available = models.BigIntegerField()
    held = models.BigIntegerField()
    debt = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    campaign = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    of = models.BigIntegerField(null=True)
    until = models.DateTimeField(null=True)
    digest = models.CharField(max_length=32, blank=True)

    class Meta:
        db_table = "rewards_entry"
        constraints = (
            models.UniqueConstraint(fields=("org", "key"), name="rewards_entry_key"),
            models.UniqueConstraint(
                fields=("org", "of"),
                condition=Q(kind__in=("capture", "release")),
                name="rewards_entry_settles_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="rewards_entry_amount"),
            models.CheckConstraint(condition=_MEANING, name="rewards_entry_meaning"),
        )
        indexes = (
            models.Index(fields=("org", "contact", "currency", "id"), name="rewards_entry_contact"),
            models.Index(
                fields=("org", "of"), condition=Q(of__isnull=False), name="rewards_entry_of"
            ),
        )


class Lot(_Row):
    """What a grant made: `amount` units that may be used from then until then."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    contact = models.BigIntegerField()
    currency = models.CharField(max_length=16)
    amount = models.BigIntegerField()
    available_from = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200)
    campaign = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "rewards_lot"
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="rewards_lot_amount"),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("available_from")),
                name="rewards_lot_period",
            ),
        )
        indexes = (models.Index(fields=("org", "contact", "currency"), name="rewards_lot_contact"),)


class Allocation(_Row):
    """What an entry did to a lot: changes of its free and of its held units."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    free = models.BigIntegerField()
    held = models.BigIntegerField()

    class Meta:
        db_table = "rewards_lot_allocation"
        constraints = (
            models.UniqueConstraint(fields=("entry", "lot"), name="rewards_allocation_once"),
        )


class Account(_Row):
    """A contact's sums of one currency, as posted. Its row is the lock of all that it counts.

    `moved_to`: this contact turned out to be that one, whose account has everything now.
    `parted_at`: since when it is not that one any more, if it ever was.
    """

    contact = models.BigIntegerField()
    currency = models.CharField(max_length=16)
    available = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    debt = models.BigIntegerField(default=0)
    moved_to = models.BigIntegerField(null=True)
    parted_at = models.DateTimeField(null=True)
    version = models.BigIntegerField(default=0)  # one more with each change, for who only reads

    class Meta:
        db_table = "rewards_account"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "contact", "currency"), name="rewards_account_once"
            ),
            models.CheckConstraint(
                condition=Q(available__gte=0, held__gte=0, debt__gte=0),
                name="rewards_account_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(moved_to=None) | Q(available=0, held=0, debt=0),
                name="rewards_account_moved_is_empty",
            ),
        )
        indexes = (
            models.Index(
                fields=("org", "moved_to"),
                condition=Q(moved_to__isnull=False),
                name="rewards_account_moved",
            ),
        )


class Remainder(models.Model):
    """What is left of a lot, and whose it is now. The row goes when nothing is left."""

    lot = models.OneToOneField(
        Lot, on_delete=models.PROTECT, related_name="+", primary_key=True, db_index=False
    )
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    contact = models.BigIntegerField()
    currency = models.CharField(max_length=16)
    amount = models.BigIntegerField()
    free = models.BigIntegerField()
    held = models.BigIntegerField()
    available_from = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rewards_remainder"
        constraints = (
            models.CheckConstraint(
                condition=Q(free__gte=0, held__gte=0, amount__gte=F("free") + F("held")),
                name="rewards_remainder_within_the_lot",
            ),
        )
        indexes = (
            models.Index(fields=("org", "contact", "currency"), name="rewards_remainder_contact"),
            models.Index(
                fields=("expires_at",),
                condition=Q(expires_at__isnull=False),
                name="rewards_remainder_expiry",
            ),
        )


class OpenHold(models.Model):
    """A hold that is not settled yet; which lots it has, its entry's allocations say."""

    entry = models.OneToOneField(
        Entry, on_delete=models.PROTECT, related_name="+", primary_key=True, db_index=False
    )
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    contact = models.BigIntegerField()
    currency = models.CharField(max_length=16)
    amount = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rewards_open_hold"
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="rewards_open_hold_amount"),
        )
        indexes = (
            models.Index(fields=("org", "contact", "currency"), name="rewards_open_hold_contact"),
            models.Index(
                fields=("expires_at",),
                condition=Q(expires_at__isnull=False),
                name="rewards_open_hold_expiry",
            ),
        )
