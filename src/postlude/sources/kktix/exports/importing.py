"""Importing the exports: read and check everything first, then the same upsert as every door.

A file with a mistake imports nothing (unless `skip_bad_rows`). Rows go in by batches; a crash
half-way is mended by importing again, since the same row twice is one ticket.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from postlude.kernel import boundaries, pseudonyms, store
from postlude.kernel.errors import BadAddress
from postlude.orders import api as orders_room
from postlude.orders.types import EventSeen, Kind, SaleOutcome, SaleSeen, State, TicketSeen, Via
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import PersonSeen, Recognised
from postlude.sources.kktix import addresses, readings
from postlude.sources.kktix.exports import reading, rows
from postlude.sources.kktix.exports.types import AttendeeRow, ImportReport, OrderRow, RowNote

SOURCE = readings.SOURCE
_BATCH = 100
Progress = Callable[[int, int], None]
Row = TypeVar("Row", AttendeeRow, OrderRow)
Sale = tuple[str, Sequence[AttendeeRow], OrderRow | None]


def import_csv(  # noqa: PLR0913 - two files, one event, and how
    org: int,
    *,
    attendees: Path | bytes,
    orders: Path | bytes | None,
    event_slug: str,
    event_name: str | None,
    kind: str | None,
    now: datetime,
    skip_bad_rows: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import an attendee export, and the order export that belongs to it.

    `kind` None: decided by the event's name. Raises UnreadableFile for what is no CSV; mistakes in
    rows are listed in the report, all of them at once.
    """
    ref = orgs.get(org)
    zone = ZoneInfo(ref.zone)
    tickets, errors = _read(attendees, "attendees", rows.attendees, zone, ref.currency)
    bought: list[OrderRow] = []
    if orders is not None:
        bought, more = _read(orders, "orders", rows.orders, zone, ref.currency)
        errors = [*errors, *more]
    if errors and not skip_bad_rows:
        return ImportReport(event_slug, False, 0, 0, {}, (), tuple(errors))
    sales = _join(tickets, bought)
    warnings = _unmatched(sales) if orders is not None else []
    event = EventSeen(external_id=None, slug=event_slug, name=event_name, kind=kind)
    changes: Counter[str] = Counter()
    done = 0
    for batch in store.chunks(sales, _BATCH):
        told, noted = _import(org, event, batch, now)
        changes.update(told)
        warnings += noted
        done += len(batch)
        if progress is not None:
            progress(done, len(sales))
    if kind is None:
        warnings += _kind_unknown(org, event_slug)
    return ImportReport(
        event_slug,
        True,
        len(sales),
        len(tickets),
        dict(changes),
        tuple(sorted(warnings, key=lambda note: (note.file, note.row))),
        tuple(errors),
    )


def _read(
    given: Path | bytes,
    file: str,
    parse: Callable[[reading.Sheet, ZoneInfo, str], tuple[list[Row], list[RowNote]]],
    zone: ZoneInfo,
    currency: str,
) -> tuple[list[Row], list[RowNote]]:
    raw = given.read_bytes() if isinstance(given, Path) else given
    sheet = reading.read(raw, file)
    gone = rows.missing_columns(sheet, file)
    return ([], gone) if gone else parse(sheet, zone, currency)


def _join(tickets: Sequence[AttendeeRow], bought: Sequence[OrderRow]) -> list[Sale]:
    """Group by order number, in the order of the files; an order may have no attendee."""
    grouped: dict[str, list[AttendeeRow]] = {}
    for ticket in tickets:
        grouped.setdefault(ticket.order_number, []).append(ticket)
    by_number = {order.number: order for order in bought}
    numbers = dict.fromkeys([*by_number, *grouped])
    return [(number, grouped.get(number, []), by_number.get(number)) for number in numbers]


def _unmatched(sales: Sequence[Sale]) -> list[RowNote]:
    return [
        RowNote(
            "attendees",
            tickets[0].row,
            "訂單編號",
            "order_not_in_export",
            "",
            "This attendee's order is not in the order export.",
            "Export both at the same time; the ticket is imported all the same.",
        )
        for _, tickets, order in sales
        if order is None and tickets
    ]


def _kind_unknown(org: int, slug: str) -> list[RowNote]:
    kinds = {each.kind for each in orders_room.happenings(org) if each.slug == slug}
    if kinds != {Kind.OTHER}:
        return []
    words = "The kind of this event is not known: it was loaded as “other”."
    hint = "Give --kind or --name, or add a pattern to the playbook's kinds."
    return [RowNote("attendees", 1, "", "unknown_kind", "", words, hint)]


