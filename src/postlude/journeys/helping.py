"""A buyer says: I have not received it. What is due is sent again, to the stored address only.

The public door answers everybody alike and at once; what follows is decided here, behind it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from postlude.journeys import decisions
from postlude.journeys.errors import NoAccess, NoJourney, NoTicket
from postlude.journeys.inviting import ADDITION, INVITE
from postlude.journeys.models import Resend
from postlude.journeys.resending import resend
from postlude.kernel import boundaries, clock, store, work
from postlude.kernel.work import WorkBatch
from postlude.messages import api as messages
from postlude.messages.types import MessageFact, State
from postlude.orders import api as orders
from postlude.orders.types import TicketFact

HELP = "help.asked"
ACTOR = "public:help"
# As long as this nothing is sent again, whoever asks: the mail may be on its way to the mailbox.
EVERY = timedelta(minutes=15)
# Who asks for somebody else must not fill their mailbox until they complain.
MOST_A_DAY = 3
_DAY = timedelta(days=1)
_MOVING = {State.QUEUED, State.LEASED, State.SENDING}
_OURS = (INVITE, ADDITION, "resend:")


def ask_again(org: int, contact: int | None, *, mark: str) -> None:
    """Keep a question; about somebody unknown it is kept too, so that it takes as long."""
    with store.write():
        work.publish(HELP, org, [contact or f"nobody:{mark}"])


def on_help_asked(batch: WorkBatch) -> None:
    """Send again what is due to those who asked; safe to repeat."""
    now = clock.now()
    for contact in [int(key) for key in batch.keys if key.isdecimal()]:
        for conference in orders.conferences(batch.org):
            valid = orders.valid_tickets_of(batch.org, [contact], conference.id)
            if _is_due(batch.org, contact, conference.id, valid.get(contact, ()), now):
                _send(batch.org, contact, conference.id, now)


def _is_due(
    org: int, contact: int, conference: int, tickets: Sequence[TicketFact], now: datetime
) -> bool:
    """Say whether something was sent that may be lost, long enough ago. What waits comes anyway."""
    if not tickets or decisions.has_ended(tickets, now):
        return False
    written = [
        fact
        for fact in messages.of_contact(org, contact)
        if fact.key.startswith(_OURS) and fact.context.get("conference") == conference
    ]
    if not written or any(_is_recent(fact, now) for fact in written):
        return False
    helped = Resend.objects.filter(org=org, conference=conference, contact=contact, actor=ACTOR)
    return helped.filter(at__gt=now - _DAY).count() < MOST_A_DAY


def _is_recent(fact: MessageFact, now: datetime) -> bool:
    if fact.state in _MOVING:
        return True
    return max(fact.created_at, fact.accepted_at or fact.created_at) > now - EVERY


def _send(org: int, contact: int, conference: int, now: datetime) -> None:
    slot = int(now.timestamp() // EVERY.total_seconds())
    request = f"help:{conference}:{contact}:{slot}"
    try:
        resend(org, contact, conference, actor=ACTOR, now=now, request=request)
    except (NoAccess, NoJourney, NoTicket):
        return  # nothing to send yet: the console shows why
    boundaries.crossing("journeys.helped")
