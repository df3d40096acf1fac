"""Beginning the runs that are due: a run and its cycle in one commit, once however many look."""

from datetime import datetime

from postlude.journeys import publishing as versions
from postlude.journeys.models import Cycle, JourneyVersion, Run
from postlude.journeys.recurring import definitions, publishing, timetables
from postlude.journeys.recurring.types import Due
from postlude.kernel import boundaries, ids, store, wakeup
from postlude.kernel.jobs import Budget
from postlude.orgs import api as orgs

_RUN = (
    "id",
    "org",
    "journey",
    "scope",
    "version",
    "cycle",
    "due_at",
    "begun_at",
    "selection",
    "frozen_to",
    "frozen",
    "passed_over",
    "owner",
)


def begin_runs(budget: Budget) -> int:
    """Begin every run that is due, or was missed and may still begin; return how many.

    Any number of schedulers may look at once: the run's unique key decides.
    """
    begun = 0
    for org in orgs.all_orgs():
        if budget.spent():
            break
        for version in versions.newest_versions(org.id, trigger=versions.TIMETABLE):
            due = due_run(org.id, version, org.zone, budget.now())
            if due is not None:
                begun += begin(org.id, version, due, budget.now())
    return begun


def due_run(org: int, version: JourneyVersion, zone: str, now: datetime) -> Due | None:
    """Return the run of a notice that is due now; None also for one that was taken off."""
    journey = version.journey
    if journey.paused_at is not None or not journey.active:
        return None
    since = publishing.first_published(org, version.journey_id)
    if journey.resumed_at is not None:
        since = max(since, journey.resumed_at)
    timetable = definitions.from_json(version.definition).timetable
    return timetables.due(timetable, now=now, zone=zone, since=since)


def begin(org: int, version: JourneyVersion, due: Due, now: datetime) -> bool:
    """Begin a run unless it has begun before; say whether it did."""
    journey = version.journey_id
    if Run.objects.filter(org=org, journey=journey, scope=due.scope).exists():
        return False
    with store.write():
        # The cycle first, since the run names it; whoever comes second takes its own back.
        made = Cycle.objects.create(
            org_id=org,
            journey_id=journey,
            version=version,
            conference=0,
            entered=0,
            started_at=now,
        )
        row = (ids.new_id(), org, journey, due.scope, version.id, made.id, due.at, now)
        conflict = ("org", "journey", "scope")
        fresh = store.insert_ignore(Run, _RUN, [(*row, 0, 0, 0, 0, "")], conflict=conflict)
        if not fresh:
            made.delete()
        wakeup.nudge()
    boundaries.crossing("journeys.run_begun")
    return bool(fresh)


def begin_by_hand(org: int, slug: str, *, now: datetime) -> int | None:
    """Begin a run now, whatever the timetable says; return its id, None if one began this minute.

    Its marks are those of every other run: whoever was served in their period is not again.
    """
    version = publishing.newest(org, slug)
    scope = f"by-hand:{now:%Y-%m-%dT%H:%M}"
    if not begin(org, version, Due(scope, now, now), now):
        return None
    return Run.objects.get(org=org, journey=version.journey_id, scope=scope).id
