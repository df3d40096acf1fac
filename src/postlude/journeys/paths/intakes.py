"""Who enters together: a look of a timetable, or the news of one local day; each once."""

from datetime import datetime

from postlude.journeys.models import Cycle, JourneyVersion
from postlude.journeys.paths.models import Intake
from postlude.kernel import ids, store

_COLUMNS = (
    "id",
    "org",
    "journey",
    "scope",
    "version",
    "cycle",
    "due_at",
    "begun_at",
    "asked",
    "first",
    "looked_to",
    "selected",
    "passed_over",
    "finished_at",
    "owner",
)
_CONFLICT = ("org", "journey", "scope")


def begin(  # noqa: PLR0913 - a row is what it is
    org: int,
    version: JourneyVersion,
    scope: str,
    *,
    due_at: datetime,
    now: datetime,
    conference: int = 0,
    asked: str = "",
    first: bool = False,
    finished: bool = False,
) -> bool:
    """Begin an intake with its cycle, unless it has begun before; say whether it did.

    In the caller's transaction. One that is `finished` is looked at by no job.
    """
    journey = version.journey_id
    if Intake.objects.filter(org=org, journey=journey, scope=scope).exists():
        return False
    # The cycle first, since the intake names it; whoever comes second takes its own back.
    cycle = Cycle.objects.create(
        org_id=org,
        journey_id=journey,
        version=version,
        conference=conference,
        entered=0,
        started_at=now,
    )
    row = (ids.new_id(), org, journey, scope, version.id, cycle.id, due_at, now, asked, first)
    rest = (0, 0, 0, now if finished else None, "")
    fresh = store.insert_ignore(Intake, _COLUMNS, [(*row, *rest)], conflict=_CONFLICT)
    if not fresh:
        cycle.delete()
    return bool(fresh)


def of_day(org: int, version: JourneyVersion, conference: int, day: str, now: datetime) -> int:
    """Return the cycle of those whom the news of a local day brings into a version."""
    scope = f"day:{day}:{version.number}:{conference}"
    begin(org, version, scope, due_at=now, now=now, conference=conference, finished=True)
    found = Intake.objects.filter(org=org, journey=version.journey_id, scope=scope)
    return int(found.values_list("cycle", flat=True)[0])
