"""People whose address changed, and people whose ticket went to somebody else.

Whoever has another address is let in again there and invited once more, since the mail that went
to the old one is nobody's: its links are dead. What is still queued is cancelled, so that the new
invitation waits for the new access like every other.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from postlude.access import api as access
from postlude.access.types import Failure
from postlude.journeys import correspondence, entering, marks
from postlude.journeys.inviting import ADDITION, INVITE
from postlude.journeys.models import Mark, Member
from postlude.journeys.waking import take_back
from postlude.kernel import boundaries, clock, store, work
from postlude.kernel.work import WorkBatch
from postlude.messages import api as messages
from postlude.messages.types import MessageFact
from postlude.messages.types import State as MessageState
from postlude.orders import api as orders
from postlude.orders.types import TicketFact
from postlude.people import api as people

# The old address's mail is on the wire: the new invitation waits until that is settled.
STALE = "invitation.stale"
_SETTLES_WITHIN = timedelta(seconds=1)
_CHUNK = 100
_THERE = {MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.UNKNOWN}
_QUEUED = {MessageState.QUEUED, MessageState.LEASED}
READDRESSED = "readdressed"
_INVITATIONS = (INVITE, ADDITION, "resend:")  # what a schedule writes is not what lets people in


@dataclass(frozen=True, slots=True)
class _Mail:
    """What was written to one contact about one conference, and the address it has now."""

    facts: Sequence[MessageFact]
    address: int | None

    @property
    def queued(self) -> list[int]:
        return [fact.id for fact in self.facts if fact.state in _QUEUED]

    @property
    def on_the_wire(self) -> bool:
        return any(
            fact.state == MessageState.SENDING and fact.address != self.address
            for fact in self.facts
        )

    @property
    def missed(self) -> bool:
        """Say whether all of it went elsewhere or nowhere; who was never written to is not lost."""
        there = any(
            fact.address == self.address and fact.state in {*_THERE, MessageState.SENDING}
            for fact in self.facts
        )
        return self.address is not None and bool(self.facts) and not there


def on_contact_moved(batch: WorkBatch) -> None:
    """End the links of the old address, ask for access at the new one, and invite there."""

    def move(contacts: Sequence[int], now: datetime) -> list[int]:
        access.readdress(batch.org, contacts, actor="system:contact.moved", now=now)
        return _invite_again(batch.org, contacts, now)

    _each(batch, move)
    boundaries.crossing("journeys.moved")


def on_contact_addressed(batch: WorkBatch) -> None:
    """A contact that had no address has one now: try its failed grants and lost mails again."""
    now = clock.now()
    contacts = [int(key) for key in batch.keys]
    for conference in orders.conferences(batch.org):
        held = access.grants_of(batch.org, contacts, conference.id)
        failed = {
            contact
            for contact, grants in held.items()
            if any(grant.failure == Failure.NO_ADDRESS for grant in grants)
        }
        if failed:
            actor = "system:contact.addressed"
            access.regrant(batch.org, conference.id, contacts=failed, actor=actor, now=now)
    for chunk in store.chunks(contacts, _CHUNK):
        with store.write():
            _invite_again(batch.org, chunk, now, keep_queued=True)
    boundaries.crossing("journeys.addressed")


def on_invitation_stale(batch: WorkBatch) -> None:
    """Look again at those whose old mail was on the wire."""
    _each(batch, lambda contacts, now: _invite_again(batch.org, contacts, now))
    boundaries.crossing("journeys.stale_settled")


def on_ticket_left(batch: WorkBatch) -> None:
    """A ticket went to another contact: take back what its former holder has no ticket for."""
    contacts = {int(key) for key in batch.keys}
    places: dict[int, set[int]] = defaultdict(set)
    for contact, grants in access.grants_of(batch.org, contacts).items():
        for grant in grants:
            places[grant.conference].add(contact)
    rows = Member.objects.filter(org=batch.org, contact__in=contacts)
    for conference, contact in rows.values_list("conference", "contact").distinct():
        places[conference].add(contact)
    take_back(batch.org, places, clock.now())


def _each(batch: WorkBatch, move: Callable[[Sequence[int], datetime], list[int]]) -> None:
    """Do it for all of a batch, and look later again at those it returns, in one commit."""
    now = clock.now()
    with store.write():
        later = [
            contact
            for chunk in store.chunks(sorted(int(key) for key in batch.keys), _CHUNK)
            for contact in move(chunk, now)
        ]
        batch.finish()
        work.publish(STALE, batch.org, later, due=now + _SETTLES_WITHIN)


def _invite_again(
    org: int, contacts: Sequence[int], now: datetime, *, keep_queued: bool = False
) -> list[int]:
    """Let those enter again whom no mail reaches; return those whose mail is on the wire now.

    What is queued goes to the new address by itself; it is cancelled all the same, unless it may
    be kept, so that it waits for the access that is asked for anew.
    """
    waits: set[int] = set()
    for conference in orders.conferences(org):
        valid = orders.valid_tickets_of(org, contacts, conference.id)
        mails = _mails(org, conference.id, sorted(valid))
        lost = {contact: valid[contact] for contact, mail in mails.items() if mail.missed}
        if keep_queued:
            lost = {each: tickets for each, tickets in lost.items() if not mails[each].queued}
        queued = [number for contact in lost for number in mails[contact].queued]
        messages.cancel_many(org, messages=queued, reason=READDRESSED, now=now)
        later = {contact for contact in lost if mails[contact].on_the_wire}
        _enter_again(org, conference.id, {c: t for c, t in lost.items() if c not in later}, now)
        waits |= later
    return sorted(waits)


def _mails(org: int, conference: int, contacts: Sequence[int]) -> dict[int, _Mail]:
    """Lock the members, so that a walk that would write now comes before or after us."""
    rows = Member.objects.select_for_update().order_by("contact", "id")
    members = rows.filter(org=org, conference=conference, contact__in=contacts)
    facts: dict[int, list[MessageFact]] = defaultdict(list)
    for fact in correspondence.written(org, conference, contacts, members):
        if fact.key.startswith(_INVITATIONS):
            facts[fact.contact].append(fact)
    now_at = people.addresses(org, contacts)
    return {
        contact: _Mail(facts[contact], now_at[contact].id if contact in now_at else None)
        for contact in contacts
    }


def _enter_again(
    org: int, conference: int, lost: Mapping[int, Sequence[TicketFact]], now: datetime
) -> None:
    """Forget that these contacts were invited; they enter with all of their tickets."""
    for contact, tickets in lost.items():
        entered = [marks.ticket(each.id) for each in tickets]
        scopes = [marks.invite(conference), *entered, *(marks.told(each.id) for each in tickets)]
        Mark.objects.filter(org=org, contact=contact, scope__in=scopes).delete()
    keys = [str(each.id) for tickets in lost.values() for each in tickets]
    if keys:
        entering.enter(org, keys, now=now)
