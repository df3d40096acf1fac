"""Beginning what is due: a slot row and a cycle in one commit, once however many look."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from postlude.journeys import definitions, publishing, schedules
from postlude.journeys.models import Cycle, JourneyVersion, Slot
from postlude.journeys.types import JourneyDefinition
from postlude.kernel import boundaries, ids, store
from postlude.kernel.jobs import Budget
from postlude.orders import api as orders
from postlude.orders.types import ConferenceRef
from postlude.orgs import api as orgs


@dataclass(frozen=True, slots=True)
class Plan:
    """A scheduled journey and one of its conferences; `obstacle` says why it cannot be due."""

    version: JourneyVersion
    definition: JourneyDefinition
    slug: str
    conference: ConferenceRef | None
    due_at: datetime | None
    obstacle: str

    def is_due(self, now: datetime) -> bool:
        """Say whether to begin: late is better than never, until the conference is over."""
        ends = self.conference.ends_at if self.conference else None
        return (
            not self.obstacle
            and self.due_at is not None
            and ends is not None
            and self.due_at <= now < ends
        )


def schedule(budget: Budget) -> int:
    """Begin every scheduled journey that is due; return how many were begun.

    Any number of workers may look at once: the slot's unique key decides. A journey whose time
    was moved after it had begun does not begin again.
    """
    begun = 0
    for org in orgs.all_orgs():
        if budget.spent():
            break
        for plan in plans(org.id):
            if plan.version.journey.active and plan.is_due(budget.now()):
                begun += _begin(org.id, plan, budget.now())
    return begun


def plans(org: int) -> Iterator[Plan]:
    """Yield every scheduled journey with each of its conferences, active or not."""
    rows = [
        row
        for row in publishing.newest_versions(org)
        if row.journey.trigger == definitions.SCHEDULE
    ]
    if not rows:
        return
    known = {each.slug: each for each in orders.conferences(org)}
    zone = orgs.get(org).zone
    for row in rows:
        definition = definitions.from_json(row.definition)
        if definition.schedule is None:
            continue
        for slug in definition.conferences:
            conference = known.get(slug)
            starts = conference.starts_at if conference else None
            due = schedules.due_at(definition.schedule, starts, zone)
            obstacle = schedules.obstacle(definition.schedule, conference)
            yield Plan(row, definition, slug, conference, due, obstacle)


def _begin(org: int, plan: Plan, now: datetime) -> bool:
    if plan.conference is None or plan.due_at is None:
        return False
    scope = schedules.scope(plan.conference.id)
    journey = plan.version.journey_id
    if Slot.objects.filter(org=org, journey=journey, scope=scope).exists():
        return False
    with store.write():
        cycle, number = ids.new_id(), ids.new_id()
        row = (number, org, journey, scope, plan.version.id, cycle, plan.conference.id)
        # The cycle first, since the slot names it; whoever comes second takes its own back.
        made = Cycle.objects.create(
            id=cycle,
            org_id=org,
            journey_id=journey,
            version=plan.version,
            conference=plan.conference.id,
            entered=0,
            started_at=now,
        )
        fresh = store.insert_ignore(
            Slot,
            (
                "id",
                "org",
                "journey",
                "scope",
                "version",
                "cycle",
                "conference",
                "due_at",
                "begun_at",
                "frozen_to",
                "owner",
            ),
            [(*row, plan.due_at, now, 0, "")],
            conflict=("org", "journey", "scope"),
        )
        if not fresh:
            made.delete()
    boundaries.crossing("journeys.slot_begun")
    return bool(fresh)
