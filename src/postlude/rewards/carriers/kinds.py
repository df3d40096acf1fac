"""The types of cards that are on sale."""

from collections.abc import Sequence

from postlude.kernel import ids, store
from postlude.rewards.errors import BadCard, UnknownCard
from postlude.rewards.models import CardType as Row
from postlude.rewards.types.carriers import CardType

_COLUMNS = ("id", "org", "key", "title", "face", "currency", "valid_days", "active")
_DAYS_MAX = 36_525  # a hundred years; calendars end somewhere


def define_card_types(org: int, types: Sequence[CardType]) -> None:
    """Sell exactly these types from now on; cards that were sold stay as they are. Idempotent."""
    for each in types:
        if each.face is not None and each.face <= 0:
            raise BadCard("A card is worth more than nothing.")
        if each.valid_days is not None and not 1 <= each.valid_days <= _DAYS_MAX:
            raise BadCard("A card is good for 1 to {most} days.", most=_DAYS_MAX)
    with store.write():
        rows = [(ids.new_id(), org, *_words(each), True) for each in types]
        store.insert_ignore(Row, _COLUMNS, rows, conflict=("org", "key"))
        for each in types:
            Row.objects.filter(org=org, key=each.key).update(
                title=each.title,
                face=each.face,
                currency=each.currency,
                valid_days=each.valid_days,
                active=True,
            )
        keys = [each.key for each in types]
        Row.objects.filter(org=org).exclude(key__in=keys).update(active=False)


def _words(each: CardType) -> tuple[object, ...]:
    return (each.key, each.title, each.face, each.currency, each.valid_days)


def card_type(org: int, key: str) -> CardType:
    """Return a type that is on sale. Raises UnknownCard."""
    row = Row.objects.filter(org=org, key=key, active=True).first()
    if row is None:
        raise UnknownCard("There is no gift card {key} on sale.", key=key)
    return _type(row)


def card_types(org: int) -> list[CardType]:
    """Return what is on sale, by key."""
    return [_type(row) for row in Row.objects.filter(org=org, active=True).order_by("key")]


def _type(row: Row) -> CardType:
    return CardType(row.key, row.title, row.currency, row.face, row.valid_days)
