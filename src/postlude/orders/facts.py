"""Reading tickets and sales, for the rooms above."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q, Sum

from postlude.kernel import store
from postlude.kernel.money import Money
from postlude.orders.happenings import ref
from postlude.orders.models import Happening, Order, Ticket, TicketType
from postlude.orders.types import SalesSummary, State, TicketFact, TypeSummary

_CHUNK = 500


def tickets(org: int, ids: Iterable[int | str]) -> dict[int, TicketFact]:
    """Return the facts of tickets by id; ids that do not exist are left out."""
    found: dict[int, TicketFact] = {}
    for part in store.chunks([int(each) for each in ids], _CHUNK):
        facts = _select(org, f"t.id IN ({store.marks(part)})", part)
        found |= {fact.id: fact for fact in facts}
    return found


def tickets_of(org: int, contacts: Iterable[int]) -> dict[int, list[TicketFact]]:
    """Return every ticket of each contact, in whatever state, oldest first."""
    return _by_contact(org, contacts)


def valid_tickets_of(
    org: int, contacts: Iterable[int], conference: int
) -> dict[int, list[TicketFact]]:
    """Return the paid tickets (neither cancelled nor refunded) of each contact, oldest first.

    Contacts without one are left out.
    """
    also = " AND t.state = %s AND h.conference_id = %s"
    return _by_contact(org, contacts, also, [State.PAID.value, conference])


def recent_tickets(
    org: int, *, limit: int = 100, before: int | None = None, happening: int | None = None
) -> list[TicketFact]:
    """Return the newest tickets; `before` is the last id of the page before."""
    where, values = "1 = 1", list[int]()
    if before is not None:
        where, values = f"{where} AND t.id < %s", [*values, before]
    if happening is not None:
        where, values = f"{where} AND t.happening_id = %s", [*values, happening]
    return _select(org, where, [*values, limit], "ORDER BY t.id DESC LIMIT %s")


def find_tickets(org: int, number: str) -> list[int]:
    """Return tickets whose own id, outside id or order number this is."""
    if not number:
        return []
    named = Q(external_id=number) | Q(webhook_id=number) | Q(order__number=number)
    if number.isdecimal() and len(number) < 19:  # noqa: PLR2004 - what a bigint holds
        named |= Q(id=int(number))
    rows = Ticket.objects.filter(named, org=org).order_by("id")
    return list(rows.values_list("id", flat=True)[:_CHUNK])


def ticket_orders_named(org: int, numbers: Iterable[str]) -> dict[str, int]:
    """Return orders of tickets by their numbers; of two sellers' with one number the later."""
    rows = Order.objects.filter(org=org, number__in=list(numbers)).order_by("id")
    return dict(rows.values_list("number", "id"))


def paid_tickets(org: int, *, conference: int | None = None) -> list[int]:
    """Return the ids of all valid tickets, for repair jobs and comparisons."""
    rows = Ticket.objects.filter(org=org, state=State.PAID).order_by("id")
    if conference is not None:
        rows = rows.filter(happening__conference=conference)
    return list(rows.values_list("id", flat=True))


def holders(org: int, conference: int, *, after: int = 0, limit: int = 1_000) -> list[int]:
    """Return the contacts above `after` who hold a valid ticket, in order, each once: in pages."""
    rows = Ticket.objects.filter(
        org=org, state=State.PAID, happening__conference=conference, contact__gt=after
    )
    contacts = rows.order_by("contact").values_list("contact", flat=True).distinct()
    return [each for each in contacts[:limit] if each is not None]


def count_holders(org: int, conference: int) -> int:
    """Return how many contacts hold a valid ticket."""
    rows = Ticket.objects.filter(org=org, state=State.PAID, happening__conference=conference)
    return rows.aggregate(n=Count("contact", distinct=True))["n"] or 0


def all_tickets(org: int, *, after: int = 0, limit: int = 1_000) -> list[int]:
    """Return ticket ids above `after`, in order: a walk over everything, in pages."""
    rows = Ticket.objects.filter(org=org, id__gt=after).order_by("id")
    return list(rows.values_list("id", flat=True)[:limit])


