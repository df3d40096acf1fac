"""Whom a command is about: one buyer, by e-mail, with a valid ticket."""

from dataclasses import dataclass, field

from postlude.chatops.commands import events
from postlude.chatops.commands.fitting import plain
from postlude.chatops.commands.shape import Call
from postlude.chatops.errors import NobodyKnown, NoTicketHere
from postlude.kernel import redact
from postlude.orders import api as orders
from postlude.orders.types import HappeningRef
from postlude.people import api as people


@dataclass(frozen=True, slots=True)
class Buyer:
    """One buyer and the event they are helped with; `shown` is the masked e-mail."""

    contact: int
    happening: HappeningRef
    shown: str = field(repr=False)


def find(call: Call) -> Buyer:
    """Return the buyer; raise NoSuchEvent, NobodyKnown or NoTicketHere.

    Guests and buyers of any event of the same conference are helped: one invitation is for all.
    """
    happening = events.find(call.org.id, call.value("slug"))
    contact = known(call)
    held = orders.valid_tickets_of(call.org.id, [contact], happening.conference)
    if not held.get(contact):
        raise NoTicketHere
    return Buyer(contact, happening, masked(call))


def known(call: Call) -> int:
    """Return the contact of the e-mail; raise NobodyKnown."""
    contact = people.find(call.org.id, call.value("email"))
    if contact is None:
        raise NobodyKnown
    return contact


def masked(call: Call) -> str:
    """Return the e-mail as it may be shown."""
    return plain(redact.mask_email(call.value("email")))
