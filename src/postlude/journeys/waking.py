"""News that wakes members who wait, and news that stops them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from postlude.access import api as access
from postlude.access.types import State
from postlude.journeys import bookkeeping, late_access, publishing
from postlude.journeys.bookkeeping import Tried
from postlude.journeys.models import Member, Resend
from postlude.journeys.types import AdditionNode, MemberState, Stop
from postlude.kernel import boundaries, clock, store, wakeup
from postlude.kernel.work import WorkBatch
from postlude.messages import api as messages
from postlude.orders import api as orders

_CHUNK = 500
# Ready ones too: one that is being walked right now may have read the grant before it was settled.
_WAITS = Q(state__in=(MemberState.READY, MemberState.WAITING)) | Q(
    state=MemberState.BLOCKED, reason=Stop.NO_ACCESS
)


def on_grant_settled(batch: WorkBatch) -> None:
    """Wake whoever waited for these grants, also those who were given up for want of access.

    Who was invited without them is looked at by itself (`late_access`). They are found after the
    waking, which waits for a walk that is writing to them now.
    """
    facts = access.grants(batch.org, batch.keys).values()
    by_conference: dict[int, set[int]] = defaultdict(set)
    for fact in facts:
        by_conference[fact.conference].add(fact.contact)
    with store.write():
        for conference, contacts in by_conference.items():
            for chunk in store.chunks(sorted(contacts), _CHUNK):
                waiting = Member.objects.filter(org=batch.org, conference=conference)
                _wake(waiting.filter(_WAITS, contact__in=chunk), clock.now())
        late_access.note(batch.org, [fact for fact in facts if fact.state == State.GRANTED])
        batch.finish()
        wakeup.nudge()
    boundaries.crossing("journeys.woken")


def on_access_changed(batch: WorkBatch) -> None:
    """The map or a resource changed: look again at those who had no access."""
    with store.write():
        for conference in batch.keys:
            blocked = Member.objects.filter(org=batch.org, conference=int(conference))
            given_up = Q(state=MemberState.BLOCKED, reason=Stop.NO_ACCESS)
            _wake(blocked.filter(given_up), clock.now())
        batch.finish()
        wakeup.nudge()
    boundaries.crossing("journeys.woken_by_map")


def _wake(members: QuerySet[Member], now: datetime) -> None:
    members.update(state=MemberState.READY, due=now, settled_at=None)


def on_ticket_refunded(batch: WorkBatch) -> None:
    """Take away what no ticket opens any more, and stop mails that are still queued."""
    now = clock.now()
    facts = orders.tickets(batch.org, batch.keys)
    by_conference: dict[int, set[int]] = defaultdict(set)
    for ticket in facts.values():
        if ticket.contact is not None and not ticket.valid:
            by_conference[ticket.conference].add(ticket.contact)
    take_back(batch.org, by_conference, now)


def take_back(org: int, places: Mapping[int, Collection[int]], now: datetime) -> None:
    """End what these contacts have no valid ticket for any more, conference by conference."""
    for conference, contacts in places.items():
        access.revoke_unentitled(org, conference, contacts, now=now)
        for chunk in store.chunks(sorted(contacts), _CHUNK):
            with store.write():
                _stop(org, conference, chunk, now)
            boundaries.crossing("journeys.stopped")


def _stop(org: int, conference: int, contacts: Sequence[int], now: datetime) -> None:
    """Locked first: a member that is being walked is seen as the walk leaves it."""
    rows = Member.objects.select_for_update().order_by("contact", "id")
    members = list(rows.filter(org=org, conference=conference, contact__in=contacts))
    valid = orders.valid_tickets_of(org, contacts, conference)
    additions = _additions(org)
    cancelled: set[int] = set()
    stopped: list[Member] = []
    for row in members:
        held = {ticket.id for ticket in valid.get(row.contact, ())}
        if held and (row.lane or held & set(row.tickets)):
            continue  # whom a schedule brought may hold any ticket
        if row.state in {MemberState.READY, MemberState.WAITING} or (
            row.state == MemberState.BLOCKED and row.reason == Stop.NO_ACCESS
        ):
            stopped.append(row)
        elif (
            row.state == MemberState.QUEUED
            and row.message is not None
            and (not held or row.node in additions)
        ):
            cancelled.add(row.message)
    gone = [contact for contact in contacts if contact not in valid]
    resent = Resend.objects.filter(org=org, conference=conference, contact__in=gone)
    cancelled.update(number for number in resent.values_list("message", flat=True) if number)
    _end(org, stopped, now)
    messages.cancel_many(org, messages=cancelled, reason=Stop.REFUNDED, now=now)


def _end(org: int, members: Collection[Member], now: datetime) -> None:
    Member.objects.filter(id__in=[row.id for row in members]).update(
        state=MemberState.BLOCKED,
        reason=Stop.REFUNDED,
        settled_at=now,
        owner="",
        lease_until=None,
    )
    tried = [
        Tried((row.cycle_id, row.node), row.contact, "blocked", Stop.REFUNDED) for row in members
    ]
    known = bookkeeping.executions(org, [each.place for each in tried])
    bookkeeping.note(org, [each for each in tried if each.place in known], known, now)


def _additions(org: int) -> set[str]:
    return {
        node.name
        for version in publishing.newest_versions(org)
        for node in publishing.definition(org, version.id).nodes
        if isinstance(node, AdditionNode)
    }
