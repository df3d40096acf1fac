"""/event grant: let a buyer in everywhere their tickets open."""

from datetime import timedelta

from django.utils.translation import gettext as _

from postlude.access import api as access
from postlude.access.types import GrantFact, State
from postlude.chatops.commands import buyers
from postlude.chatops.commands.buyers import Buyer
from postlude.chatops.commands.fitting import plain
from postlude.chatops.commands.shape import Answer, Call, Question, Wait
from postlude.kernel.errors import N_

ASKED = "asked"
_LOOK_EVERY_S = 1.0
# Longer than that and the caller hears that it waits, and on whom.
_PATIENCE = timedelta(seconds=20)
_STATES = {
    State.GRANTED: N_("let in"),
    State.PENDING: N_("waiting for access"),
    State.FAILED: N_("failed"),
    State.REVOKED: N_("taken back"),
}


def ask(call: Call) -> Question:
    """Ask before anything is done."""
    buyer = buyers.find(call)
    text = _("Let {buyer} in to everything their tickets of {event} open?").format(
        buyer=buyer.shown, event=plain(buyer.happening.name)
    )
    return Question(text, _("Let in"), buyer.contact, buyer.happening.conference)


def answer(call: Call) -> Answer | Wait:
    """Ask the authorisers, wait a little for what they say, and tell."""
    buyer = buyers.find(call)
    if call.step != ASKED:
        request(call, buyer)
        return Wait(_LOOK_EVERY_S, ASKED)
    grants = held(call, buyer)
    if is_pending(grants) and not out_of_patience(call, _PATIENCE):
        return Wait(_LOOK_EVERY_S, ASKED)
    return Answer("\n".join([buyer.shown, *lines(grants)]))


def request(call: Call, buyer: Buyer) -> None:
    """Ask for whatever the tickets open; what had failed is tried again, and by whom is noted."""
    org, conference = call.org.id, buyer.happening.conference
    actor = f"{call.actor.kind}:{call.actor.id}"
    access.regrant(org, conference, contacts=[buyer.contact], actor=actor, now=call.now)
    access.grant_many(org, conference, [buyer.contact], now=call.now)


def held(call: Call, buyer: Buyer) -> list[GrantFact]:
    """Return the buyer's grants of the conference."""
    found = access.grants_of(call.org.id, [buyer.contact], buyer.happening.conference)
    return list(found.get(buyer.contact, []))


def is_pending(grants: list[GrantFact]) -> bool:
    """Say whether an authoriser has not said its word yet."""
    return any(each.state == State.PENDING for each in grants)


def out_of_patience(call: Call, patience: timedelta) -> bool:
    """Say whether the caller has waited long enough for a first word."""
    return call.confirmed_at is None or call.now - call.confirmed_at >= patience


def lines(grants: list[GrantFact]) -> list[str]:
    """Return a line a resource: its title, its state, and why."""
    if not grants:
        return [_("Their tickets open nothing: the playbook's access map has no line for them.")]
    return [_line(each) for each in grants]


def _line(grant: GrantFact) -> str:
    words = f" ({plain(grant.words)})" if grant.words and grant.state != State.GRANTED else ""
    state = _(_STATES.get(State(grant.state), grant.state))
    return f"- {plain(grant.title or grant.resource)}: {state}{words}"
