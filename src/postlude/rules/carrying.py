"""Cards that carry rules: sold with the scope of that day, asked whenever they pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from postlude.kernel.money import Money
from postlude.rewards import api as rewards
from postlude.rewards.types.carriers import Card, IssueCard
from postlude.rewards.types.points import Posted
from postlude.rules.adapters import gift_card
from postlude.rules.adapters.checkout import Item
from postlude.rules.adapters.gift_card import Line
from postlude.rules.errors import BadAsk
from postlude.rules.library import version_of
from postlude.rules.ordering.previewing import preview_many

_SCOPE = "card:{type}"


@dataclass(frozen=True, slots=True)
class SoldCard:
    """A card to be sold: of a type on sale, for a holder; `amount` where the type has none."""

    key: str
    type: str
    holder: int | None
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class CardAnswer:
    """What a card may pay for in a cart, line by line, as it stands now."""

    card: Card
    lines: tuple[Line, ...]

    @property
    def usable(self) -> int:
        """Return the minor units of the lines that the card may pay for, whatever it holds."""
        return sum(line.item.amount for line in self.lines if line.usable)


def issue_card(org: int, sold: SoldCard, *, now: datetime) -> Card:
    """Issue a card of a type with the scope that is in force; the same key again is the same card.

    Raises UnknownCard for a type that is not on sale, BadAsk for an amount that it does not have.
    """
    kind = rewards.card_type(org, sold.type)
    face = _face(sold, kind.face, kind.currency)
    version = version_of(org, _SCOPE.format(type=sold.type))
    expires = now + timedelta(days=kind.valid_days) if kind.valid_days else None
    issue = IssueCard(
        key=sold.key,
        type=sold.type,
        face=face,
        currency=kind.currency,
        holder=sold.holder,
        title=kind.title,
        rules=() if version is None else (version,),
        expires_at=expires,
    )
    return rewards.issue_cards(org, [issue], now=now)[0]


def card_scope(
    org: int, card: int, items: Sequence[Item], *, now: datetime, merchant: str = ""
) -> CardAnswer:
    """Return what of a cart a card may pay for. Raises UnknownCard or CardUnusable."""
    held = rewards.usable_card(org, card, now=now)
    asks = gift_card.asks(held, items, merchant)
    answers = list(preview_many(org, asks, now=now)) if held.rules else [None] * len(asks)
    return CardAnswer(held, tuple(gift_card.lines(items, answers)))


def hold_card_for(  # noqa: PLR0913 - a sale has a cart, an amount and an end
    org: int,
    card: int,
    items: Sequence[Item],
    amount: int,
    *,
    key: str,
    until: datetime,
    now: datetime,
    merchant: str = "",
) -> tuple[CardAnswer, Posted]:
    """Hold `amount` minor units of a card for a cart, as far as its scope reaches.

    Raises BadAsk when it is more than the lines that the card may pay for; `Posted.short` says how
    much the card itself lacks, and then nothing is held.
    """
    answer = card_scope(org, card, items, now=now, merchant=merchant)
    if amount > answer.usable:
        currency = answer.card.currency
        raise BadAsk(
            "The card may pay {usable} of this cart, not {amount}.",
            usable=Money(answer.usable, currency),
            amount=Money(amount, currency),
            hint="Ask for the scope first; the rest is paid in another way.",
        )
    held = rewards.hold_card(org, card, amount, key=key, until=until, reason="sale", now=now)
    return answer, held


def _face(sold: SoldCard, fixed: int | None, currency: str) -> int:
    if sold.amount is None and fixed is not None:
        return fixed
    if sold.amount is None:
        raise BadAsk("A card of the type {type} is sold with an amount.", type=sold.type)
    if sold.amount.currency != currency:
        raise BadAsk(
            "A card of the type {type} is in {currency}.", type=sold.type, currency=currency
        )
    if fixed is not None and sold.amount.minor != fixed:
        raise BadAsk(
            "A card of the type {type} is always of {amount}.",
            type=sold.type,
            amount=Money(fixed, currency),
        )
    return sold.amount.minor
