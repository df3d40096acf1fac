"""Entering: a batch of paid tickets becomes cycles with frozen members."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from postlude.journeys import definitions, marks, publishing
from postlude.journeys.models import Cycle, JourneyVersion, Member
from postlude.journeys.types import JourneyDefinition, MemberState
from postlude.kernel import boundaries, clock, ids, store, wakeup
from postlude.kernel.work import WorkBatch
from postlude.orders import api as orders
from postlude.orders.types import TicketFact

_MEMBER = (
    "id",
    "org",
    "cycle",
    "version",
    "conference",
    "contact",
    "tickets",
    "state",
    "node",
    "node_since",
    "reason",
    "due",
    "owner",
    "entered_at",
)
TRIGGER = "ticket.paid"


def on_ticket_paid(batch: WorkBatch) -> None:
    """Let the batch's tickets enter every journey they start; members and news commit together."""
    enter(batch.org, batch.keys, now=clock.now(), also=batch.finish)
    boundaries.crossing("journeys.entered")


def catch_up(org: int, *, conference: int | None = None, now: datetime) -> int:
    """Enter paid tickets that no journey has seen (sold before the playbook was applied).

    Return how many members that made. Safe to repeat.
    """
    made = 0
    for chunk in store.chunks(orders.paid_tickets(org, conference=conference), 500):
        made += enter(org, [str(each) for each in chunk], now=now)
        boundaries.crossing("journeys.caught_up")
    return made


def enter(
    org: int, keys: Sequence[str], *, now: datetime, also: Callable[[], None] | None = None
) -> int:
    """Let paid tickets enter every journey they start, once each; return how many members."""
    facts = orders.tickets(org, keys)
    valid = [ticket for ticket in facts.values() if ticket.valid and ticket.contact is not None]
    starts = [
        (version, definitions.from_json(version.definition))
        for version in publishing.newest_versions(org, trigger=TRIGGER)
    ]
    slugs = {row.id: row.slug for row in orders.conferences(org)}
    made = 0
    with store.write():
        for version, definition in starts:
            mine = [each for each in valid if _concerns(definition, slugs.get(each.conference))]
            made += _enter(org, version, definition, mine, now)
        if also is not None:
            also()
        if made:
            wakeup.nudge()
    return made


def _concerns(definition: JourneyDefinition, slug: str | None) -> bool:
    return not definition.conferences or slug in definition.conferences


def _enter(
    org: int,
    version: JourneyVersion,
    definition: JourneyDefinition,
    tickets: Sequence[TicketFact],
    now: datetime,
) -> int:
    wanted = [(each.contact, marks.ticket(each.id)) for each in tickets if each.contact is not None]
    fresh = marks.make(org, version.journey_id, wanted, now)
    audience: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for ticket in tickets:
        if ticket.contact is not None and (ticket.contact, marks.ticket(ticket.id)) in fresh:
            audience[ticket.conference][ticket.contact].append(ticket.id)
    for conference, members in audience.items():
        _start_cycle(org, version, definition.nodes[0].name, conference, members, now)
    return sum(len(members) for members in audience.values())


def _start_cycle(  # noqa: PLR0913, PLR0917 - one row is what it is
    org: int,
    version: JourneyVersion,
    first: str,
    conference: int,
    members: Mapping[int, list[int]],
    now: datetime,
) -> None:
    cycle = Cycle.objects.create(
        org_id=org,
        journey_id=version.journey_id,
        version=version,
        conference=conference,
        entered=len(members),
        started_at=now,
    )
    at = (MemberState.READY.value, first, now, "", now, "", now)
    contacts = sorted(members)
    store.insert_many(
        Member,
        _MEMBER,
        [
            (new, org, cycle.id, version.id, conference, contact, sorted(members[contact]), *at)
            for new, contact in zip(ids.new_ids(len(contacts)), contacts, strict=True)
        ],
    )
