"""A buyer's e-mail that was changed in KKTIX: the same person at another address, or another one?

The same, when the name stays and all that the person holds shows the new address: then the contact
keeps its history and moves. Otherwise those tickets went to somebody else.
"""

from collections.abc import Sequence
from datetime import datetime

from postlude.kernel import boundaries
from postlude.orders import api as orders
from postlude.orders.types import State, TicketFact
from postlude.people import api as people
from postlude.people.types import Actor, PersonSeen
from postlude.sources.kktix import readings

_ACTOR = Actor("system", "source:kktix")
_ALIVE = frozenset({State.PAID, State.REGISTERED})


def follow(org: int, seen: Sequence[PersonSeen], *, now: datetime) -> int:
    """Move the contacts whose address was changed at the source; return how many.

    Called before the same persons are recognised, who are then found at their new address.
    """
    changed = people.changes(org, seen)
    if not changed:
        return 0
    held = orders.tickets_of(org, [each.contact for each in changed])
    moved = 0
    for each in changed:
        if _rows(held.get(each.contact, [])) <= each.references:
            found = people.change_email(org, each.contact, each.email_raw, actor=_ACTOR, now=now)
            moved += found.problem is None
            boundaries.crossing("sources.kktix_address_followed")
    return moved


def _rows(tickets: Sequence[TicketFact]) -> set[str]:
    """Return the rows of what is held; a ticket without a number of its own is no known row."""
    alive = [ticket for ticket in tickets if ticket.state in _ALIVE]
    return {readings.reference(ticket.external_id or "") for ticket in alive}
