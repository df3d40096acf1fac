"""What the rooms below know of orders, of touches and of what browsers did."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from postlude.activity.types import Campaign
from postlude.attribution.orders.rules import OrderRule
from postlude.attribution.orders.sessions import Session, Step, reaches, session_of
from postlude.attribution.types import OrderSort, OrderState
from postlude.kernel import store
from postlude.tracking import api as tracking
from postlude.tracking.types import TouchFact

_CHUNK = 500
_NEAR = timedelta(hours=24)
# Most sessions are over sooner; of one that is not, what came before is asked for.
_STRETCH = timedelta(hours=3)
_ORDER = "order_id, uid, contact, visitor, at, created_at, state, amount_minor, currency"
_VIEWS = {
    OrderSort.SHOP: "orders_facts_shop_order",
    OrderSort.TICKETS: "orders_facts_ticket_order",
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OrderKnown:
    """An order as its room tells of it."""

    id: int
    uid: str
    contact: int | None
    visitor: int | None
    at: datetime
    created_at: datetime
    state: OrderState
    amount_minor: int | None
    currency: str
    sort: OrderSort = OrderSort.SHOP


@dataclass(frozen=True, slots=True)
class View:
    """A view of orders of one sort, and which of them a rule takes: `where`, with its values."""

    sort: OrderSort
    name: str
    where: str = ""
    values: tuple[datetime, ...] = ()


def views(rule: OrderRule) -> list[View]:
    """Return where the orders are that a rule takes; each is asked by itself, by its indexes."""
    found = [View(each, _VIEWS[each]) for each in OrderSort if each in rule.sorts]
    since = rule.tickets_from
    if since is None:
        return found
    tickets = OrderSort.TICKETS
    return [
        replace(each, where=" AND o.at >= %s", values=(since,)) if each.sort is tickets else each
        for each in found
    ]


def orders_known(org: int, ids: Collection[int], rule: OrderRule) -> list[OrderKnown]:
    """Return these orders, tests and what the rule does not take left out."""
    found: list[OrderKnown] = []
    for part in store.chunks(sorted(set(ids)), _CHUNK):
        for view in views(rule):
            rows = store.rows_sql(
                f"SELECT {_ORDER} FROM {view.name} o "  # noqa: S608 - our own words
                f"WHERE {store.not_by('o.org')} = %s AND o.order_id {store.among()}{view.where}",
                [org, store.many(part), *view.values],
            )
            found += [_order(view.sort, *row) for row in rows]
    return found


def orders_after_id(org: int, after: int, limit: int, rule: OrderRule) -> list[OrderKnown]:
    """Return the next orders above an id that the rule takes, in the order of their ids."""
    found: list[OrderKnown] = []
    for view in views(rule):
        rows = store.rows_sql(
            f"SELECT {_ORDER} FROM {view.name} o "  # noqa: S608 - our own words
            f"WHERE {store.not_by('o.org')} = %s AND o.order_id > %s{view.where} "
            "ORDER BY o.order_id LIMIT %s",
            [org, after, *view.values, limit],
        )
        found += [_order(view.sort, *row) for row in rows]
    return sorted(found, key=lambda each: each.id)[:limit]


def count_orders(org: int, after: int, rule: OrderRule) -> int:
    """Return how many orders above an id the rule takes."""
    return sum(
        int(row[0])
        for view in views(rule)
        for row in store.rows_sql(
            f"SELECT count(*) FROM {view.name} o "  # noqa: S608 - our own words
            f"WHERE o.org = %s AND o.order_id > %s{view.where}",
            [org, after, *view.values],
        )
    )


def _order(  # noqa: PLR0913, PLR0917 - a row has as many columns as it has
    sort: OrderSort,
    number: int,
    uid: str,
    contact: int | None,
    visitor: int | None,
    at: object,
    created_at: object,
    state: str,
    amount_minor: int | None,
    currency: str | None,
) -> OrderKnown:
    return OrderKnown(
        number,
        uid,
        contact,
        visitor,
        store.known_instant(at),
        store.known_instant(created_at),
        OrderState(state),
        amount_minor,
        currency or "",
        sort,
    )


@dataclass(frozen=True, slots=True)
class Need:
    """Whose touches an order needs, and since when; up to the order itself."""

    order: int
    contacts: frozenset[int]
    visitors: frozenset[int]
    since: datetime
    until: datetime


def touches_before(org: int, needs: Iterable[Need]) -> dict[int, list[TouchFact]]:
    """Return by order the touches of messages to its contacts, and those of its browsers."""
    found: dict[int, list[TouchFact]] = {}
    for near in _near(needs, lambda each: each.until):
        since, until = min(each.since for each in near), near[-1].until
        contacts = {contact for each in near for contact in each.contacts}
        visitors = {visitor for each in near for visitor in each.visitors}
        of_contacts = tracking.touches_of_contacts(org, contacts, since, until) if contacts else {}
        of_visitors = tracking.touches_of_visitors(org, visitors, since, until) if visitors else {}
        for need in near:
            mine = [each for contact in need.contacts for each in of_contacts[contact]]
            mine += [each for visitor in need.visitors for each in of_visitors[visitor]]
            found[need.order] = [each for each in mine if need.since <= each.at <= need.until]
    return found


def _near(items: Iterable[T], at: Callable[[T], datetime]) -> Iterator[list[T]]:
    """Part items into groups that lie near each other in time: a query each."""
    near: list[T] = []
    for item in sorted(items, key=at):
        if near and at(item) - at(near[0]) > _NEAR:
            yield near
            near = []
        near.append(item)
    if near:
        yield near


def sessions_of(org: int, orders: Iterable[OrderKnown], *, by_campaign: bool) -> dict[int, Session]:
    """Return the sessions of orders that a browser told of, as far back as each goes."""
    found: dict[int, Session] = {}
    stretch = _STRETCH
    left = [each for each in orders if each.visitor is not None]
    while left:
        longer = []
        for near in _near(left, lambda each: each.at):
            steps = _steps(org, near, stretch)
            for order in near:
                mine = steps.get(order.visitor or 0, ())
                session = session_of(order.at, mine, by_campaign=by_campaign)
                whole = session_of(order.at, mine) if by_campaign else session
                if reaches(whole.started_at, order.at - stretch):
                    longer.append(order)
                else:
                    found[order.id] = session
        left, stretch = longer, stretch * 4
    return found


def _steps(
    org: int, orders: Sequence[OrderKnown], stretch: timedelta
) -> Mapping[int, Sequence[Step]]:
    """Return what these browsers did in a stretch before each order, by the index of browsers."""
    spans: dict[int, tuple[datetime, datetime]] = {}
    for order in orders:
        visitor = order.visitor or 0
        begin, end = spans.get(visitor, (order.at, order.at))
        spans[visitor] = min(begin, order.at - stretch), max(end, order.at)
    found: dict[int, list[Step]] = defaultdict(list)
    wanted = [(visitor, *span) for visitor, span in sorted(spans.items())]
    for part in store.chunks(wanted, _CHUNK):
        marks = ", ".join(["(%s, %s, %s)"] * len(part))
        rows = store.rows_sql(
            "SELECT DISTINCT a.visitor, a.at, a.source, a.medium, a.campaign "  # noqa: S608 - our own words; values are bound
            f"FROM (VALUES {marks}) AS w CROSS JOIN activity_facts_step a "
            "WHERE a.org = %s AND a.visitor = w.column1 AND a.at >= w.column2 "
            "AND a.at <= w.column3",
            [*(value for row in part for value in row), org],
        )
        for visitor, at, *campaign in rows:
            found[visitor].append(Step(store.known_instant(at), Campaign(*campaign)))
    return found
