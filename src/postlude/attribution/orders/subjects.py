"""Whose an order is, and which orders are whose.

An order is its contact's if it names one, with all contacts who turned out to be that person. Else
it is its browser's, and also the person's who is known to use that browser by now. A touch of
nobody (a click on something that was no message) is its browser's.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from postlude.attribution.facts import Households
from postlude.attribution.orders.knowing import OrderKnown
from postlude.kernel import store
from postlude.people import api as people
from postlude.tracking.types import TouchFact, TouchKind

_TOUCHES = frozenset({TouchKind.OPEN, TouchKind.CLICK})
_PAIRS = 1_000
_EVER = datetime(9999, 1, 1, tzinfo=UTC)
_CHUNK = 5_000
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose touches count: those of `contacts`, and those that `visitor` made.

    `named`: the order says itself who ordered; of its browser only touches of nobody count.
    `browsers`: where touches are to be looked for, all that are known to be theirs.
    """

    contacts: frozenset[int]
    visitor: int | None
    named: bool
    browsers: frozenset[int]

    def owns(self, touch: TouchFact, owner: int | None) -> bool:
        """Say whether a touch counts that is of `owner` (None: of nobody we know)."""
        if owner is not None and owner in self.contacts:
            return True
        mine = self.visitor is not None and touch.visitor == self.visitor
        return mine and (owner is None or touch.contact is None or not self.named)


def subjects(org: int, orders: Iterable[OrderKnown]) -> dict[int, Subject]:
    """Return whose each of these orders is by now, with all browsers of that person."""
    orders = list(orders)
    strange = {each.visitor for each in orders if each.contact is None and each.visitor is not None}
    users = people.contacts_of_visitors(org, strange) if strange else {}
    buyers = {
        each.id: users.get(each.visitor or 0) if each.contact is None else each.contact
        for each in orders
    }
    house = Households.of(org, {each for each in buyers.values() if each is not None})
    wanted = {each for each in buyers.values() if each is not None}
    theirs = people.visitors_of_contacts(org, wanted) if wanted else {}
    return {
        each.id: Subject(
            _family(house, buyers[each.id]),
            each.visitor,
            each.contact is not None,
            frozenset([*_one(each.visitor), *theirs.get(buyers[each.id] or 0, ())]),
        )
        for each in orders
    }


def _one(visitor: int | None) -> list[int]:
    return [] if visitor is None else [visitor]


def _family(house: Households, contact: int | None) -> frozenset[int]:
    return frozenset() if contact is None else frozenset(house.members[house.head[contact]])


def orders_after(
    org: int, touches: Iterable[TouchFact], within: timedelta, *, by_clicker: bool = False
) -> set[int]:
    """Return the orders that these touches may be credited with.

    Those of no message, and with `by_clicker` all: also with orders of whose browsers they came
    from.
    """
    contacts: dict[int, Span] = {}
    visitors: dict[int, Span] = {}
    theirs: set[int] = set()
    for each in touches:
        if each.kind not in _TOUCHES or each.testing:
            continue
        span = each.at, each.at + within
        if each.contact is not None:
            contacts[each.contact] = _both(span, contacts.get(each.contact))
        if each.visitor is not None:
            visitors[each.visitor] = _both(span, visitors.get(each.visitor))
            theirs |= {each.visitor} if by_clicker or each.contact is None else set()
    clickers = people.contacts_of_visitors(org, theirs) if theirs else {}
    for visitor, clicker in clickers.items():
        if clicker is not None:
            contacts[clicker] = _both(visitors[visitor], contacts.get(clicker))
    return _of_people(org, contacts) | _within(org, "visitor", visitors)


def orders_of(org: int, contacts: Collection[int]) -> set[int]:
    """Return all orders of these people, and of the browsers that are known to be theirs."""
    house = Households.of(org, contacts)
    found = _all(org, "contact", house.head)
    return found | orders_of_visitors(org, _browsers(org, list(house.head)))


def orders_of_visitors(org: int, visitors: Iterable[int]) -> set[int]:
    """Return all orders that these browsers told of."""
    return _all(org, "visitor", visitors)


def orders_since(org: int, visitors: Mapping[int, datetime]) -> set[int]:
    """Return the orders that browsers told of at or after an instant each."""
    return _within(org, "visitor", {each: (at, _EVER) for each, at in visitors.items()})


def _of_people(org: int, spans: Mapping[int, Span]) -> set[int]:
    house = Households.of(org, spans)
    wanted: dict[int, Span] = {}
    for contact, span in spans.items():
        for each in house.members[house.head[contact]]:
            wanted[each] = _both(span, wanted.get(each))
    browsers: dict[int, Span] = {}
    found = people.visitors_of_contacts(org, list(spans)) if spans else {}
    for contact, visitors in found.items():
        for visitor in visitors:
            browsers[visitor] = _both(spans[contact], browsers.get(visitor))
    return _within(org, "contact", wanted) | _within(org, "visitor", browsers)


def _browsers(org: int, contacts: Collection[int]) -> set[int]:
    if not contacts:
        return set()
    found = people.visitors_of_contacts(org, contacts)
    return {each for visitors in found.values() for each in visitors}


def _both(span: Span, other: Span | None) -> Span:
    return span if other is None else (min(span[0], other[0]), max(span[1], other[1]))


def _within(org: int, column: str, spans: Mapping[int, Span]) -> set[int]:
    found: set[int] = set()
    wanted = [(each, *span) for each, span in sorted(spans.items())]
    for part in store.chunks(wanted, _PAIRS):
        marks = ", ".join(["(%s, %s, %s)"] * len(part))
        rows = store.rows_sql(
            "SELECT o.id "  # noqa: S608 - our own words; values are bound
            f"FROM (VALUES {marks}) AS w CROSS JOIN attribution_order o "
            f"WHERE o.org_id = %s AND o.{column} = w.column1 AND o.{column} IS NOT NULL "
            "AND o.at >= w.column2 AND o.at <= w.column3",
            [*(value for row in part for value in row), org],
        )
        found.update(row[0] for row in rows)
    return found


def _all(org: int, column: str, wanted: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for part in store.chunks(sorted(set(wanted)), _CHUNK):
        rows = store.rows_sql(
            f"SELECT id FROM attribution_order WHERE org_id = %s AND {column} {store.among()} "  # noqa: S608
            f"AND {column} IS NOT NULL",
            [org, store.many(part)],
        )
        found.update(row[0] for row in rows)
    return found
