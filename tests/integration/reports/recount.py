"""The funnel counted again, ticket by ticket, by the plainest reading of the tables."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from postlude.access.models import Grant
from postlude.messages.models import Attempt, Message
from postlude.orders.models import Ticket
from postlude.tracking.models import Touch

STEPS = ["registered", "paid", "granted", "invited", "delivered", "opened", "clicked", "used"]


def is_person(touch: Touch) -> bool:
    """A picture that a mailbox's proxy loads counts; a link that it follows does not."""
    machine = {1, 2, 4, 32, 64} | ({8} if touch.kind != "open" else set())
    machine |= {16} if touch.provider == "own" else set()
    return not any(touch.reasons & bit for bit in machine)


def times(org: int, ticket: Ticket) -> list[tuple[bool, datetime | None]]:
    """Return, for each step, whether the ticket's holder shows it, and since when."""
    conference = ticket.happening.conference_id
    grants = list(Grant.objects.filter(org=org, contact=ticket.contact, conference=conference))
    standing = [each for each in grants if each.state != "revoked"]
    let_in = bool(standing) and all(each.state == "granted" for each in standing)
    given = [each.granted_at for each in standing if each.state == "granted"]
    letters = [
        each
        for each in Message.objects.filter(org=org, contact=ticket.contact, testing=False)
        if each.context.get("conference") == conference
        and each.key.split(":")[0] in ("invite", "resend")
    ]
    accepted = [each.accepted_at for each in letters if each.accepted_at]
    arrived = [each for each in letters if each.state == "delivered"]
    receipts = [
        each.at
        for letter in arrived
        for each in Attempt.objects.filter(message=letter.id, kind="delivered")
    ]
    touches = [
        each
        for letter in letters
        for each in Touch.objects.filter(org=org, message=letter.id)
        if is_person(each)
    ]
    opens = [each.at for each in touches if each.kind == "open"]
    uses = [
        each.at
        for grant in grants
        for each in Touch.objects.filter(org=org, kind="access", subject=grant.id)
        if is_person(each)
    ]
    clicks = [each.at for each in touches if each.kind == "click"] + uses
    return [
        (True, ticket.order.placed_at),
        (True, ticket.sold_at),
        (let_in, max(given, default=None)),
        *[(bool(some), min(some, default=None)) for some in (accepted,)],
        (bool(arrived), min(receipts, default=None)),
        *[(bool(some), min(some, default=None)) for some in (opens, clicks, uses)],
    ]


def recount(org: int, zone: str, *, wanted: Any = lambda _t, _d: True) -> dict[Any, dict[str, Any]]:
    """Return counts, asides and waits by (happening, ticket type, day)."""
    cells: dict[Any, dict[str, Any]] = defaultdict(
        lambda: {
            "counts": dict.fromkeys(STEPS, 0),
            "aside": defaultdict(int),
            "waits": defaultdict(list),
        }
    )
    rows = Ticket.objects.filter(org=org).select_related("order", "happening", "ticket_type")
    for ticket in rows:
        seen = ticket.order.placed_at or ticket.first_seen_at
        day: date = ticket.sold_day or seen.astimezone(ZoneInfo(zone)).date()
        if not wanted(ticket, day):
            continue
        cell = cells[ticket.happening_id, ticket.ticket_type.name, day]
        cell["counts"]["registered"] += 1
        if ticket.state != "paid":
            cell["aside"]["unpaid" if ticket.state == "registered" else ticket.state] += 1
            continue
        shown = times(org, ticket)
        last = max(at for at, (there, _) in enumerate(shown) if there)
        for at in range(1, last + 1):
            cell["counts"][STEPS[at]] += 1
            before, now = shown[at - 1][1], shown[at][1]
            if before is not None and now is not None and now >= before:
                cell["waits"][STEPS[at]].append((now - before).total_seconds())
    return dict(cells)


def lower_median(waits: list[float]) -> float | None:
    return sorted(waits)[(len(waits) - 1) // 2] if waits else None