def _import(
    org: int, event: EventSeen, batch: Sequence[Sale], now: datetime
) -> tuple[list[str], list[RowNote]]:
    """Import one batch: persons, sales, answers; each step may be repeated."""
    holders = [(ticket, order) for _, tickets, order in batch for ticket in tickets]
    seen = [_holder(ticket) for ticket, _ in holders]
    addresses.follow(org, seen, now=now)
    buyers = [
        order
        for _, tickets, order in batch
        if order is not None and not tickets and _can_be_reached(order)
    ]
    found = people.recognise_many(org, seen + [_buyer(order) for order in buyers], now=now)
    boundaries.crossing("sources.csv_recognised")
    contacts = {ticket.external_id: each for (ticket, _), each in zip(holders, found, strict=False)}
    buying = {order.number: each for order, each in zip(buyers, found[len(holders) :], strict=True)}
    sales = [_sale(event, sale, contacts, buying, now) for sale in batch]
    outcomes = orders_room.upsert_sales(org, sales, now=now)
    boundaries.crossing("sources.csv_sales_written")
    people.record_answers(org, _forms(holders, contacts, sales, outcomes), now=now)
    boundaries.crossing("sources.csv_answers_written")
    changes = [str(ticket.change) for outcome in outcomes for ticket in outcome.tickets]
    return changes, [
        note
        for ticket, _ in holders
        for note in _address_note(ticket, contacts[ticket.external_id])
    ]


def _forms(
    holders: Sequence[tuple[AttendeeRow, OrderRow | None]],
    contacts: dict[str, Recognised],
    sales: Sequence[SaleSeen],
    outcomes: Sequence[SaleOutcome],
) -> list[tuple[str, int | None, tuple[tuple[str, str], ...]]]:
    """Return each ticket's answers under the name that the ticket got."""
    answers = {ticket.external_id: ticket.answers for ticket, _ in holders}
    return [
        (
            orders_room.answers_subject(outcome.ticket),
            contacts[str(ticket.external_id)].contact,
            answers[str(ticket.external_id)],
        )
        for sale, result in zip(sales, outcomes, strict=True)
        for ticket, outcome in readings.met(sale, result)
    ]


def _can_be_reached(order: OrderRow) -> bool:
    """Say whether an order without a ticket names its buyer; nobody need mend one that does not."""
    try:
        pseudonyms.normalise_email(order.email)
    except BadAddress:
        return False
    return True


def _holder(ticket: AttendeeRow) -> PersonSeen:
    return PersonSeen(
        email_raw=ticket.email,
        phone_raw=ticket.phone,
        name=ticket.name,
        source=SOURCE,
        reference=readings.reference(ticket.external_id),
    )


def _buyer(order: OrderRow) -> PersonSeen:
    return PersonSeen(
        email_raw=order.email,
        phone_raw=order.phone,
        name=order.name,
        source=SOURCE,
        reference=f"{SOURCE}:order:{order.number}",
    )


def _sale(
    event: EventSeen,
    sale: Sale,
    contacts: dict[str, Recognised],
    buying: dict[str, Recognised],
    now: datetime,
) -> SaleSeen:
    number, tickets, order = sale
    first = contacts[tickets[0].external_id] if tickets else buying.get(number)
    # A refund on a living order is of some of its tickets; those are gone from the attendees.
    ended = order if order is not None and order.cancelled else None
    ended_at = _ended_at(ended, now) if ended else None
    refunded = ended.refunded if ended else None
    sold = [ticket.sold_at for ticket in tickets if ticket.sold_at is not None]
    return SaleSeen(
        source=SOURCE,
        event=event,
        order_number=number,
        via=Via.CSV,
        tickets=tuple(_ticket(ticket, contacts[ticket.external_id], order) for ticket in tickets),
        contact=first.contact if first else None,
        placed_at=min(sold) if sold else None,
        paid_at=order.paid_at if order else None,
        payment_method=order.payment_method if order else "",
        cancelled_at=ended_at,
        refunded_at=(ended.refunded_at or ended_at) if ended and refunded else None,
        refunded=refunded,
    )


def _ended_at(order: OrderRow, now: datetime) -> datetime:
    return order.cancelled_at or order.refunded_at or now


def _ticket(ticket: AttendeeRow, contact: Recognised, order: OrderRow | None) -> TicketSeen:
    cancelled = order is not None and order.cancelled
    state = State.CANCELLED if cancelled else State.PAID if ticket.paid else State.REGISTERED
    return TicketSeen(
        external_id=ticket.external_id,
        ticket_type_name=ticket.ticket_type,
        price=ticket.price,
        paid=ticket.paid,
        state=state,
        reg_no=ticket.reg_no,
        contact=contact.contact,
    )


def _address_note(ticket: AttendeeRow, contact: Recognised) -> list[RowNote]:
    problem = contact.problem
    if problem is None:
        return []
    return [
        RowNote(
            "attendees",
            ticket.row,
            "聯絡人 Email",
            problem.code,
            problem.masked,
            problem.message,
            problem.hint,
        )
    ]
