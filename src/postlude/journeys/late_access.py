"""Access that comes after the invitation: the buyer hears of the link without asking.

An invitation goes with what is granted when its wait is over. A link that was missing then and
works now is told by sending the invitation again, once. Each mail remembers which grants it was
decided with, and so carries for certain; therefore the ordinary ways (everything granted first, an
additional ticket, the same place granted again, another address) send nothing more.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from postlude.access import api as access
from postlude.access.types import GrantFact, State
from postlude.journeys import correspondence, decisions, inviting, marks
from postlude.journeys.errors import NoAccess, NoJourney, NoTicket
from postlude.journeys.models import Mark, Member
from postlude.journeys.resending import resend
from postlude.journeys.types import MemberState, Stop
from postlude.kernel import boundaries, clock, store, work
from postlude.kernel.work import WorkBatch
from postlude.messages.types import MessageFact
from postlude.messages.types import State as MessageState
from postlude.orders import api as orders
from postlude.people import api as people

LATE_ACCESS = "access.late"
ACTOR = "late access"
_CHUNK = 100
_MAILS = (inviting.INVITE, inviting.ADDITION, inviting.RESEND)
_ARRIVED = {MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.UNKNOWN}
_ON_THE_WIRE = {MessageState.LEASED, MessageState.SENDING}
_WIRE_SETTLES = timedelta(seconds=1)
# A mail is put together at most so long before it is accepted: as long as a lease and its renewal.
_PUT_TOGETHER = timedelta(seconds=60)
_MOVES = {MemberState.READY, MemberState.WAITING}


def note(org: int, granted: Collection[GrantFact]) -> None:
    """Have those looked at who are invited already, in the caller's transaction."""
    places: dict[int, set[int]] = defaultdict(set)
    for fact in granted:
        places[fact.conference].add(fact.contact)
    for conference, contacts in places.items():
        invited: set[int] = set()
        for chunk in store.chunks(sorted(contacts), _CHUNK):
            found = Mark.objects.filter(org=org, contact__in=chunk, scope=marks.invite(conference))
            invited.update(found.values_list("contact", flat=True))
        work.publish(LATE_ACCESS, org, [f"{conference}:{contact}" for contact in invited])


def on_access_late(batch: WorkBatch) -> None:
    """Send the invitation again to those who were invited without a link that works now."""
    now = clock.now()
    places: dict[int, list[int]] = defaultdict(list)
    for key in batch.keys:
        place, _colon, contact = key.partition(":")
        places[int(place)].append(int(contact))
    with store.write():
        later: dict[timedelta, list[str]] = defaultdict(list)
        for conference, contacts in places.items():
            for chunk in store.chunks(sorted(contacts), _CHUNK):
                for each, pause in _tell(batch.org, conference, chunk, now).items():
                    later[pause].append(f"{conference}:{each}")
        batch.finish()
        for pause, keys in later.items():
            work.publish(LATE_ACCESS, batch.org, keys, due=now + pause)
    boundaries.crossing("journeys.late_access_told")


def _tell(
    org: int, conference: int, contacts: Sequence[int], now: datetime
) -> dict[int, timedelta]:
    """Tell those of these contacts who miss a link; return whom to look at again, and when.

    Locked first: a member that is being walked is seen as the walk leaves it.
    """
    rows = Member.objects.select_for_update().order_by("contact", "id")
    members = list(rows.filter(org=org, conference=conference, contact__in=contacts))
    # Whoever walks is written to in a moment, with all there is; or not, and then we look again.
    walking = {row.contact for row in members if _walks(row)}
    mails = _mails(org, conference, contacts, members)
    held = access.grants_of(org, contacts, conference)
    valid = orders.valid_tickets_of(org, contacts, conference)
    again: dict[int, timedelta] = {}
    for contact in contacts:
        tickets = valid.get(contact, ())
        missing = _missing(held.get(contact, ()), mails[contact])
        if not tickets or decisions.has_ended(tickets, now) or not missing:
            continue
        if contact in walking:
            again[contact] = decisions.SWEEP
        elif any(mail.state in _ON_THE_WIRE for mail in mails[contact]):
            again[contact] = _WIRE_SETTLES
        else:
            _send(org, contact, conference, missing, now)
    return again


def _walks(row: Member) -> bool:
    given_up = row.state == MemberState.BLOCKED and row.reason == Stop.NO_ACCESS
    return not row.lane and (row.state in _MOVES or given_up)


def _mails(
    org: int, conference: int, contacts: Sequence[int], members: Sequence[Member]
) -> dict[int, list[MessageFact]]:
    """Return what let people in: invitations, additions, and what was sent again; no tests.

    Not what went to an address of before: its links died with the change.
    """
    found: dict[int, list[MessageFact]] = {contact: [] for contact in contacts}
    now_at = people.addresses(org, contacts)
    for fact in correspondence.written(org, conference, contacts, members):
        here = now_at.get(fact.contact)
        moved = here is not None and fact.address is not None and fact.address != here.id
        if fact.key.startswith(_MAILS) and not fact.testing and not moved:
            found[fact.contact].append(fact)
    return found


def _missing(held: Sequence[GrantFact], mails: Sequence[MessageFact]) -> list[int]:
    """Return the grants that work and that none of the mails carries.

    Nobody is invited yet, or nothing reached them: then the invitation itself will carry it.
    """
    sent = [mail for mail in mails if mail.state in _ARRIVED | _ON_THE_WIRE]
    if not sent:
        return []
    return [
        grant.id
        for grant in held
        if grant.state == State.GRANTED and not any(_carries(mail, grant) for mail in mails)
    ]


def _carries(mail: MessageFact, grant: GrantFact) -> bool:
    """Say whether a mail has this link in it, or will have.

    Links are put in right before the wire, so a queued one has whatever works now. Of the minute
    before acceptance nobody can tell: rather one mail more than a link that nobody hears of.
    """
    if mail.state == MessageState.QUEUED:
        return True
    if mail.state not in _ARRIVED | _ON_THE_WIRE:
        return False
    decided_with = mail.context.get(inviting.GRANTED)
    if decided_with is not None and grant.id in decided_with:
        return True
    accepted, since = mail.accepted_at or mail.settled_at, grant.granted_at
    if accepted is None or since is None:
        return False
    # Mails of before this was remembered have the benefit of the doubt.
    return since <= (accepted if decided_with is None else accepted - _PUT_TOGETHER)


def _send(org: int, contact: int, conference: int, missing: Sequence[int], now: datetime) -> None:
    shown = access.leading_somewhere(org, missing)
    if not shown:
        return
    try:
        resend(org, contact, conference, actor=ACTOR, now=now, request=f"late:{min(shown)}")
    except (NoAccess, NoJourney, NoTicket):
        return  # nothing to tell, or nobody who tells it
