"""Reading the orders of a shop, in sets and in pages, for the rooms above."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from postlude.kernel import lookups, store
from postlude.orders.shop.rows import FACTS, facts
from postlude.orders.shop.types import ClosedOrders, Place, ShopOrderFact, Stage
from postlude.orgs.api import Clocks

_CHUNK = 500
# Of the table's own words, not bound ones: so an index of such orders alone can be taken.
_CLOSED = "s.state = 'closed' AND NOT s.test AND s.contact IS NOT NULL"


def shop_orders(org: int, ids: Iterable[int | str]) -> dict[int, ShopOrderFact]:
    """Return orders of a shop by id; ids that do not exist are left out."""
    return {each.id: each for each in _some(org, "id", [int(each) for each in ids])}


def shop_orders_named(org: int, uids: Iterable[str]) -> dict[str, ShopOrderFact]:
    """Return orders of a shop by their names outside; those that nobody told of are left out."""
    return {each.uid: each for each in _some(org, "uid", list(uids))}


def _some(org: int, column: str, wanted: Collection[Any]) -> Iterable[ShopOrderFact]:
    for part in store.chunks(sorted(set(wanted)), _CHUNK):
        names = {f"v{number}": value for number, value in enumerate(part)}
        marks = ", ".join(f"%({name})s" for name in names)
        yield from facts(
            f"SELECT {FACTS} FROM orders_shoporder "  # noqa: S608 - our own words; values are bound
            f"WHERE org_id = %(org)s AND {column} IN ({marks})",
            {"org": org, **names},
        )


def closed_shop_orders(  # noqa: PLR0913 - what is wanted, and where the page begins
    org: int,
    *,
    since: datetime,
    until: datetime,
    kinds: Collection[str] = (),
    sources: Collection[str] = (),
    clocks: Clocks | None = None,
    after: Place | None = None,
    limit: int = 500,
) -> ClosedOrders:
    """Return a page of the orders closed in (since, until] by somebody known, oldest first.

    `kinds` and `sources`: only of these words; empty: of any. `clocks`: only of branches that live
    by them (of the organisation's own: also those of no branch). Tests, what was cancelled
    after its closing, and history are left out. Orders that were told of late may lie before
    `after`: whoever must not miss them walks the whole time again, and has a mark of whom he
    served.
    """
    params: dict[str, Any] = {"org": org, "until": until, "limit": limit}
    place = after or Place(since, 2**63 - 1)
    params |= {"at": place.closed_at, "order": place.order}
    words = ""
    for name, wanted in (("kind", kinds), ("source", sources)):
        if wanted:
            named = {f"{name}{number}": word for number, word in enumerate(sorted(wanted))}
            params |= named
            words += f" AND s.{name} IN ({', '.join(f'%({each})s' for each in named)})"
    if clocks is not None and not clocks.everybody:
        branches = {f"branch{number}": each for number, each in enumerate(clocks.branches)}
        params |= branches
        words += f" AND {_of_branches(clocks, branches)}"
    # Of a pair compared as one SQLite walks an index by the first part alone: said twice, it is
    # the lower bound on either engine.
    found = facts(
        f"SELECT {FACTS} FROM orders_shoporder s WHERE s.org_id = %(org)s AND {_CLOSED} "  # noqa: S608 - our own words; values are bound
        "AND NOT s.past AND s.closed_at >= %(at)s AND s.closed_at <= %(until)s "
        f"AND (s.closed_at > %(at)s OR s.id > %(order)s){words} "
        "ORDER BY s.closed_at, s.id LIMIT %(limit)s",
        params,
    )
    last = found[-1] if len(found) == limit else None
    going_on = None if last is None or last.closed_at is None else Place(last.closed_at, last.id)
    return ClosedOrders(found, going_on)


def _of_branches(clocks: Clocks, named: Collection[str]) -> str:
    marks = ", ".join(f"%({each})s" for each in named) or "NULL"
    if clocks.home:
        return f"(s.branch_id IS NULL OR s.branch_id NOT IN ({marks}))"
    return f"s.branch_id IN ({marks})"


def last_branches(org: int, contacts: Collection[int]) -> dict[int, int]:
    """Return the branch of each contact's last order, of those whose last order names one."""
    found: dict[int, int] = {}
    for part in store.chunks(sorted(set(contacts)), _CHUNK):
        rows = lookups.rows_by(
            "contact, branch",
            "orders_buyer",
            "org_id = %s AND branch IS NOT NULL",
            [org],
            contact=part,
        )
        found.update((row[0], row[1]) for row in rows)
    return found


def branches_of_orders(org: int, ids: Collection[int]) -> dict[int, int]:
    """Return the branch of each of these orders of a shop, of those that name one."""
    found: dict[int, int] = {}
    for part in store.chunks(sorted(set(ids)), _CHUNK):
        rows = lookups.rows_by(
            "id, branch_id",
            "orders_shoporder",
            "org_id = %s AND branch_id IS NOT NULL",
            [org],
            id=part,
        )
        found.update((row[0], row[1]) for row in rows)
    return found


def shop_orders_of(org: int, contacts: Collection[int], *, after: datetime) -> list[ShopOrderFact]:
    """Return the orders that these contacts opened after an instant, whatever became of them.

    Where nobody told of the opening, what is known first stands for it. Tests are left out.
    """
    found: list[ShopOrderFact] = []
    for part in store.chunks(sorted(set(contacts)), _CHUNK):
        names = {f"v{number}": value for number, value in enumerate(part)}
        marks = ", ".join(f"%({name})s" for name in names)
        found += facts(
            f"SELECT {FACTS} FROM orders_shoporder "  # noqa: S608 - our own words; values are bound
            f"WHERE org_id = %(org)s AND contact IN ({marks}) AND NOT test "
            "AND COALESCE(opened_at, closed_at, cancelled_at) > %(after)s",
            {"org": org, "after": after, **names},
        )
    return found


def shop_buyers(
    org: int, *, begin: datetime, end: datetime, after: int = 0, limit: int = 5_000
) -> list[int]:
    """Return the next contacts above `after` who closed an order in [begin, end), in their order.

    Each once. Tests and cancelled orders do not count. A month begins and ends where
    `orgs.day_bounds` of its days says.
    """
    # What is kept of buyers leaves out most of those who did not order, and is in their order.
    found = store.rows_sql(
        "SELECT b.contact FROM orders_buyer b "  # noqa: S608 - our own words; values are bound
        "WHERE b.org_id = %(org)s AND b.contact > %(after)s "
        "AND b.last_at >= %(begin)s AND b.first_at < %(end)s AND EXISTS ("
        "SELECT 1 FROM orders_shoporder s WHERE s.org_id = b.org_id AND s.contact = b.contact "
        f"AND {_CLOSED} AND s.closed_at >= %(begin)s AND s.closed_at < %(end)s LIMIT 1 OFFSET 0) "
        "ORDER BY b.contact LIMIT %(limit)s",
        {"org": org, "after": after, "begin": begin, "end": end, "limit": limit},
    )
    return [row[0] for row in found]


_STANDING = {
    Stage.OPENED: ("state <> 'cancelled'", "opened_at"),
    Stage.CLOSED: ("state = 'closed'", "closed_at"),
    Stage.CANCELLED: ("state = 'cancelled'", "cancelled_at"),
}


def shop_orders_since(
    org: int, contacts: Collection[int], *, stage: Stage, since: datetime
) -> list[ShopOrderFact]:
    """Return the orders of these contacts that are closed (or cancelled) since then or later; or
    were opened since then, and are not cancelled.

    Tests and history are left out.
    """
    state, column = _STANDING[stage]
    found: list[ShopOrderFact] = []
    for part in store.chunks(sorted(set(contacts)), _CHUNK):
        names = {f"v{number}": value for number, value in enumerate(part)}
        marks = ", ".join(f"%({name})s" for name in names)
        found += facts(
            f"SELECT {FACTS} FROM orders_shoporder "  # noqa: S608 - our own words; values are bound
            f"WHERE org_id = %(org)s AND contact IN ({marks}) AND NOT test "
            f"AND NOT past AND {state} AND {column} >= %(since)s",
            {"org": org, "since": since, **names},
        )
    return found
