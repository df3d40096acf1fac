"""One event in one poll: fetch, recognise, write the sales, write the answers, move the cursor.

A crash between any two repeats the batch, which changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from postlude.kernel import boundaries, store
from postlude.kernel.errors import AppError
from postlude.orders import api as orders
from postlude.orders.types import (
    Change,
    EventSeen,
    SaleOutcome,
    SaleSeen,
    SaleWarning,
    State,
    TicketFact,
    TicketSeen,
    Via,
)
from postlude.people import api as people
from postlude.sources.errors import SourceBusy, SourceError, TokenRefused
from postlude.sources.kktix import addresses, cursor, plans, readings
from postlude.sources.kktix.client import Organiser
from postlude.sources.kktix.cursor import Place, Seen
from postlude.sources.kktix.readings import Attendee
from postlude.sources.kktix.settings import KktixSettings

_BATCH = 40
_MOST_LOOKED_UP = 1_000
_MISTAKES = (KeyError, ValueError, TypeError, ArithmeticError, AppError)


@dataclass
class Tally:
    """What a poll has done so far. `finished` is False when its time ran out."""

    events: int = 0
    listed: int = 0
    fetched: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    warnings: list[SaleWarning] = field(default_factory=list)
    failed: list[SourceError] = field(default_factory=list)
    finished: bool = True

    def warn(self, org: int, warning: SaleWarning, now: datetime) -> None:
        """Show a warning now: what comes after it may fail."""
        self.warnings.append(warning)
        orders.warn(org, [warning], now=now)


@dataclass(frozen=True, slots=True)
class Round:
    """One event in one poll. `spent` says that time is up, and that we are alive."""

    place: Place
    settings: KktixSettings
    client: Organiser
    event: EventSeen
    now: datetime
    tally: Tally
    spent: Callable[[], bool]


def go(turn: Round) -> None:
    """Take in what is new or changed, and end what has vanished; raises SourceError.

    Trouble with one attendee is kept in `failed` and stops nobody else; the next poll asks again.
    """
    listed = turn.client.attendee_ids(turn.place.event)
    turn.tally.listed += len(listed)
    known = cursor.load(turn.place)
    plan = plans.plan(listed, known, turn.settings.limits())
    if plan.suspicious and (over := _known_as_over(turn, plan.vanished)):
        cursor.remember(turn.place, {}, gone=over, now=turn.now)
        known = cursor.load(turn.place)
        plan = plans.plan(listed, known, turn.settings.limits())
    _judge(turn, plan.suspicious)
    for batch in store.chunks((*plan.new, *plan.again), _BATCH):
        if turn.spent():
            turn.tally.finished = False
            return
        _take(turn, batch, known)
    for batch in store.chunks(() if plan.suspicious else plan.vanished, _BATCH):
        if turn.spent():
            turn.tally.finished = False
            return
        _confirm(turn, batch, known)


def _known_as_over(turn: Round, vanished: Sequence[str]) -> list[str]:
    """Return those whose tickets ended through another door: they are rightly not on the list."""
    over = []
    for attendee in vanished[:_MOST_LOOKED_UP]:
        fact = _fact(turn, attendee)
        if fact is not None and fact.state in {State.CANCELLED, State.REFUNDED}:
            over.append(attendee)
        turn.spent()
    return over


def _judge(turn: Round, suspicious: str) -> None:
    if not suspicious:
        orders.close(turn.place.org, "suspicious_list", turn.place.event, now=turn.now)
        return
    warning = SaleWarning(
        "suspicious_list",
        turn.place.event,
        f"KKTIX's list of attendees is not believed: {suspicious}.",
        "Nobody was refunded. If it is true, import the CSV exports: what they end is believed.",
    )
    turn.tally.warn(turn.place.org, warning, turn.now)


def _ask(turn: Round, batch: Sequence[str]) -> dict[str, dict[str, Any] | None]:
    """Fetch a batch; return the answers, leave the failures in the tally."""
    answers = turn.client.attendees(turn.place.event, batch, alive=turn.spent)
    turn.tally.failed += [each for each in answers.values() if isinstance(each, SourceError)]
    return {name: each for name, each in answers.items() if not isinstance(each, SourceError)}


def _go_on(turn: Round, asked: int, answered: int) -> None:
    """Stop when KKTIX wants us to, or when it answers nothing any more."""
    failed = turn.tally.failed
    stop = next((each for each in failed if isinstance(each, (SourceBusy, TokenRefused))), None)
    if stop is not None:
        raise stop
    if not answered and asked == _BATCH:
        raise failed[-1]


def _take(turn: Round, batch: Sequence[str], known: dict[str, plans.Known]) -> None:
    """Fetch attendees and write those that are new or have changed."""
    records = _ask(turn, batch)
    seen = [
        each for name, record in records.items() if record for each in _read(turn, name, record)
    ]
    turn.tally.fetched += len(records)
    changed = [each for each in seen if _is_news(each, known.get(each.id))]
    if changed:
        _write(turn, changed)
    cursor.remember(
        turn.place,
        {
            each.id: Seen(each.order_number, each.updated_at, each.ticket.state != State.REGISTERED)
            for each in seen
        },
        looked_at=set(batch) - {each.id for each in seen},
        now=turn.now,
    )
    boundaries.crossing("sources.kktix_cursor_moved")
    _go_on(turn, len(batch), len(records))


def _is_news(attendee: Attendee, known: plans.Known | None) -> bool:
    return known is None or known.gone or known.updated_at != attendee.updated_at


def _read(turn: Round, attendee: str, record: dict[str, Any]) -> list[Attendee]:
    try:
        return [readings.attendee(record, turn.settings.labels)]
    except _MISTAKES as error:
        warning = SaleWarning(
            "unreadable_attendee",
            attendee,
            f"An attendee's record cannot be read ({type(error).__name__}).",
            "Look at the attendee in KKTIX, or import the CSV exports.",
        )
        turn.tally.warn(turn.place.org, warning, turn.now)
        return []


def _write(turn: Round, attendees: Sequence[Attendee]) -> None:
    org, now = turn.place.org, turn.now
    persons = [each.person for each in attendees]
    addresses.follow(org, persons, now=now)
    found = people.recognise_many(org, persons, now=now)
    boundaries.crossing("sources.kktix_recognised")
    paired = [(each, seen.contact) for each, seen in zip(attendees, found, strict=True)]
    sales = readings.sales(turn.event, paired, join=turn.settings.join)
    outcomes = orders.upsert_sales(org, sales, now=now)
    _count(outcomes, turn.tally)
    boundaries.crossing("sources.kktix_sales_written")
    forms = {each.id: (contact, each.answers) for each, contact in paired}
    people.record_answers(
        org,
        [
            (orders.answers_subject(outcome.ticket), *forms[str(ticket.external_id)])
            for sale, result in zip(sales, outcomes, strict=True)
            for ticket, outcome in readings.met(sale, result)
        ],
        now=now,
    )
    boundaries.crossing("sources.kktix_answers_written")


def _count(outcomes: Sequence[SaleOutcome], tally: Tally) -> None:
    tally.changes.update(
        str(ticket.change)
        for outcome in outcomes
        for ticket in outcome.tickets
        if ticket.change != Change.SAME
    )


def _confirm(turn: Round, batch: Sequence[str], known: dict[str, plans.Known]) -> None:
    """End those who are gone by their own record too; one that is still there stays."""
    records = _ask(turn, batch)
    turn.tally.fetched += len(records)
    gone = [name for name, record in records.items() if record is None or _over(turn, name, record)]
    if gone:
        ended = [_gone(turn, attendee, known[attendee].order_number) for attendee in gone]
        _count(orders.upsert_sales(turn.place.org, ended, now=turn.now), turn.tally)
        boundaries.crossing("sources.kktix_refunds_written")
    cursor.remember(turn.place, {}, gone=gone, now=turn.now)
    _go_on(turn, len(batch), len(records))


def _over(turn: Round, attendee: str, record: dict[str, Any]) -> bool:
    seen = _read(turn, attendee, record)
    return bool(seen) and seen[0].ticket.state == State.CANCELLED


def _gone(turn: Round, attendee: str, order_number: str) -> SaleSeen:
    """Return the view of a ticket that is gone; its type, price and order are those we know."""
    fact = _fact(turn, attendee)
    if fact is None:
        return SaleSeen(readings.SOURCE, turn.event, order_number, Via.POLL)
    ticket = TicketSeen(
        external_id=attendee,
        ticket_type_name=fact.ticket_type_name,
        price=fact.price,
        paid=False,
        state=State.REFUNDED if fact.valid and fact.price.minor else State.CANCELLED,
        source_updated_at=turn.now,
    )
    return SaleSeen(
        source=readings.SOURCE,
        event=turn.event,
        order_number=fact.order_number,
        via=Via.POLL,
        tickets=(ticket,),
        join=turn.settings.join,
    )


def _fact(turn: Round, attendee: str) -> TicketFact | None:
    facts = orders.tickets(turn.place.org, orders.find_tickets(turn.place.org, attendee))
    return next((each for each in facts.values() if each.external_id == attendee), None)
