"""The orders and tickets of one batch of sales: loaded together, changed in memory, saved together.

The orders are locked while we work, so two sources that show the same order take turns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from postlude.kernel import ids, store
from postlude.orders.lifecycle import Description, Ending, Known, Payment
from postlude.orders.models import Order, Ticket
from postlude.orders.renumbering import Holder
from postlude.orders.types import Join, SaleSeen, Via

_NEW_ORDER = (
    "id org source number happening payment_method currency paid paid_rank cancelled refunded "
    "created_at"
).split()
_ORDER_FIELDS = frozenset(
    "payment_method placed_at paid paid_at paid_rank cancelled cancelled_at refunded "
    "refunded_at refunded_minor currency".split()
)
_ORDER = ("id", "org_id", "source", "number", "happening_id", "created_at", *sorted(_ORDER_FIELDS))
_TICKET = (
    "id org source external_id webhook_id order happening ticket_type contact described_at state "
    "price_minor currency paid paid_at paid_rank sold_at sold_day cancelled refunded ended_at "
    "reg_no source_updated_at first_seen_at via"
).split()
_TICKET_FIELDS = frozenset(_TICKET) - set("id org source order happening first_seen_at".split())


@dataclass(slots=True)
class Line:
    """One ticket being worked on. `before` is what the database holds, None for a new one."""

    id: int
    happening: int
    type_name: str
    before: Known | None
    known: Known
    first_seen_at: datetime
    sold_day: date | None


@dataclass(slots=True)
class Working:
    """One order with its tickets. `touched`: the order's own facts have changed."""

    order: Order
    lines: list[Line] = field(default_factory=list)
    touched: bool = False


def names_of(sale: SaleSeen, external_id: str | None) -> tuple[str | None, str | None]:
    """Return a seen ticket's (attendee id, webhook id); see `joining` for what `join` means."""
    if sale.via != Via.WEBHOOK:
        return external_id, None
    return (None if sale.join == Join.ORDER else external_id), external_id


def load(
    org: int, source: str, sales: Sequence[SaleSeen], happenings: Sequence[int], now: datetime
) -> dict[str, Working]:
    """Return the order of each sale by number, new or known, with all its tickets."""
    of_number: dict[str, int] = {}
    for sale, happening in zip(sales, happenings, strict=True):
        of_number.setdefault(sale.order_number, happening)
    store.insert_ignore(
        Order,
        _NEW_ORDER,
        [
            (new, org, source, number, of_number[number], "", "", False, 0, False, False, now)
            for new, number in zip(ids.new_ids(len(of_number)), sorted(of_number), strict=True)
        ],
        conflict=("org", "source", "number"),
    )
    rows = Order.objects.select_for_update().filter(
        org=org, source=source, number__in=list(of_number)
    )
    found = {row.id: Working(row) for row in rows.order_by("number")}
    tickets = Ticket.objects.filter(org=org, order__in=list(found)).order_by("id")
    for row in tickets.select_related("ticket_type"):
        found[row.order_id].lines.append(_line(row))
    return {each.order.number: each for each in found.values()}


def elsewhere(org: int, source: str, sales: Sequence[SaleSeen]) -> dict[str, Holder]:
    """Return who holds the ids in these sales that we know already."""
    names = {ticket.external_id for sale in sales for ticket in sale.tickets if ticket.external_id}
    rows = Ticket.objects.filter(org=org, source=source)
    found: dict[str, Holder] = {}
    for column, sort in (("external_id", "attendee"), ("webhook_id", "webhook")):
        for name, *holder in rows.filter(**{f"{column}__in": names}).values_list(
            column, "order__number", "id", "contact"
        ):
            found[f"{sort}:{name}"] = Holder(*holder)
    return found


def has_tickets(org: int, source: str, number: str) -> bool:
    """Say whether an order has tickets of its own."""
    order = Order.objects.filter(org=org, source=source, number=number)
    return Ticket.objects.filter(org=org, order__in=order).exists()


def keys_of(sale: SaleSeen, external_id: str | None) -> list[str]:
    """Return under which keys `elsewhere` knows a seen ticket."""
    sorts = zip(("attendee", "webhook"), names_of(sale, external_id), strict=True)
    return [f"{sort}:{name}" for sort, name in sorts if name]


def _line(row: Ticket) -> Line:
    known = Known(
        description=Description(
            row.contact,
            row.ticket_type_id,
            row.price_minor,
            row.currency,
            row.via,
            row.described_at,
            row.reg_no,
        ),
        payment=Payment(row.paid, row.paid_at, row.paid_rank),
        ending=Ending(row.cancelled, row.refunded, row.ended_at),
        sold_at=row.sold_at,
        external_id=row.external_id,
        webhook_id=row.webhook_id,
    )
    return Line(
        row.id,
        row.happening_id,
        row.ticket_type.name,
        known,
        known,
        row.first_seen_at,
        row.sold_day,
    )


def save(org: int, source: str, orders: Sequence[Working]) -> None:
    """Write what has changed, in one statement per table."""
    touched = [each.order for each in orders if each.touched]
    store.upsert_many(
        Order,
        _ORDER,
        [tuple(getattr(order, column) for column in _ORDER) for order in touched],
        changes=_ORDER_FIELDS,
    )
    changed = [
        _row(org, source, each.order.id, line)
        for each in orders
        for line in each.lines
        if line.before != line.known
    ]
    store.upsert_many(Ticket, _TICKET, changed, changes=_TICKET_FIELDS)


def _row(org: int, source: str, order: int, line: Line) -> tuple[object, ...]:
    known, description = line.known, line.known.description
    return (
        line.id,
        org,
        source,
        known.external_id,
        known.webhook_id,
        order,
        line.happening,
        description.ticket_type,
        description.contact,
        description.at,
        known.state,
        description.price_minor,
        description.currency,
        known.payment.paid,
        known.payment.at,
        known.payment.rank,
        known.sold_at,
        line.sold_day,
        known.ending.cancelled,
        known.ending.refunded,
        known.ending.at,
        description.reg_no,
        description.at,
        line.first_seen_at,
        description.via,
    )
