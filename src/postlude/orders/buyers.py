"""What the orders of a contact come to, kept beside them.

Computed from the tickets and the shop's orders of the contacts that a transaction touches, in that
transaction: the row and the orders never disagree after a commit, and a rebuild is the same code.
An order of tickets counts while one of them is paid, and is as old as the sale of that ticket; an
order of a shop counts while it is closed, is as old as its closing, and never counts as a test.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from postlude.kernel import boundaries, ids, store
from postlude.orders.models import Buyer

_CHUNK = 5_000
_WALK = 1_000  # buyers in one transaction while others want to write
_NOTHING = (0, None, None, 0, None, None)  # what a contact without a row comes to

# The state of a shop's order is compared as what no index holds. Else PostgreSQL, while it knows
# nothing of the table yet, takes the index of closed orders and reads everybody's for each buyer.
#
# Takes the row, in the order of contacts, so that whoever comes next waits here, and counts in a
# statement of its own: in one statement he would count by what he saw before he had to wait.
_TAKE = """
INSERT INTO orders_buyer (id, org_id, contact, orders) VALUES {rows}
ON CONFLICT (org_id, contact) DO UPDATE SET contact = excluded.contact
"""
_COUNT = """
UPDATE orders_buyer SET (orders, first_at, last_at, spent_minor, currency) = (
    SELECT count(DISTINCT number), min(at), max(at),
        CASE
            WHEN count(currency) = 0 THEN 0
            WHEN min(currency) = max(currency) THEN CAST(sum(minor) AS bigint)
        END,
        CASE WHEN min(currency) = max(currency) THEN min(currency) END
    FROM (
        SELECT t.order_id AS number, t.sold_at AS at, t.price_minor AS minor, t.currency
        FROM orders_ticket t
        WHERE t.org_id = orders_buyer.org_id AND t.contact = orders_buyer.contact
            AND t.state = 'paid'
        UNION ALL
        SELECT s.id, s.closed_at, s.amount_minor, s.currency
        FROM orders_shoporder s
        WHERE s.org_id = orders_buyer.org_id AND s.contact = orders_buyer.contact
            AND s.state || '' = 'closed' AND NOT s.test
    ) AS bought
), branch = (
    SELECT s.branch_id
    FROM orders_shoporder s
    WHERE s.org_id = orders_buyer.org_id AND s.contact = orders_buyer.contact
        AND s.state || '' = 'closed' AND NOT s.test
    ORDER BY s.closed_at DESC, COALESCE(s.branch_id, 0) DESC LIMIT 1
)
WHERE org_id = %s AND contact IN ({contacts})
"""


def recount(org: int, contacts: Iterable[int | None]) -> int:
    """Compute what these contacts have bought, inside the caller's transaction; return how many."""
    wanted = sorted({each for each in contacts if each is not None})
    for chunk in store.chunks(wanted, _CHUNK):
        _recount(org, chunk)
    return len(wanted)


def _recount(org: int, contacts: Collection[int]) -> None:
    rows = ", ".join(["(%s, %s, %s, 0)"] * len(contacts))
    taken = zip(ids.new_ids(len(contacts)), contacts, strict=True)
    store.execute(
        _TAKE.format(rows=rows), [value for new, contact in taken for value in (new, org, contact)]
    )
    statement = _COUNT.format(contacts=store.marks(contacts))
    store.execute(statement, [org, *contacts])


def recount_all(org: int, advance: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """Compute every buyer of an organisation anew: for repair, and after a restore.

    Returns of how many something else was kept than their orders say. `advance` hears how many of
    how many are done.
    """
    total, done, changed, after = _count(org), 0, 0, 0
    while found := _next(org, after):
        with store.write():
            before = _kept(org, found)
            recount(org, found)
            now = _kept(org, found)
            changed += sum(now[each] != before.get(each, _NOTHING) for each in found)
        boundaries.crossing("orders.buyers.recounted")
        done, after = done + len(found), found[-1]
        advance(done, max(done, total))
    return changed


def _count(org: int) -> int:
    """Return about how many buyers there are, for whoever watches."""
    return Buyer.objects.filter(org=org).count()


def _next(org: int, after: int) -> list[int]:
    """Return the next contacts, in order, that have orders or are kept as if they had."""
    sources = " UNION ".join(
        f"SELECT * FROM (SELECT DISTINCT contact FROM {table} "  # noqa: S608 - our own words
        "WHERE org_id = %(org)s AND contact > %(after)s ORDER BY contact LIMIT %(most)s) AS part"
        for table in ("orders_ticket", "orders_shoporder", "orders_buyer")
    )
    query = f"SELECT contact FROM ({sources}) AS found ORDER BY contact LIMIT %(most)s"  # noqa: S608
    return [row[0] for row in store.rows_sql(query, {"org": org, "after": after, "most": _WALK})]


def _kept(org: int, contacts: Collection[int]) -> dict[int, tuple[Any, ...]]:
    rows = Buyer.objects.filter(org=org, contact__in=contacts)
    facts = ("orders", "first_at", "last_at", "spent_minor", "currency", "branch")
    return {contact: tuple(rest) for contact, *rest in rows.values_list("contact", *facts)}
