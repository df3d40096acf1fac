"""What stands behind a number of the channel report: messages, people, or orders."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from heapq import nlargest
from itertools import islice
from typing import Any

from postlude.kernel import store
from postlude.orgs import api as orgs
from postlude.reports.cells import PAGE
from postlude.reports.channel import gathering
from postlude.reports.channel.crediting import Kind
from postlude.reports.channel.gathering import Scope
from postlude.reports.channel.standing import anonymous_orders, standing
from postlude.reports.errors import BadNumber
from postlude.reports.queries import ask
from postlude.reports.rollups.bitmaps import load, union
from postlude.reports.rollups.types import TEXTS
from postlude.reports.types.channel import Asked, Place


class Number(StrEnum):
    """A number that opens."""

    SENT = "sent"
    BOUNCED = "bounced"
    BLOCKED = "blocked"
    HELD_OUT = "held_out"
    WAITING = "waiting"
    FAILED = "failed"
    UNKNOWN = "unknown"
    OPENS = "opens"
    CLICKS = "clicks"
    OPEN_ORDERS = "open_orders"
    CLICK_ORDERS = "click_orders"
    SESSION_ORDERS = "session_orders"


_AT_ONCE = 2_000
_NEWEST = 2**63 - 1
_STATES = {
    Number.SENT: ("accepted", "delivered", "bounced"),
    Number.BOUNCED: ("bounced",),
    Number.BLOCKED: ("blocked", "cancelled"),
    Number.WAITING: ("queued", "leased", "sending"),
    Number.FAILED: ("failed", "expired"),
    Number.UNKNOWN: ("unknown",),
}
_UNWRITTEN = {Number.BLOCKED: "blocked", Number.HELD_OUT: "held_out"}
_PEOPLE = {Number.OPENS: "opened", Number.CLICKS: "clicked"}
_ORDERS = {
    Number.OPEN_ORDERS: Kind.OPEN_AND_BUY,
    Number.CLICK_ORDERS: Kind.CLICK_AND_BUY,
    Number.SESSION_ORDERS: Kind.SESSION_AND_BUY,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One message, one person or one order; what it is not is empty. Money in minor units.

    `sort` is of the order: of the shop, or of tickets.
    """

    contact: int | None
    message: int | None = None
    order: str = ""
    sort: str = ""
    at: datetime | None = None
    state: str = ""
    reason: str = ""
    amount: int | None = None
    currency: str = ""
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A page of what stands behind a number; `next_offset` is None on the last one."""

    number: Number
    rows: Sequence[Row]
    next_offset: int | None


def channel_rows(  # noqa: PLR0913 - which number, and which page of it
    org: int,
    asked: Asked,
    number: str,
    *,
    place: Place | None = None,
    limit: int = PAGE,
    offset: int = 0,
) -> Opened:
    """Return what stands behind a number of a line; without a line, of the total.

    Raises BadNumber for a number that does not open.
    """
    if number not in set(Number):
        raise BadNumber(number, ", ".join(each.value for each in Number))
    which = Number(number)
    it = gathering.scope(org, asked)
    window = slice(offset, offset + limit + 1)  # one more says whether there is a next page
    if which in _ORDERS:
        found = _orders(it, _ORDERS[which], place, window)
    elif which in _PEOPLE:
        found = _people(it, f"{_PEOPLE[which]}_{asked.counts}", place, window)
    else:
        rows = _messages(it, which, place, offset + limit + 1)
        found = list(islice(rows, window.start, window.stop))
    more = offset + limit if len(found) > limit else None
    return Opened(which, found[:limit], more)


def _messages(it: Scope, which: Number, wanted: Place | None, most: int) -> Iterator[Row]:
    """Yield messages line by line, and after them those to whom nothing was written."""
    written, ran = gathering.written(it)
    left = most
    for place in sorted(written):
        if wanted not in {None, place} or left <= 0:
            continue
        rows = _written(it, which, place, ran[place], left)
        if place.template == 0 and which in _UNWRITTEN:
            rows = _not_written(it, which, place, left)
        for row in rows:
            left -= 1
            yield row


def _written(it: Scope, which: Number, place: Place, journey: int, most: int) -> Iterator[Row]:
    states = _STATES.get(which, ())
    if place.channel in TEXTS and which is Number.SENT:
        states = tuple(each for each in states if each != "bounced")
    if place.channel in TEXTS and which is Number.FAILED:
        states = (*states, "bounced")
    given = {
        "org": it.org,
        **place._asdict(),
        "since": it.asked.since,
        "until": it.asked.until,
        "states": f",{','.join(states)},",
        "ran": journey if it.wanted is not None else 0,
    }
    for row in _pages("list_messages_of", given, most, key=0):
        yield Row(row[1], row[0], at=store.known_instant(row[8]), state=row[6], reason=row[7])


def _not_written(it: Scope, which: Number, place: Place, most: int) -> Iterator[Row]:
    given = {
        "org": it.org,
        "node": place.node,
        "outcome": _UNWRITTEN[which],
        "begin": orgs.day_bounds(it.org, it.asked.since)[0],
        "end": orgs.day_bounds(it.org, it.asked.until)[1],
    }
    for row in _pages("list_unwritten_of", given, most, key=4):
        yield Row(row[0], at=store.known_instant(row[3]), state=row[1], reason=row[2])


def _pages(
    question: str, given: Mapping[str, Any], most: int, *, key: int
) -> Iterator[tuple[Any, ...]]:
    """Yield at most so many rows, the newest first, a page at a time: by the id in column `key`."""
    before = _NEWEST
    while most > 0:
        limit = min(most, _AT_ONCE)
        rows = ask(question, {**given, "before": before, "limit": limit})
        yield from rows
        if len(rows) < limit:
            return
        most, before = most - limit, rows[-1][key]


def _people(it: Scope, kind: str, wanted: Place | None, window: slice) -> list[Row]:
    """Return a page of them: who they are is asked of the page alone."""
    how = standing(it.org)
    blobs = [
        each.kinds[kind]
        for each in gathering.seen(it, gathering.pool(it))
        if wanted in {None, each.place} and kind in each.kinds
    ]
    everybody = how.settle(union(load(raw) for raw in blobs))
    numbers = list(everybody[window])
    lent = {number: contact for contact, number in how.lent.items()}
    known = {
        row[0]: None if row[2] else row[1]
        for chunk in store.chunks(numbers, 5_000)
        for row in ask("list_people_of_numbers", {"org": it.org}, numbers=chunk)
    }
    return [
        Row(known.get(each, lent.get(each)), anonymous=each in how.anonymous) for each in numbers
    ]


def _orders(it: Scope, kind: Kind, wanted: Place | None, window: slice) -> list[Row]:
    """Return a page of them, the newest first; no more of them are kept than up to its end."""
    mine = (
        each.order
        for each in gathering.credited_some(
            it, gathering.pool(it), node=None if wanted is None else wanted.node
        )
        if kind in each.kinds and wanted in {None, each.place}
    )
    page = nlargest(window.stop, mine, key=lambda each: (each.at, each.order))[window.start :]
    hidden = anonymous_orders(it.org, page)
    return [
        Row(
            each.contact,
            order=each.uid,
            sort=each.sort,
            at=each.at,
            amount=each.amount,
            currency=each.currency,
            anonymous=each.order in hidden,
        )
        for each in page
    ]
