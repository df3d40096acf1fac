"""Whom a selection would take, one after another in one order, however many there are.

Selections that are read side by side meet the same person, or the same order, at the same place:
so two versions are compared in one walk, with a page of each in memory.
"""

from collections.abc import Iterator
from datetime import datetime

from postlude.journeys.recurring import audiences
from postlude.journeys.recurring.batch import Person
from postlude.journeys.recurring.types import ClosedOrders, Selection
from postlude.orders import api as orders
from postlude.orgs.api import Clocks

PAGE = 20_000
_PEOPLE, _ORDERS = 0, 1
Place = tuple[int, float, int]


def stream(
    org: int,
    selection: Selection,
    *,
    as_of: datetime,
    since: datetime,
    clocks: Clocks | None = None,
) -> Iterator[tuple[Place, Person]]:
    """Yield (place, person) by place; `since`: orders closed before it are never meant.

    `clocks`: only of those who live by them.
    """
    if selection.orders is not None:
        begin = max(since, as_of - selection.orders.within)
        yield from _closed(org, selection.orders, begin, as_of, clocks)
        return
    after, going = 0, True
    while going:
        found, after = audiences.page(
            org, selection, as_of=as_of, since=since, after=after, limit=PAGE, clocks=clocks
        )
        for person in found:
            yield (_PEOPLE, person[0], 0), person
        going = len(found) == PAGE


def count_closed(org: int, wanted: ClosedOrders, since: datetime, until: datetime) -> int:
    """Count the orders of known people that were closed between."""
    return sum(1 for _ in _closed(org, wanted, since, until))


def _closed(
    org: int,
    wanted: ClosedOrders,
    since: datetime,
    until: datetime,
    clocks: Clocks | None = None,
) -> Iterator[tuple[Place, Person]]:
    after: orders.Place | None = None
    going = since < until
    while going:
        found = orders.closed_shop_orders(
            org,
            since=since,
            until=until,
            kinds=[wanted.kind] if wanted.kind else [],
            sources=wanted.sources,
            clocks=clocks,
            after=after,
            limit=PAGE,
        )
        for each in found.orders:
            if each.contact is not None and each.closed_at is not None:
                yield (_ORDERS, each.closed_at.timestamp(), each.id), (each.contact, each.id)
        after, going = found.after, found.after is not None
