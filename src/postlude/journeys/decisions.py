"""What to do with one person. Pure: facts and `now` come in, a decision comes out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from postlude.access.types import FALL_BACK, GrantFact
from postlude.access.types import State as GrantState
from postlude.journeys.types import ANY, FilterNode, Mail, NoticeNode, Stop, WaitNode
from postlude.messages.types import State as MessageState
from postlude.orders.types import TicketFact

SWEEP = timedelta(seconds=60)
_A_PERSONS_PACE = timedelta(minutes=10)  # the "done" wakes whoever waits; this is the back-stop
Matches = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Go:
    """On to the next node."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Stay, and look again at `until` at the latest."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Block:
    reason: str


def has_ended(tickets: Iterable[TicketFact], now: datetime) -> bool:
    """Say whether every event of these tickets is over; an unknown end never is."""
    ends = [ticket.ends_at for ticket in tickets]
    return bool(ends) and all(end is not None and end <= now for end in ends)


def sift(
    node: FilterNode, tickets: Sequence[TicketFact], *, matches: Matches, now: datetime
) -> Go | Block:
    """Let through whoever holds a valid ticket that fits."""
    if not tickets:
        return Block(Stop.REFUNDED)
    if node.before_end and has_ended(tickets, now):
        return Block(Stop.EVENT_ENDED)
    fits = any(
        (not node.kinds or ticket.kind in node.kinds)
        and _any(node.events, ticket.happening_name, matches)
        and _any(node.ticket_types, ticket.ticket_type_name, matches)
        for ticket in tickets
    )
    return Go() if fits else Block(Stop.FILTERED)


def _any(patterns: Sequence[str], name: str, matches: Matches) -> bool:
    return not patterns or any(matches(pattern, name) for pattern in patterns)


def wait(
    node: WaitNode, grants: Iterable[GrantFact], *, since: datetime, now: datetime
) -> Go | Hold | Block:
    """Go on when all is settled; after the time-out, with what was granted until then.

    A person who stands in for a vendor that failed holds up nobody who was let in elsewhere. But
    whoever has nothing else is never given up while a person is due to let him in: he is late,
    which is told, and not lost.
    """
    held = list(grants)
    pending = [grant for grant in held if grant.state == GrantState.PENDING]
    granted = any(grant.state == GrantState.GRANTED for grant in held)
    end = since + node.timeout
    if now < end and any(grant.by_hand not in FALL_BACK for grant in pending):
        return Hold(min(end, now + SWEEP))
    if granted:
        return Go()
    if any(grant.by_hand for grant in pending):
        return Hold(now + _A_PERSONS_PACE)
    return Block(Stop.NO_ACCESS)


def let_in(
    node: NoticeNode, grants: Iterable[GrantFact], *, since: datetime, now: datetime
) -> Go | Hold:
    """Wait while nothing is granted yet but something is under way; then write all the same.

    Who holds a ticket that opens nothing is told about the day like everybody else.
    """
    states = {grant.state for grant in grants}
    end = since + node.patience
    if GrantState.PENDING in states and GrantState.GRANTED not in states and now < end:
        return Hold(min(end, now + SWEEP))
    return Go()


def template_for(node: Mail, tickets: Sequence[TicketFact]) -> str | None:
    """Return the template of the kind of the first ticket that has one."""
    named = [node.templates[each.kind] for each in tickets if each.kind in node.templates]
    return named[0] if named else node.templates.get(ANY)


def deadline(node: Mail, tickets: Iterable[TicketFact], now: datetime) -> datetime:
    """Inviting stops when the last of the events is over."""
    latest = now + node.deadline
    ends = [ticket.ends_at for ticket in tickets]
    known = [end for end in ends if end is not None]
    return min(latest, max(known)) if known and len(known) == len(ends) else latest


# What a settled message means for its member: (state, reason). An empty reason of what was stopped
# is the message's own, a word of a closed list; a provider's words stay with the message.
OUTCOMES: Mapping[MessageState, tuple[str, str]] = {
    MessageState.ACCEPTED: ("sent", ""),
    MessageState.DELIVERED: ("sent", ""),
    MessageState.BOUNCED: ("failed", Stop.BOUNCED),
    MessageState.FAILED: ("failed", "failed"),
    MessageState.EXPIRED: ("failed", Stop.EXPIRED),
    MessageState.BLOCKED: ("blocked", ""),
    MessageState.CANCELLED: ("blocked", ""),
    MessageState.UNKNOWN: ("unknown", ""),
}
# These never reached anybody: the person may be invited by a later ticket.
NEVER_LEFT = {
    MessageState.FAILED,
    MessageState.EXPIRED,
    MessageState.BLOCKED,
    MessageState.CANCELLED,
}
