"""Reading notices and their runs, for the command line and the console."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count

from postlude.journeys import publishing as versions
from postlude.journeys.models import JourneyVersion, NodeExecution, Run, SendAttempt
from postlude.journeys.recurring import definitions, publishing, timetables
from postlude.journeys.recurring.batch import BLOCKED, HELD_OUT, WAITING
from postlude.journeys.recurring.figures import Books, NoticeFact, RunFact, RunState
from postlude.orgs import api as orgs

_UNKNOWN = "unknown"


def notices(org: int, *, now: datetime) -> list[NoticeFact]:
    """Return every notice by its newest version, active or not, by slug."""
    rows = JourneyVersion.objects.filter(org=org, journey__trigger=versions.TIMETABLE)
    newest = {row.journey_id: row for row in rows.select_related("journey").order_by("number")}
    found = [_notice(org, row, now) for row in newest.values()]
    return sorted(found, key=lambda each: each.slug)


def notice(org: int, slug: str, *, now: datetime) -> NoticeFact:
    """Return one notice by its newest version; raise NotFound."""
    return _notice(org, publishing.newest(org, slug), now)


def runs(org: int, slug: str, *, limit: int = 10) -> list[RunFact]:
    """Return the newest runs of a notice; raise NotFound."""
    journey = publishing.newest(org, slug).journey_id
    rows = Run.objects.filter(org=org, journey=journey).order_by("-id")
    return _runs(org, list(rows[:limit]))


def _notice(org: int, row: JourneyVersion, now: datetime) -> NoticeFact:
    notice, journey = definitions.from_json(row.definition), row.journey
    on = journey.active and journey.paused_at is None
    upcoming = [
        timetables.following(notice.timetable, now=now, zone=each.zone).at
        for each in orgs.clocks(org)
        if on
    ]
    last = runs(org, journey.slug, limit=1)
    return NoticeFact(
        slug=journey.slug,
        title=journey.title,
        folder=journey.folder,
        every=timetables.words(notice.timetable),
        once_per=notice.once_per.value,
        version=row.number,
        active=journey.active,
        paused_at=journey.paused_at,
        next_at=min(upcoming, default=None),
        last_run=last[0] if last else None,
    )


def _runs(org: int, rows: Sequence[Run]) -> list[RunFact]:
    books = _books(org, [row.cycle_id for row in rows])
    kept = JourneyVersion.objects.filter(id__in={row.version_id for row in rows})
    numbers = dict(kept.values_list("id", "number"))
    found = []
    for row in rows:
        mine = tuple(books[row.cycle_id])
        entered = sum(each.entered for each in mine)
        state = RunState.SERVING if row.frozen_at else RunState.FREEZING
        found.append(
            RunFact(
                id=row.id,
                scope=row.scope,
                version=numbers[row.version_id],
                state=RunState.DONE if row.finished_at else state,
                due_at=row.due_at,
                begun_at=row.begun_at,
                finished_at=row.finished_at,
                selected=row.frozen,
                passed_over=row.passed_over,
                left=row.frozen - row.passed_over - entered,
                books=mine,
                zone=row.zone,
            )
        )
    return found


def _books(org: int, cycles: Sequence[int]) -> dict[int, list[Books]]:
    executions = NodeExecution.objects.filter(org=org, cycle__in=cycles).order_by("id")
    found: dict[int, list[Books]] = defaultdict(list)
    for number, cycle, node, entered in executions.values_list("id", "cycle", "node", "entered"):
        outcomes: Counter[str] = Counter()
        blocked: dict[str, int] = {}
        rows = SendAttempt.objects.filter(org=org, execution=number)
        for each in rows.values("outcome", "reason").annotate(n=Count("id")).order_by("reason"):
            unsure = each["outcome"] == WAITING and each["reason"] == _UNKNOWN
            outcomes[_UNKNOWN if unsure else each["outcome"]] += each["n"]
            if each["outcome"] == BLOCKED:
                blocked[each["reason"]] = each["n"]
        found[cycle].append(
            Books(
                selection=node.partition(".")[2],
                entered=entered,
                sent=outcomes["sent"],
                failed=outcomes["failed"],
                waiting=outcomes[WAITING],
                unknown=outcomes[_UNKNOWN],
                held_out=outcomes[HELD_OUT],
                blocked=blocked,
            )
        )
    return found
