"""What the paid orders of a contact come to, kept beside them.

Computed from the tickets of the contacts that a transaction touches, in that transaction: the row
and the tickets never disagree after a commit, and a rebuild is the same code. An order counts
while one of its tickets is paid, and is as old as the sale of that ticket.
"""

from collections.abc import Collection, Iterable

from postlude.kernel import ids, store
from postlude.orders.models import Ticket
from postlude.orders.types import State

_CHUNK = 5_000

# Takes the row, in the order of contacts, so that whoever comes next waits here, and counts in a
# statement of its own: in one statement he would count by what he saw before he had to wait.
_TAKE = """
INSERT INTO orders_buyer (id, org_id, contact, orders) VALUES {rows}
ON CONFLICT (org_id, contact) DO UPDATE SET contact = excluded.contact
"""
_COUNT = """
UPDATE orders_buyer SET (orders, first_at, last_at, spent_minor, currency) = (
    SELECT count(DISTINCT t.order_id), min(t.sold_at), max(t.sold_at),
        CASE
            WHEN count(*) = 0 THEN 0
            WHEN min(t.currency) = max(t.currency) THEN CAST(sum(t.price_minor) AS bigint)
        END,
        CASE WHEN min(t.currency) = max(t.currency) THEN min(t.currency) END
    FROM orders_ticket t
    WHERE t.org_id = orders_buyer.org_id AND t.contact = orders_buyer.contact AND t.state = %s
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
    store.execute(statement, [State.PAID, org, *contacts])


def recount_all(org: int) -> int:
    """Compute every buyer of an organisation anew: for repair, and after a restore."""
    count, after = 0, 0
    while True:
        rows = Ticket.objects.filter(org=org, contact__gt=after).order_by("contact")
        contacts = rows.values_list("contact", flat=True).distinct()[:_CHUNK]
        found = [each for each in contacts if each is not None]
        if not found:
            return count
        with store.write():
            count += recount(org, found)
        after = found[-1]
