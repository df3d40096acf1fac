"""What KKTIX says, in the words of `people` and `orders`. Pure: records in, facts out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from postlude.kernel import storable
from postlude.kernel.money import Money
from postlude.orders.types import (
    EventSeen,
    SaleOutcome,
    SaleSeen,
    State,
    TicketOutcome,
    TicketSeen,
    Via,
)
from postlude.people.types import PersonSeen
from postlude.sources.kktix.settings import Labels

SOURCE = "kktix"
_ENDED = frozenset({"cancelled", "canceled", "refunded"})
TEST_SLUG = "event-slug"
_LONGEST_ANSWER = 10_000
_LONGEST_NAME = 32
_MOST_REG_NO = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Attendee:
    """One attendee record, read."""

    id: str
    order_number: str
    updated_at: float
    person: PersonSeen
    ticket: TicketSeen
    payment_method: str
    answers: tuple[tuple[str, str], ...]


def reference(attendee: str) -> str:
    """Return the source's own key of an attendee's row."""
    return f"{SOURCE}:attendee:{attendee}"


def answers_of(record: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the form's answers; `search_string` repeats them and is never touched."""
    pairs = record.get("data") or []
    return tuple(
        (text(pair[0]), text(pair[1], _LONGEST_ANSWER))
        for pair in pairs
        if isinstance(pair, list) and len(pair) == 2  # noqa: PLR2004 - [label, value]
    )


def by_label(answers: Sequence[tuple[str, str]], label: str) -> str:
    """Return the first answer whose label contains `label`."""
    return next((value for title, value in answers if label in title), "")


def attendee(record: Mapping[str, Any], labels: Labels) -> Attendee:
    """Read one record of the organiser API; raises KeyError, ValueError for what is none."""
    answers = answers_of(record)
    number = name(record["id"])
    updated = float(record["updated_at"])
    updated_at = storable.instant(datetime.fromtimestamp(updated, UTC))
    paid = bool(record.get("is_paid"))
    ended = str(record.get("state", "")).lower() in _ENDED
    person = PersonSeen(
        email_raw=by_label(answers, labels.email),
        phone_raw=by_label(answers, labels.phone) or None,
        name=by_label(answers, labels.name) or None,
        source=SOURCE,
        reference=reference(number),
        shown_at=updated_at,
    )
    ticket = TicketSeen(
        external_id=number,
        ticket_type_name=text(record["ticket_name"]),
        ticket_type_external=text(record.get("ticket_id"), 64) or None,
        price=Money.parse(str(record.get("price") or 0), str(record.get("currency") or "TWD")),
        paid=paid,
        state=State.CANCELLED if ended else State.PAID if paid else State.REGISTERED,
        reg_no=reg_no(record.get("reg_no")),
        source_updated_at=updated_at,
    )
    return Attendee(
        id=number,
        order_number=name(record["order_no"]),
        updated_at=updated,
        person=person,
        ticket=ticket,
        payment_method=text(record.get("payment_method"), 32),
        answers=answers,
    )


def sales(
    event: EventSeen, attendees: Sequence[tuple[Attendee, int | None]], *, join: str
) -> list[SaleSeen]:
    """Return one sale per order, from attendees with their contacts."""
    orders: dict[str, list[tuple[Attendee, int | None]]] = {}
    for each, contact in attendees:
        orders.setdefault(each.order_number, []).append((each, contact))
    return [
        SaleSeen(
            source=SOURCE,
            event=event,
            order_number=number,
            via=Via.POLL,
            tickets=tuple(replace(each.ticket, contact=contact) for each, contact in group),
            contact=group[0][1],
            payment_method=group[0][0].payment_method,
            join=join,
        )
        for number, group in orders.items()
    ]


def event(listed: Mapping[str, Any]) -> EventSeen:
    """Read an event of the organiser's list."""
    slug = text(listed.get("slug"), 100) or None
    return EventSeen(external_id=name(listed["id"]), slug=slug, name=text(listed["name"]))


def met(sale: SaleSeen, outcome: SaleOutcome) -> list[tuple[TicketSeen, TicketOutcome]]:
    """Return each ticket with what became of it, without those that another order holds."""
    held = {warning.subject for warning in outcome.warnings if warning.code == "order_mismatch"}
    return [
        (ticket, told)
        for ticket, told in zip(sale.tickets, outcome.tickets, strict=True)
        if f"ticket:{ticket.external_id}" not in held
    ]


def text(given: Any, limit: int = 300) -> str:
    """Return a source's text as our tables can hold it: storable, not endless, never None."""
    return "" if given is None else storable.text(str(given))[:limit]


def name(given: Any, limit: int = _LONGEST_NAME) -> str:
    """Return an id or a number as text; one that is empty or endless is none."""
    found = str(given).strip()
    if given is None or not 0 < len(found) <= limit or not found.isprintable():
        raise ValueError("no usable number")
    return found


def reg_no(given: Any) -> int | None:
    """Return the number on the ticket; KKTIX's own, so what is no number is left out."""
    found = str(given)
    is_number = found.isascii() and found.isdecimal() and len(found) <= len(str(_MOST_REG_NO))
    return int(found) if is_number and int(found) <= _MOST_REG_NO else None


def cents(amount: Any, currency: str) -> Money:
    """Read KKTIX's `price_cents`: hundredths of the major unit, whatever the currency."""
    return Money.parse(str(Decimal(int(amount)) / 100), currency)


def instant(text: str) -> datetime:
    """Read an ISO 8601 instant with its offset; raises ValueError for a naive one."""
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError("a time without an offset")
    return storable.instant(when)
