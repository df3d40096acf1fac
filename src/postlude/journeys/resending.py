"""An operator sends an invitation again: recorded, and one mail however often it is clicked."""

from collections.abc import Sequence
from datetime import datetime

from postlude.access import api as access
from postlude.access.types import State
from postlude.journeys import definitions, inviting, publishing
from postlude.journeys.entering import TRIGGER
from postlude.journeys.errors import NoAccess, NoJourney, NoTicket
from postlude.journeys.models import JourneyVersion
from postlude.journeys.models import Resend as ResendRow
from postlude.journeys.types import JourneyDefinition, Resent, SendNode
from postlude.kernel import boundaries, ids, store
from postlude.messages import api as messages
from postlude.orders import api as orders
from postlude.orders.types import TicketFact
from postlude.people import api as people


def resend(  # noqa: PLR0913 - who, to whom, about what, when
    org: int, contact: int, conference: int, *, actor: str, now: datetime, request: str = ""
) -> Resent:
    """Send the invitation again, with what is granted now, to the address that is known now.

    The same `request` (an id of the click) is one mail. Suppressions hold as always.
    """
    version, node = _journey(org, conference)
    tickets = orders.valid_tickets_of(org, [contact], conference).get(contact, [])
    if not tickets:
        raise NoTicket
    held = access.grants_of(org, [contact], conference).get(contact, [])
    if not any(grant.state == State.GRANTED for grant in held):
        raise NoAccess
    number = ids.new_id()
    key = request or f"resend:{number}"
    with store.write():
        fresh = store.insert_ignore(
            ResendRow,
            ("id", "org", "request", "journey", "conference", "contact", "actor", "at"),
            [(number, org, key, version.journey_id, conference, contact, actor[:100], now)],
            conflict=("org", "request"),
        )
        if not fresh:
            earlier = ResendRow.objects.get(org=org, request=key)
            return Resent(int(earlier.message or 0), existed=True)
        message = _write(org, contact, conference, node, tickets, number, now)
        ResendRow.objects.filter(id=number).update(message=message)
    boundaries.crossing("journeys.resent")
    return Resent(message, existed=False)


def _write(  # noqa: PLR0913, PLR0917 - a message is what it is
    org: int,
    contact: int,
    conference: int,
    node: SendNode,
    tickets: Sequence[TicketFact],
    number: int,
    now: datetime,
) -> int:
    draft = inviting.draft(
        node,
        conference,
        contact,
        f"{inviting.RESEND}{number}",
        tickets,
        sender=messages.sender(org, node.sender).id,
        version=inviting.version_for(node, org, tickets),
        locale=people.locales(org, [contact]).get(contact, ""),
        cycle=None,
        now=now,
        granted=inviting.granted(org, [contact], conference).get(contact, ()),
    )
    return messages.enqueue_many(org, [draft], now=now)[0].message


def _journey(org: int, conference: int) -> tuple[JourneyVersion, SendNode]:
    slugs = {row.id: row.slug for row in orders.conferences(org)}
    for version in publishing.newest_versions(org, trigger=TRIGGER):
        definition = definitions.from_json(version.definition)
        node = _send_node(definition)
        fits = not definition.conferences or slugs.get(conference) in definition.conferences
        if node is not None and fits:
            return version, node
    raise NoJourney


def _send_node(definition: JourneyDefinition) -> SendNode | None:
    return next((node for node in definition.nodes if isinstance(node, SendNode)), None)
