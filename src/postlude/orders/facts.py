"""Reading tickets and sales, for the rooms above."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from postlude.kernel import store
from postlude.kernel.money import Money
from postlude.orders.happenings import ref
from postlude.orders.models import Happening, Ticket, TicketType
from postlude.orders.types import SalesSummary, State, TicketFact, TypeSummary

_CHUNK = 500


def tickets(org: int, ids: Iterable[int | str]) -> dict[int, TicketFact]:
    """Return the facts of tickets by id; ids that do not exist are left out."""
    found: dict[int, TicketFact] = {}
    for part in store.chunks([int(each) for each in ids], _CHUNK):
        found |= {row.id: _fact(row) for row in _rows(org).filter(id__in=part)}
    return found


def tickets_of(org: int, contacts: Iterable[int]) -> dict[int, list[TicketFact]]:
    """Return every ticket of each contact, in whatever state, oldest first."""
    return _by_contact(_rows(org), contacts)


def valid_tickets_of(
    org: int, contacts: Iterable[int], conference: int
) -> dict[int, list[TicketFact]]:
    """Return the paid tickets (neither cancelled nor refunded) of each contact, oldest first.

    Contacts without one are left out.
    """
    valid = _rows(org).filter(state=State.PAID, happening__conference=conference)
    return _by_contact(valid, contacts)


def recent_tickets(
    org: int, *, limit: int = 100, before: int | None = None, happening: int | None = None
) -> list[TicketFact]:
    """Return the newest tickets; `before` is the last id of the page before."""
    rows = _rows(org).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    if happening is not None:
        rows = rows.filter(happening=happening)
    return [_fact(row) for row in rows[:limit]]


def find_tickets(org: int, number: str) -> list[int]:
    """Return tickets whose own id, outside id or order number this is."""
    if not number:
        return []
    named = Q(external_id=number) | Q(webhook_id=number) | Q(order__number=number)
    if number.isdecimal() and len(number) < 19:  # noqa: PLR2004 - what a bigint holds
        named |= Q(id=int(number))
    rows = Ticket.objects.filter(named, org=org).order_by("id")
    return list(rows.values_list("id", flat=True)[:_CHUNK])


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


def _rows(org: int) -> QuerySet[Ticket]:
    related = ("order", "ticket_type", "happening__conference")
    return Ticket.objects.filter(org=org).select_related(*related)


def _by_contact(rows: QuerySet[Ticket], contacts: Iterable[int]) -> dict[int, list[TicketFact]]:
    found: dict[int, list[TicketFact]] = defaultdict(list)
    for part in store.chunks(sorted(set(contacts)), _CHUNK):
        for row in rows.filter(contact__in=part).order_by("contact", "id"):
            if row.contact is not None:
                found[row.contact].append(_fact(row))
    return dict(found)


def _fact(row: Ticket) -> TicketFact:
    order, happening, conference = row.order, row.happening, row.happening.conference
    back = order.refunded_minor
    return TicketFact(
        id=row.id,
        order=order.id,
        order_number=order.number,
        source=row.source,
        happening=happening.id,
        happening_slug=happening.slug,
        happening_external_id=happening.external_id,
        happening_name=happening.name,
        conference=conference.id,
        kind=happening.kind,
        ticket_type=row.ticket_type_id,
        ticket_type_name=row.ticket_type.name,
        contact=row.contact,
        state=row.state,
        price=Money(row.price_minor, row.currency),
        sold_at=row.sold_at,
        sold_day=row.sold_day,
        first_seen_at=row.first_seen_at,
        paid_at=row.paid_at,
        cancelled_at=order.cancelled_at or (row.ended_at if row.cancelled else None),
        refunded_at=order.refunded_at or (row.ended_at if row.refunded else None),
        reg_no=row.reg_no,
        payment_method=order.payment_method,
        external_id=row.external_id,
        refunded=None if back is None else Money(back, order.currency or row.currency),
        via=row.via,
        source_updated_at=row.source_updated_at,
        starts_at=happening.starts_at or conference.starts_at,
        ends_at=happening.ends_at or conference.ends_at,
    )
