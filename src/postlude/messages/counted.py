"""News for whoever counts messages: what has changed is a day of a node, not each message.

A window of messages is of few nodes and days, and each telling is a row of its own: no two
writers wait for one another at the row of a busy node.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from postlude.kernel import ids, store, work

COUNTED = "message.counted"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_CHUNK = 5_000


def tell(org: int, places: Iterable[tuple[date, str]]) -> None:
    """Publish that the counts of these (day, node) may be others now; in the caller's commit."""
    wanted = sorted(set(places))
    new = ids.new_ids(len(wanted))
    keys = [
        f"{day.isoformat()}|{node}|{_short(number)}"
        for number, (day, node) in zip(new, wanted, strict=True)
    ]
    if keys:
        work.publish(COUNTED, org, keys)


def tell_of(org: int, messages: Sequence[int]) -> None:
    """Publish the same, by the messages that have changed."""
    found: set[tuple[date, str]] = set()
    for chunk in store.chunks(messages, _CHUNK):
        rows = store.rows_sql(
            "SELECT DISTINCT day, node FROM messages_message "  # noqa: S608 - our own SQL
            f"WHERE org_id = %s AND id {store.among()}",
            [org, store.many(chunk)],
        )
        found.update((_day(day), node) for day, node in rows)
    tell(org, found)


def place_of(key: str) -> tuple[date, str]:
    """Return the (day, node) that a key of the news names."""
    day, _, rest = key.partition("|")
    return date.fromisoformat(day), rest.rpartition("|")[0]


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _short(number: int) -> str:
    found = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        found = _DIGITS[digit] + found
    return found or "0"