def sales_summary(org: int) -> list[SalesSummary]:
    """Return counts and revenue per happening and ticket type, newest happening first."""
    counts = {
        row["ticket_type"]: row
        for row in Ticket.objects.filter(org=org)
        .values("ticket_type")
        .annotate(
            registered=Count("id", filter=Q(state=State.REGISTERED)),
            sold=Count("id", filter=Q(state=State.PAID)),
            cancelled=Count("id", filter=Q(state=State.CANCELLED)),
            refunded=Count("id", filter=Q(state=State.REFUNDED)),
        )
    }
    revenue = {
        row["ticket_type"]: Money(row["minor"], row["currency"])
        for row in Ticket.objects.filter(org=org, state=State.PAID)
        .values("ticket_type", "currency")
        .annotate(minor=Sum("price_minor"))
    }
    types: dict[int, list[TypeSummary]] = defaultdict(list)
    for row in TicketType.objects.filter(org=org).order_by("happening", "id"):
        types[row.happening_id].append(_summary(row, counts.get(row.id, {}), revenue))
    return [
        SalesSummary(ref(row), tuple(types[row.id]))
        for row in Happening.objects.filter(org=org).order_by("-id")
    ]


def _summary(row: TicketType, counts: Mapping[str, Any], revenue: dict[int, Money]) -> TypeSummary:
    return TypeSummary(
        row.id,
        row.name,
        row.total,
        registered=counts.get("registered", 0),
        sold=counts.get("sold", 0),
        cancelled=counts.get("cancelled", 0),
        refunded=counts.get("refunded", 0),
        revenue=revenue.get(row.id),
    )


# One statement and no model objects: each step of a sale's way asks for its tickets again, and five
# objects a ticket cost ten times what the facts do.
_SELECT = """
    SELECT t.id, o.id, o.number, t.source, h.id, h.slug, h.external_id, h.name, h.conference_id,
        h.kind, t.ticket_type_id, y.name, t.contact, t.state, t.price_minor, t.currency,
        t.sold_at, t.sold_day, t.first_seen_at, t.paid_at,
        COALESCE(o.cancelled_at, CASE WHEN t.cancelled THEN t.ended_at END),
        COALESCE(o.refunded_at, CASE WHEN t.refunded THEN t.ended_at END),
        t.reg_no, o.payment_method, t.external_id, o.refunded_minor, o.currency, t.via,
        t.source_updated_at, COALESCE(h.starts_at, c.starts_at), COALESCE(h.ends_at, c.ends_at)
    FROM orders_ticket t
    JOIN orders_order o ON o.id = t.order_id
    JOIN orders_tickettype y ON y.id = t.ticket_type_id
    JOIN orders_happening h ON h.id = t.happening_id
    JOIN orders_conference c ON c.id = h.conference_id
    WHERE t.org_id = %s AND """


def _select(org: int, where: str, values: Sequence[Any], tail: str = "") -> list[TicketFact]:
    return [_fact(row) for row in store.rows_sql(f"{_SELECT}{where} {tail}", [org, *values])]


def _by_contact(
    org: int, contacts: Iterable[int], also: str = "", values: Sequence[Any] = ()
) -> dict[int, list[TicketFact]]:
    found: dict[int, list[TicketFact]] = defaultdict(list)
    for part in store.chunks(sorted(set(contacts)), _CHUNK):
        where = f"t.contact IN ({store.marks(part)}){also}"
        for fact in _select(org, where, [*part, *values], "ORDER BY t.contact, t.id"):
            if fact.contact is not None:
                found[fact.contact].append(fact)
    return dict(found)


def _fact(row: tuple[Any, ...]) -> TicketFact:
    price, currency, sold_at, sold_day, first_seen, paid_at, cancelled, refunded = row[14:22]
    reg_no, method, external, back, back_in, via, updated, starts, ends = row[22:]
    values: list[Any] = [
        *row[:14],
        Money(price, currency),
        store.instant(sold_at),
        store.day(sold_day),
        store.known_instant(first_seen),
        store.instant(paid_at),
        store.instant(cancelled),
        store.instant(refunded),
        reg_no,
        method,
        external,
        None if back is None else Money(back, back_in or currency),
        via,
        store.instant(updated),
        store.instant(starts),
        store.instant(ends),
    ]
    return TicketFact(*values)
