"""Counting what is sold: one statement a question, so that a team is answered at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Min

from postlude.kernel import store
from postlude.orders.models import Ticket, TicketType
from postlude.orders.types import State


@dataclass(frozen=True, slots=True)
class TypeCount:
    """One ticket type. `sold` = paid and kept; `total` None: unlimited or not known."""

    happening: int
    ticket_type: int
    name: str
    total: int | None
    sold: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many of a ticket type were sold on a day of the organisation's calendar."""

    ticket_type: int
    day: date
    sold: int


def sold_by_type(org: int, happenings: Collection[int]) -> list[TypeCount]:
    """Return every ticket type of these happenings, in the order in which they were seen."""
    if not happenings:
        return []
    marks = store.marks(happenings)
    sql = f"""
        SELECT kind.happening_id, kind.id, kind.name, kind.total, COALESCE(counted.sold, 0)
        FROM orders_tickettype AS kind
        LEFT JOIN (
            SELECT ticket_type_id, COUNT(*) AS sold FROM orders_ticket
            WHERE org_id = %s AND happening_id IN ({marks}) AND state = %s
            GROUP BY ticket_type_id
        ) AS counted ON counted.ticket_type_id = kind.id
        WHERE kind.org_id = %s AND kind.happening_id IN ({marks})
        ORDER BY kind.id
    """  # noqa: S608 - marks are `%s`
    values = [org, *happenings, State.PAID.value, org, *happenings]
    return [TypeCount(*row) for row in store.rows_sql(sql, values)]


def sold_by_day(org: int, happening: int, *, first: date, last: date) -> list[DayCount]:
    """Return what is sold (paid and kept) from `first` to `last`, both included.

    Days without a sale are left out. The day is the organisation's, frozen when it was sold.
    """
    sql = """
        SELECT ticket_type_id, sold_day, COUNT(*) FROM orders_ticket
        WHERE org_id = %s AND happening_id = %s AND state = %s AND sold_day BETWEEN %s AND %s
        GROUP BY ticket_type_id, sold_day
    """
    values = [org, happening, State.PAID.value, first.isoformat(), last.isoformat()]
    return [
        DayCount(ticket_type, day if isinstance(day, date) else date.fromisoformat(day), sold)
        for ticket_type, day, sold in store.rows_sql(sql, values)
    ]


def first_and_last_day(org: int, happening: int) -> tuple[date, date] | None:
    """Return the days of the first and the last sale that is kept; None before any."""
    kept = Ticket.objects.filter(org=org, happening=happening, state=State.PAID)
    days = kept.aggregate(first=Min("sold_day"), last=Max("sold_day"))
    return (days["first"], days["last"]) if days["first"] and days["last"] else None


def with_tickets(org: int, happenings: Collection[int]) -> set[int]:
    """Return which of these happenings have any ticket at all, in whatever state."""
    found = set()
    for happening in happenings:  # each looks at one row of the index
        if Ticket.objects.filter(org=org, happening=happening).exists():
            found.add(happening)
    return found


def first_seen(org: int, happening: int) -> datetime | None:
    """Return when the first ticket was seen, in whatever state; None before any."""
    tickets = Ticket.objects.filter(org=org, happening=happening)
    found: datetime | None = tickets.aggregate(first=Min("first_seen_at"))["first"]
    return found


def with_totals(org: int, happenings: Collection[int]) -> set[int]:
    """Return which of these happenings have a ticket type whose number of seats is known."""
    types = TicketType.objects.filter(org=org, happening__in=list(happenings))
    return set(types.filter(total__isnull=False).values_list("happening", flat=True))
