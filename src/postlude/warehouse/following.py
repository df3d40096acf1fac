"""News that is not a ticket's own, turned into news of tickets.

A form is written after its sale, and a person's address may change long after: the rows of these
tickets are then loaded again. Repeats coalesce in the work rows of the tickets.
"""

from collections.abc import Callable, Collection

from postlude.kernel import store, work
from postlude.orders import api as orders
from postlude.people import api as people
from postlude.warehouse import facts

CONSUMER = "warehouse"
TOPIC = "ticket.changed"
_ANSWERS, _CONTACTS = "warehouse.answers", "warehouse.contacts"


def on_answers(batch: work.WorkBatch) -> None:
    """Load the tickets whose forms are new or changed."""
    tickets = [facts.ticket_of(subject) for subject in batch.keys]
    _again(batch, [each for each in tickets if each is not None])


def on_contact_addressed(batch: work.WorkBatch) -> None:
    """Load the tickets of people who have another address, or turned out to be somebody known."""
    held = orders.tickets_of(batch.org, [int(key) for key in batch.keys])
    _again(batch, [ticket.id for tickets in held.values() for ticket in tickets])


def _again(batch: work.WorkBatch, tickets: Collection[int]) -> None:
    with store.write():
        work.publish(TOPIC, batch.org, tickets)
        batch.finish()


FOLLOWED: tuple[tuple[str, str, Callable[[work.WorkBatch], None]], ...] = (
    (people.ANSWERED, _ANSWERS, on_answers),
    (people.ADDRESSED, _CONTACTS, on_contact_addressed),
    (people.MOVED, _CONTACTS, on_contact_addressed),
)
CONSUMERS = (CONSUMER, _ANSWERS, _CONTACTS)
