"""The one way in for sales: whatever the path, the order, the number of times, one result."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from postlude.kernel import boundaries, ids, store, work
from postlude.orders import lifecycle, working
from postlude.orders.buyers import recount
from postlude.orders.errors import BadSale
from postlude.orders.evidence import ending_of, note, payment_of, ticket_ending, ticket_payment
from postlude.orders.handing import LEFT
from postlude.orders.happenings import resolve
from postlude.orders.joining import Slot, meet
from postlude.orders.lifecycle import Description, Known
from postlude.orders.models import Happening, TicketType
from postlude.orders.rehoming import rehome
from postlude.orders.renumbering import Holder, renumber
from postlude.orders.shop.taking import TOLD
from postlude.orders.ticket_types import resolve_types
from postlude.orders.types import (
    Change,
    EventSeen,
    Join,
    SaleOutcome,
    SaleSeen,
    SaleWarning,
    State,
    TicketOutcome,
    TicketSeen,
    Via,
)
from postlude.orders.warnings import warn
from postlude.orders.working import Line, Working
from postlude.orgs import api as orgs

BATCH = 100


@dataclass(slots=True)
class _Batch:
    org: int
    source: str
    now: datetime
    orders: dict[str, Working]
    types: dict[tuple[int, str], TicketType]
    elsewhere: dict[str, Holder]
    news: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


def upsert_sales(org: int, sales: Sequence[SaleSeen], *, now: datetime) -> list[SaleOutcome]:
    """Take sales in; return what became of each, in order.

    Idempotent, and the same whatever the door (`via`) and the order of arrival: see `lifecycle`.
    Publishes `ticket.paid`, `ticket.refunded` and `ticket.changed` (keys: ticket ids),
    `ticket.left` (keys: contacts) and `order.told` (keys: orders; never of guests alone), in the
    commit that changes the ticket. At most 100 sales a transaction, unless the caller is already
    inside `store.write()`.
    """
    outcomes: list[SaleOutcome | None] = [None] * len(sales)
    by_source: dict[str, list[int]] = defaultdict(list)
    for index, sale in enumerate(sales):
        _check(sale)
        by_source[sale.source].append(index)
    for source, indexes in by_source.items():
        for part in store.chunks(indexes, BATCH):
            with store.write():
                results = _upsert(org, source, [sales[index] for index in part], now)
            boundaries.crossing("orders.sales.committed")
            for index, outcome in zip(part, results, strict=True):
                outcomes[index] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


def _check(sale: SaleSeen) -> None:
    if not sale.source or not sale.order_number:
        raise BadSale(missing="a source and an order number")


def _upsert(org: int, source: str, sales: Sequence[SaleSeen], now: datetime) -> list[SaleOutcome]:
    known = working.elsewhere(org, source, sales)
    sales, renumbered = renumber(
        sales,
        lambda sale, name: _holder(known, sale, name),
        lambda number: working.has_tickets(org, source, number),
    )
    views = [(sale.event, sale.order_number) for sale in sales]
    found, warned = resolve(org, source, views, now=now)
    held = working.load(org, source, sales, [found[sale.event].id for sale in sales], now)
    rehome(org, sales, found, held)
    # The order knows best: but for a guess, it never moves from one happening to another.
    types = resolve_types(
        org,
        [
            (
                held[sale.order_number].order.happening_id,
                each.ticket_type_name,
                each.ticket_type_external,
            )
            for sale in sales
            for each in sale.tickets
        ],
    )
    batch = _Batch(org, source, now, held, types, known)
    outcomes = []
    for sale in sales:
        outcome = _see(batch, sale)
        warned += outcome.warnings
        outcomes.append(outcome)
    _fix_days(batch)
    working.save(org, source, list(batch.orders.values()))
    recount(org, _buyers(batch.orders.values()))
    batch.news[TOLD] = _told(batch.orders.values())
    for topic in sorted(batch.news):
        work.publish(topic, org, batch.news[topic])
    warned += [*renumbered, *_misplaced(found, held, sales)]
    warn(org, warned, now=now)
    return outcomes


def _buyers(orders: Iterable[Working]) -> set[int | None]:
    """Return whose paid tickets have changed, before and now."""
    return {
        each.description.contact
        for here in orders
        for line in here.lines
        if line.before != line.known
        for each in (line.before, line.known)
        if each is not None and each.state == State.PAID
    }


def _told(orders: Iterable[Working]) -> set[int]:
    """Return the orders of which something is known otherwise; a guest has ordered nothing."""
    return {
        here.order.id
        for here in orders
        for line in here.lines
        if line.before != line.known and line.known.description.via != Via.GUEST
    }


def _see(batch: _Batch, sale: SaleSeen) -> SaleOutcome:
    here = batch.orders[sale.order_number]
    ended_before = here.order.cancelled or here.order.refunded
    before: dict[int, Known] = {line.id: line.known for line in here.lines}
    here.touched = note(here.order, sale) or here.touched
    placed, warnings = _sort_out(batch, sale)
    own = {key: seen for key, seen in placed.items() if isinstance(seen, TicketSeen)}
    met = _meet(batch, here, [_line(batch, here, sale, each) for each in own.values()])
    numbers = {key: line.id for key, line in zip(own, met, strict=True)}
    for each, line in zip(own.values(), met, strict=True):
        for name in working.keys_of(sale, each.external_id):
            batch.elsewhere[name] = Holder(sale.order_number, line.id)
    for line in here.lines:
        payment, ending = payment_of(here.order), ending_of(here.order)
        line.known = lifecycle.hear(line.known, payment, ending, now=batch.now)
        for topic in lifecycle.topics(before.get(line.id), line.known):
            batch.news[topic].add(line.id)
        left = lifecycle.left(before.get(line.id), line.known)
        if left is not None:
            batch.news[LEFT].add(left)
    changes = {
        line.id: lifecycle.change(before.get(line.id), line.known, ended_before=ended_before)
        for line in met
    }
    numbers |= {key: seen for key, seen in placed.items() if isinstance(seen, int)}
    tickets = [numbers[_key(place, each)] for place, each in enumerate(sale.tickets)]
    outcomes = tuple(TicketOutcome(each, changes.get(each, Change.SAME)) for each in tickets)
    return SaleOutcome(here.order.id, outcomes, (*warnings, *_disbelieved(sale, before, met, here)))


def _key(place: int, ticket: TicketSeen) -> str | int:
    """Return what tells a ticket from the others of its view."""
    return ticket.external_id or place


def _sort_out(
    batch: _Batch, sale: SaleSeen
) -> tuple[dict[str | int, TicketSeen | int], list[SaleWarning]]:
    """Return each ticket of the view once; the id only of one that another order holds.

    One attendee is one ticket: what another order already holds stays there.
    """
    placed: dict[str | int, TicketSeen | int] = {}
    warnings = []
    for place, ticket in enumerate(sale.tickets):
        holder = _holder(batch.elsewhere, sale, ticket.external_id)
        placed[_key(place, ticket)] = ticket if holder is None else holder.ticket
        if holder is not None:
            warnings.append(_order_mismatch(ticket, sale, holder.number))
    return placed, warnings


def _holder(known: Mapping[str, Holder], sale: SaleSeen, name: str | None) -> Holder | None:
    """Return who holds a ticket of that name, if it is another order."""
    holders = [known[key] for key in working.keys_of(sale, name) if key in known]
    return next((each for each in holders if each.number != sale.order_number), None)


def _meet(batch: _Batch, here: Working, seen: Sequence[Line]) -> list[Line]:
    """Find the known ticket of each seen one, or take the seen one in as new."""
    places = meet([_slot(line) for line in here.lines], [_slot(line) for line in seen])
    met = []
    for view, place in zip(seen, places, strict=True):
        line = view if place is None else here.lines[place]
        known = None if place is None else line.known
        line.known = lifecycle.see(known, view.known, now=batch.now)
        if line.known.description.ticket_type == view.known.description.ticket_type:
            line.type_name = view.type_name
        met.append(line)
    here.lines += [line for line, place in zip(met, places, strict=True) if place is None]
    return met


def _slot(line: Line) -> Slot:
    known = line.known
    return Slot(known.external_id, known.webhook_id, line.type_name, known.description.price_minor)


def _line(batch: _Batch, here: Working, sale: SaleSeen, ticket: TicketSeen) -> Line:
    happening = here.order.happening_id
    external_id, webhook_id = working.names_of(sale, ticket.external_id)
    known = Known(
        description=Description(
            contact=ticket.contact or sale.contact,
            ticket_type=batch.types[happening, ticket.ticket_type_name].id,
            price_minor=ticket.price.minor,
            currency=ticket.price.currency,
            via=sale.via,
            at=ticket.source_updated_at or (sale.paid_at if sale.via == Via.WEBHOOK else None),
            reg_no=ticket.reg_no,
        ),
        payment=payment_of(here.order).join(ticket_payment(sale, ticket)),
        ending=ending_of(here.order).join(ticket_ending(ticket, batch.now)),
        external_id=external_id,
        webhook_id=webhook_id,
    )
    name = ticket.ticket_type_name
    return Line(ids.new_id(), happening, name, None, known, batch.now, None)


def _fix_days(batch: _Batch) -> None:
    """Freeze the organisation's day of the sale, once."""
    zone = ZoneInfo(orgs.get(batch.org).zone)
    for here in batch.orders.values():
        for line in here.lines:
            if line.sold_day is None and line.known.sold_at is not None:
                line.sold_day = line.known.sold_at.astimezone(zone).date()


