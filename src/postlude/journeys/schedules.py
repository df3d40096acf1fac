"""When a scheduled journey is due. Pure.

The rule for clocks that change: a time that the clocks show twice (autumn) is the first of the two,
a time that they skip (spring) is the instant at which they jump. Whole days before the start are
days of the wall calendar, so “1 day before 09:00” is 09:00 whatever the clocks did in the night;
other lengths are hours that pass.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from postlude.journeys.types import Schedule
from postlude.orders.types import ConferenceRef
from postlude.orgs import api as orgs

_DAY = timedelta(days=1)
NO_START, NO_END, NO_CONFERENCE = "no_start", "no_end", "no_conference"


def obstacle(schedule: Schedule, conference: ConferenceRef | None) -> str:
    """Return why it can never be due for this conference, or nothing.

    Without an end nobody could say when it is too late to write.
    """
    if conference is None:
        return NO_CONFERENCE
    if conference.ends_at is None:
        return NO_END
    if schedule.before_start is not None and conference.starts_at is None:
        return NO_START
    return ""


def due_at(schedule: Schedule, starts_at: datetime | None, zone: str) -> datetime | None:
    """Return the instant (UTC) at which it is due; None without the start that it counts from."""
    if schedule.at is not None:
        return orgs.instant(schedule.at, zone)
    if starts_at is None or schedule.before_start is None:
        return None
    if schedule.before_start % _DAY:
        return starts_at - schedule.before_start
    wall = starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return orgs.instant(wall - schedule.before_start, zone)


def scope(conference: int) -> str:
    """Return what a slot is unique by: one mail per conference, whatever its time becomes."""
    return f"once:{conference}"
