"""Cards come into the world with their money, and leave it."""

from collections.abc import Sequence
from datetime import datetime

from postlude.kernel import ids, store
from postlude.kernel.money import exponent
from postlude.rewards.carriers import reading
from postlude.rewards.carriers.money import currency_of
from postlude.rewards.errors import BadCard, UnknownCard
from postlude.rewards.models import Card as CardRow
from postlude.rewards.models import CardEvent
from postlude.rewards.points import giving, taking
from postlude.rewards.types.carriers import Card, CardMove, IssueCard
from postlude.rewards.types.points import Give, Take

_LARGEST = 10**12
_COLUMNS = tuple(
    "id org key type face currency holder title rules issued_at expires_at edition shared".split()
)
_TOLD = ("id", "org", "card", "move", "contact", "edition", "at")


def issue_cards(org: int, cards: Sequence[IssueCard], *, now: datetime) -> list[Card]:
    """Issue cards with their money, in one transaction; return them in the order given.

    A key that was issued before gives the card of that time, and no money again. Raises BadCard
    for an amount that is none, for an end that has passed, or for a key that is asked for with
    other words than before.
    """
    for each in cards:
        _check(each, now)
    with store.write():
        wanted = {each.key: (ids.new_id(), each) for each in cards}
        rows = [_row(number, org, each, now) for number, each in wanted.values()]
        made = set(store.insert_ignore(CardRow, _COLUMNS, rows, conflict=("org", "key")))
        fresh = [(number, each) for number, each in wanted.values() if number in made]
        gives = [
            Give(
                key=f"card:{number}:issued",
                contact=number,
                amount=each.face,
                reason="issued",
                currency=currency_of(each.currency),
                expires_at=each.expires_at,
                campaign=each.type,
            )
            for number, each in fresh
        ]
        giving.give_many(org, gives, now=now)
        told = [
            (ids.new_id(), org, number, CardMove.ISSUED.value, each.holder, 0, now)
            for number, each in fresh
        ]
        store.insert_many(CardEvent, _TOLD, told)
        stored = {row.key: row for row in CardRow.objects.filter(org=org, key__in=list(wanted))}
        for each in cards:
            _same(stored[each.key], each)
        return reading.cards_as_of([stored[each.key] for each in cards], now=now)


def close_card(org: int, card: int, *, now: datetime) -> Card:
    """Close a card for good; what is left on it is taken off the books. Idempotent."""
    with store.write():
        row = CardRow.objects.select_for_update().filter(org=org, id=card).first()
        if row is None:
            raise UnknownCard
        if row.closed_at is None:
            rest = Take(
                key=f"card:{card}:closed",
                contact=card,
                amount=row.face,
                reason="closed",
                currency=currency_of(row.currency),
                partial=True,
            )
            taking.take_many(org, [rest], now=now)
            row.closed_at, row.shared = now, False
            row.edition += 1
            row.save(update_fields=("closed_at", "shared", "edition"))
            CardEvent.objects.create(
                id=ids.new_id(), org_id=org, card=card, move=CardMove.CLOSED.value, at=now
            )
        return reading.cards_as_of([row], now=now)[0]


def _row(number: int, org: int, card: IssueCard, now: datetime) -> tuple[object, ...]:
    what = (card.key, card.type, card.face, card.currency, card.holder, card.title)
    return (number, org, *what, list(card.rules), now, card.expires_at, 0, False)


def _check(card: IssueCard, now: datetime) -> None:
    if not 0 < card.face <= _LARGEST:
        raise BadCard(
            "A card is worth 1 to {most} {currency} in its smallest unit.",
            most=_LARGEST,
            currency=card.currency,
        )
    if card.expires_at is not None and card.expires_at <= now:
        raise BadCard("The card would have expired before it is issued.")
    exponent(card.currency)


def _same(row: CardRow, card: IssueCard) -> None:
    then = (row.type, row.face, row.currency)
    if then != (card.type, card.face, card.currency):
        raise BadCard(
            "The key {key} issued another card before.",
            key=card.key,
            hint="Use a new key for a new card, the same one only to ask again.",
        )
