"""What a card is worth, and what happened to it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from postlude.people import api as people
from postlude.rewards.carriers.money import currency_of
from postlude.rewards.errors import UnknownCard
from postlude.rewards.models import Card as CardRow
from postlude.rewards.models import CardEvent
from postlude.rewards.points import reading as points
from postlude.rewards.types.carriers import Card, CardMove, CardStory
from postlude.rewards.types.points import Balance


def cards(org: int, ids: Collection[int], *, now: datetime) -> list[Card]:
    """Return these cards in the order of their ids; unknown ones are left out."""
    return cards_as_of(list(CardRow.objects.filter(org=org, id__in=ids).order_by("id")), now=now)


def card_by_key(org: int, key: str, *, now: datetime) -> Card:
    """Return the card that was issued under `key`."""
    row = CardRow.objects.filter(org=org, key=key).first()
    if row is None:
        raise UnknownCard
    return cards_as_of([row], now=now)[0]


def cards_of(org: int, contact: int, *, now: datetime) -> list[Card]:
    """Return the cards that a person holds, whichever of their ids they were given to."""
    family = people.family(org, contact)
    return cards_as_of(
        list(CardRow.objects.filter(org=org, holder__in=family).order_by("id")), now=now
    )


def card_story(org: int, card: int) -> list[CardStory]:
    """Return what happened to a card, oldest first; its money is in the ledger's history."""
    rows = CardEvent.objects.filter(org=org, card=card).order_by("id")
    return [CardStory(CardMove(row.move), row.contact, row.at) for row in rows]


def cards_as_of(rows: Sequence[CardRow], *, now: datetime) -> list[Card]:
    """Fill in the balances of cards of one organisation."""
    if not rows:
        return []
    worth: dict[int, Balance] = {}
    for currency in sorted({row.currency for row in rows}):
        owners = [row.id for row in rows if row.currency == currency]
        name = currency_of(currency)
        worth |= points.balances(rows[0].org_id, owners, currency=name, now=now)
    return [
        Card(
            id=row.id,
            key=row.key,
            type=row.type,
            title=row.title,
            face=row.face,
            currency=row.currency,
            balance=worth[row.id].available,
            held=worth[row.id].held,
            holder=row.holder,
            rules=tuple(row.rules),
            shared=row.shared and not (row.share_until and row.share_until <= now),
            issued_at=row.issued_at,
            expires_at=row.expires_at,
            closed_at=row.closed_at,
        )
        for row in rows
    ]