def _misplaced(
    found: Mapping[EventSeen, Happening], held: Mapping[str, Working], sales: Sequence[SaleSeen]
) -> list[SaleWarning]:
    """Warn of orders that a view shows in another happening than the one that holds them."""
    return [
        SaleWarning(
            "happening_mismatch",
            f"order:{held[sale.order_number].order.id}",
            f"Order {sale.order_number} was seen in “{found[sale.event].name}” "
            "but is known in another event; it stays there.",
            "Two events of one name? Give the playbook's events their numbers and slugs.",
        )
        for sale in sales
        if held[sale.order_number].order.happening_id != found[sale.event].id
    ]


def _order_mismatch(ticket: TicketSeen, sale: SaleSeen, holder: str) -> SaleWarning:
    return SaleWarning(
        "order_mismatch",
        f"ticket:{ticket.external_id}",
        f"Ticket {ticket.external_id} was seen in order {sale.order_number} "
        f"but is known in order {holder}; it stays there.",
        "If the webhook numbers tickets in its own way, set `join: order`.",
    )


def _disbelieved(
    sale: SaleSeen, before: Mapping[int, Known], met: Sequence[Line], here: Working
) -> list[SaleWarning]:
    """Warn when a webhook's id that was taken for an attendee id turns out to be none."""
    claims = sale.via == Via.WEBHOOK and sale.join == Join.ATTENDEE_ID
    believed = {
        number
        for number, known in before.items()
        if known.external_id is not None and known.external_id == known.webhook_id
    }
    if not any(
        (claims or line.id in believed) and line.known.external_id != line.known.webhook_id
        for line in met
    ):
        return []
    return [
        SaleWarning(
            "ticket_ids_differ",
            f"source:{here.order.source}",
            "The webhook numbers tickets in its own way: its ids are not the attendee ids. "
            "The tickets were matched within their orders.",
            "Set `join: order` for this source in the playbook and apply it.",
        )
    ]
