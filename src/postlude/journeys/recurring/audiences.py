"""Who is selected: people by a condition, in one statement over the rooms' views, or orders."""

from datetime import datetime

from postlude.journeys.recurring.types import ClosedOrders, Condition, Selection
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.orgs.api import Clocks
from postlude.rules import api as rules


def page(  # noqa: PLR0913 - whom, when, and where the page begins
    org: int,
    selection: Selection,
    *,
    as_of: datetime,
    since: datetime,
    after: int,
    limit: int,
    clocks: Clocks | None = None,
) -> tuple[list[tuple[int, int]], int]:
    """Return the next (contact, order) pairs of a selection, and where the page after them begins.

    The order is 0 where people are selected. `clocks`: only of those who live by them, and as
    they show the time; None: of everybody, by the organisation's. `since`: orders closed before it
    are never meant.
    """
    if selection.orders is not None:
        begin = max(since, as_of - selection.orders.within)
        return _closed(org, selection.orders, clocks, begin, as_of, after, limit)
    if selection.who is None:
        return [], after
    rule = bound(org, selection.who, clocks.zone if clocks else orgs.get(org).zone)
    found = rules.audience_page(org, rule, now=as_of, after=after, limit=limit, clocks=clocks)
    return [(contact, 0) for contact in found], found[-1] if found else after


def bound(org: int, condition: Condition, zone: str) -> rules.Rule:
    """Return a condition ready to be asked, by the clocks of a zone."""
    return rules.wanted(
        condition.text,
        condition.where,
        condition.names,
        currency=orgs.get(org).currency,
        zone=zone,
    )


def _closed(  # noqa: PLR0913, PLR0917 - whom, when, and where the page begins
    org: int,
    wanted: ClosedOrders,
    clocks: Clocks | None,
    since: datetime,
    until: datetime,
    after: int,
    limit: int,
) -> tuple[list[tuple[int, int]], int]:
    last = orders.shop_orders(org, [after] if after else []).get(after)
    begins = orders.Place(last.closed_at, after) if last and last.closed_at else None
    found = orders.closed_shop_orders(
        org,
        since=since,
        until=until,
        kinds=[wanted.kind] if wanted.kind else [],
        sources=wanted.sources,
        clocks=clocks,
        after=begins,
        limit=limit,
    )
    pairs = [(each.contact, each.id) for each in found.orders if each.contact is not None]
    return pairs, found.orders[-1].id if found.orders else after
