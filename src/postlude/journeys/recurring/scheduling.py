"""Beginning the runs that are due: a run and its cycle in one commit, once however many look."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from postlude.journeys import publishing as versions
from postlude.journeys.models import Cycle, JourneyVersion, Run
from postlude.journeys.recurring import definitions, publishing, timetables
from postlude.journeys.recurring.types import Due
from postlude.kernel import boundaries, ids, store, wakeup
from postlude.kernel.jobs import Budget
from postlude.orgs import api as orgs
from postlude.orgs.api import Clocks

_RUN = (
    "id",
    "org",
    "journey",
    "scope",
    "version",
    "cycle",
    "due_at",
    "begun_at",
    "zone",
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
        found = versions.newest_versions(org.id, trigger=versions.TIMETABLE)
        clocks = orgs.clocks(org.id) if found else []
        for version in found:
            for due, zone in due_runs(org.id, version, clocks, budget.now()):
                begun += begin(org.id, version, due, budget.now(), zone=zone)
    return begun


def due_runs(
    org: int, version: JourneyVersion, clocks: Sequence[Clocks], now: datetime
) -> Iterator[tuple[Due, str | None]]:
    """Yield the runs of a notice that are due now, each with the zone whose people it is for.

    One that was taken off has none. Where all live by one zone there is one run, of everybody;
    else one a zone, by its clocks, and its name ends in that of the zone unless it is the
    organisation's own.
    """
    journey = version.journey
    if journey.paused_at is not None or not journey.active:
        return
    since = publishing.first_published(org, version.journey_id)
    if journey.resumed_at is not None:
        since = max(since, journey.resumed_at)
    timetable = definitions.from_json(version.definition).timetable
    for each in clocks:
        due = timetables.due(timetable, now=now, zone=each.zone, since=since)
        if due is None:
            continue
        if each.everybody:
            yield due, None
        else:
            scope = due.scope if each.home else f"{due.scope}@{each.zone}"
            yield replace(due, scope=scope), each.zone


def begin(
    org: int, version: JourneyVersion, due: Due, now: datetime, *, zone: str | None = None
) -> bool:
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
        row = (ids.new_id(), org, journey, due.scope, version.id, made.id, due.at, now, zone)
        conflict = ("org", "journey", "scope")
        fresh = store.insert_ignore(Run, _RUN, [(*row, 0, 0, 0, 0, "")], conflict=conflict)
        if not fresh:
            made.delete()
        wakeup.nudge()
    boundaries.crossing("journeys.run_begun")
    return bool(fresh)


def begin_by_hand(org: int, slug: str, *, now: datetime, actor: str = "") -> int | None:
    """Begin a run now, whatever the timetable says; return its id, None if one began this minute.

    Of everybody, wherever they live, by the organisation's own clocks.
    Its marks are those of every other run: whoever was served in their period is not again.
    """
    version = publishing.newest(org, slug)
    scope = f"by-hand:{now:%Y-%m-%dT%H:%M}"
    if not begin(org, version, Due(scope, now, now), now):
        return None
    with store.write():
        publishing.switched(org, version.journey_id, "run", now, actor)
    return Run.objects.get(org=org, journey=version.journey_id, scope=scope).id
