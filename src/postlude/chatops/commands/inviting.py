"""/event invite: let a buyer in, then send the invitation (again). One mail a confirmed command."""

from datetime import timedelta

from django.utils.translation import gettext as _

from postlude.access.types import GrantFact, State
from postlude.chatops.commands import buyers, granting
from postlude.chatops.commands.buyers import Buyer
from postlude.chatops.commands.fitting import plain
from postlude.chatops.commands.shape import Answer, Call, Question, Wait
from postlude.chatops.errors import NobodyInvites
from postlude.journeys import api as journeys
from postlude.journeys.errors import NoJourney
from postlude.messages import api as messages
from postlude.messages.types import MessageFact

_LOOK_EVERY_S = 1.0
# An authoriser that hangs is waited for; the token lives for a quarter of an hour.
_FOR_ACCESS = timedelta(minutes=2)
_FOR_THE_JOURNEY = timedelta(seconds=20)
_UNDER_WAY = {"waiting", "entered", "decided"}


def ask(call: Call) -> Question:
    """Ask before anything is sent."""
    buyer = buyers.find(call)
    text = _("Let {buyer} in, and send the invitation to {event}?")
    if _invitations(call, buyer):
        text = _("{buyer} has an invitation to {event} already. Let in, and send it again?")
    words = text.format(buyer=buyer.shown, event=plain(buyer.happening.name))
    return Question(words, _("Send"), buyer.contact, buyer.happening.conference)


def answer(call: Call) -> Answer | Wait:
    """Grant, wait for the authorisers, then send; say what happened and why."""
    buyer = buyers.find(call)
    if call.step != granting.ASKED:
        granting.request(call, buyer)
        return Wait(_LOOK_EVERY_S, granting.ASKED)
    grants = granting.held(call, buyer)
    if granting.is_pending(grants) and not granting.out_of_patience(call, _FOR_ACCESS):
        return Wait(_LOOK_EVERY_S, granting.ASKED)
    if not any(each.state == State.GRANTED for each in grants):
        return _told(_("{buyer}: not sent, there is no access to write of yet."), buyer, grants)
    if _the_journey_invites(call, buyer):
        if not granting.out_of_patience(call, _FOR_ACCESS + _FOR_THE_JOURNEY):
            return Wait(_LOOK_EVERY_S, granting.ASKED)
    elif not _invited_since(call, buyer):
        _send(call, buyer)
    return _told(_("{buyer}: the invitation is on its way."), buyer, grants)


def _send(call: Call, buyer: Buyer) -> None:
    """The interaction's number makes it one mail, however often this is worked out."""
    try:
        journeys.resend(
            call.org.id,
            buyer.contact,
            buyer.happening.conference,
            actor=f"{call.actor.kind}:{call.actor.id}",
            now=call.now,
            request=f"discord:{call.number}",
        )
    except NoJourney:
        raise NobodyInvites from None


def _told(text: str, buyer: Buyer, grants: list[GrantFact]) -> Answer:
    return Answer("\n".join([text.format(buyer=buyer.shown), *granting.lines(grants)]))


def _invitations(call: Call, buyer: Buyer) -> list[MessageFact]:
    """Return the buyer's invitations to the conference, newest first."""
    mark = f"invite:{buyer.happening.conference}"
    return [
        each
        for each in messages.of_contact(call.org.id, buyer.contact)
        if not each.testing
        and (each.key.startswith(mark) or each.context.get("conference") == _id(buyer))
        and each.key.startswith(("invite:", "resend:"))
    ]


def _id(buyer: Buyer) -> int:
    return buyer.happening.conference


def _invited_since(call: Call, buyer: Buyer) -> bool:
    """Say whether an invitation was written since the command was confirmed.

    Whoever had no access until now is invited by the journey as soon as they have, and who was
    invited without a link hears of it: a second mail beside either would be one too many.
    """
    since = call.confirmed_at or call.now
    return any(each.created_at >= since for each in _invitations(call, buyer))


def _the_journey_invites(call: Call, buyer: Buyer) -> bool:
    """Say whether the buyer is in the journey still, and not invited yet."""
    if _invitations(call, buyer):
        return False
    history = [
        each
        for each in journeys.history_of(call.org.id, buyer.contact)
        if each.conference == buyer.happening.conference and each.kind != "resent"
    ]
    return bool(history) and history[-1].kind in _UNDER_WAY
