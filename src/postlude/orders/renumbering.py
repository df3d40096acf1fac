"""One order that two doors number differently. Pure.

Whether the webhook's `order.id` is the organiser API's `order_no` is not established. Where a
view shows only tickets that another order holds, for the very same contacts, and its own number
has none, it is a view of that order. A ticket that is held for somebody else is a clash of ids:
it stays, and is warned of.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from postlude.orders.types import SaleSeen, SaleWarning


@dataclass(frozen=True, slots=True)
class Holder:
    """The order that holds a ticket, and for whom."""

    number: str
    ticket: int
    contact: int | None = None


def renumber(
    sales: Sequence[SaleSeen],
    holder_of: Callable[[SaleSeen, str | None], Holder | None],
    has_tickets: Callable[[str], bool],
) -> tuple[list[SaleSeen], list[SaleWarning]]:
    """Return the sales under the numbers that we know them by, and a warning if any differs.

    `holder_of(sale, ticket id)` says which other order holds a ticket, if one does;
    `has_tickets(number)` whether an order has tickets of its own.
    """
    renumbered = []
    for sale in sales:
        number = _other_number(sale, holder_of)
        same = number is None or has_tickets(sale.order_number)
        renumbered.append(sale if same else replace(sale, order_number=str(number)))
    changed = [
        sale.source
        for sale, after in zip(sales, renumbered, strict=True)
        if sale.order_number != after.order_number
    ]
    return renumbered, [_warning(source) for source in dict.fromkeys(changed)]


def _other_number(
    sale: SaleSeen, holder_of: Callable[[SaleSeen, str | None], Holder | None]
) -> str | None:
    numbers = set()
    for ticket in sale.tickets:
        holder = holder_of(sale, ticket.external_id)
        contact = ticket.contact or sale.contact
        if holder is None or contact is None or holder.contact != contact:
            return None
        numbers.add(holder.number)
    return numbers.pop() if len(numbers) == 1 else None


def _warning(source: str) -> SaleWarning:
    return SaleWarning(
        "order_numbers_differ",
        f"source:{source}",
        "Webhook and organiser API give the same order two numbers; its tickets were matched.",
        "Nothing to do. A cancel by webhook may then wait for the next poll to be noticed.",
    )
