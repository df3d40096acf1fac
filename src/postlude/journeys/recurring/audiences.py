"""Who is selected: people by a condition, in one statement over the rooms' views, or orders."""

from collections.abc import Callable, Sequence
from datetime import datetime

from postlude.journeys.recurring.types import ClosedOrders, Condition, Selection
from postlude.kernel.errors import NotFound
from postlude.orgs import api as orgs
from postlude.rules import api as rules

# (org, what is asked for, closed from, closed before, after this order's id, at most): the orders
# with their contacts, (order, contact), by order.
Orders = Callable[[int, ClosedOrders, datetime, datetime, int, int], Sequence[tuple[int, int]]]
_orders: list[Orders] = []


def register_orders(lister: Orders) -> None:
    """Say who lists closed orders; `wiring` calls it, a later call replaces."""
    _orders[:] = [lister]


def page(  # noqa: PLR0913 - whom, when, and where the page begins
    org: int,
    selection: Selection,
    *,
    as_of: datetime,
    since: datetime,
    after: int,
    limit: int,
) -> tuple[list[tuple[int, int]], int]:
    """Return the next (contact, order) pairs of a selection, and where the page after them begins.

    The order is 0 where people are selected. `since`: orders closed before it are never meant.
    """
    if selection.orders is not None:
        begin = max(since, as_of - selection.orders.within)
        rows = _lister()(org, selection.orders, begin, as_of, after, limit)
        return [(contact, order) for order, contact in rows], rows[-1][0] if rows else after
    if selection.who is None:
        return [], after
    found = rules.audience_page(org, bound(org, selection.who), now=as_of, after=after, limit=limit)
    return [(contact, 0) for contact in found], found[-1] if found else after


def bound(org: int, condition: Condition) -> rules.Rule:
    """Return a condition ready to be asked, at home where the organisation is."""
    home = orgs.get(org)
    return rules.wanted(
        condition.text,
        condition.where,
        condition.names,
        currency=home.currency,
        zone=home.zone,
    )


def _lister() -> Orders:
    if not _orders:
        raise NotFound("Nobody here knows of closed orders.")
    return _orders[0]
