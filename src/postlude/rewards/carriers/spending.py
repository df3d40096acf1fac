"""A card pays: held at the till, taken when the sale is done, given back in whole or in part.

What the card may pay for is not asked here: its scope is a rule, and whoever spends asks it first.
"""

from datetime import datetime

from postlude.kernel import store
from postlude.rewards.carriers import reading
from postlude.rewards.carriers.money import currency_of
from postlude.rewards.errors import CardUnusable, UnknownCard
from postlude.rewards.models import Card as CardRow
from postlude.rewards.points import reversing, settling, taking
from postlude.rewards.types.carriers import Card
from postlude.rewards.types.points import Capture, Posted, Release, Reverse, Take


def hold_card(  # noqa: PLR0913 - a hold has an amount, a reason and an end
    org: int, card: int, amount: int, *, key: str, until: datetime, reason: str, now: datetime
) -> Posted:
    """Set `amount` minor units of a card apart until they are taken, let go, or `until`.

    `Posted.short` says how much the card lacks; then nothing is held.
    """
    with store.write():
        row = _usable(org, card, now)
        take = Take(
            key=key,
            contact=card,
            amount=amount,
            reason=reason,
            currency=currency_of(row.currency),
            expires_at=until,
        )
        return taking.hold_many(org, [take], now=now)[0]


def take_held(org: int, hold: str, *, key: str, amount: int | None = None, now: datetime) -> Posted:
    """Spend what a hold has, or `amount` of it; the rest goes back to the card."""
    return settling.capture_many(org, [Capture(key, hold, amount)], now=now)[0]


def let_go(org: int, hold: str, *, key: str, now: datetime) -> Posted:
    """Return what a hold has to the card."""
    return settling.release_many(org, [Release(key, hold)], now=now)[0]


def refund_card(  # noqa: PLR0913 - a refund names its sale
    org: int, spent: str, *, key: str, amount: int | None = None, reason: str = "", now: datetime
) -> Posted:
    """Give back to the card what a sale took from it, or `amount` of it; never more than it took.

    It goes back to the money that was spent, with its expiry: a refund does not lengthen a card.
    """
    return reversing.reverse_many(org, [Reverse(key, spent, reason, amount)], now=now)[0]


def usable_card(org: int, card: int, *, now: datetime) -> Card:
    """Return a card that may pay now. Raises UnknownCard or CardUnusable."""
    return reading.cards_as_of([_usable(org, card, now)], now=now)[0]


def _usable(org: int, card: int, now: datetime) -> CardRow:
    row = CardRow.objects.filter(org=org, id=card).first()
    if row is None:
        raise UnknownCard
    if row.closed_at is not None:
        raise CardUnusable("The card is closed.")
    if row.expires_at is not None and row.expires_at <= now:
        raise CardUnusable("The card has expired.")
    return row
