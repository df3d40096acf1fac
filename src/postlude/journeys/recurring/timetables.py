"""When a notice runs. Pure.

The rule for clocks that change is that of all schedules: a time that they show twice is the first
of the two, one that they skip is the instant at which they jump.

A missed run is made up for once, within its window and never outside it: until the next run of
that day; the last one of an hourly timetable ten minutes long, which is a scheduler's own delay;
one of the day or the month until that local day ends.
"""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from postlude.journeys.recurring.types import Due, Every, Timetable
from postlude.orgs import api as orgs

EXAMPLES = "hourly 11:00 to 22:00, daily 12:00, monthly 1st 12:30"
_GRACE = timedelta(minutes=10)
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_LAST_OF_EVERY_MONTH = 28
_TIME = r"(\d{1,2}):(\d{2})"
_HOURLY = re.compile(rf"hourly\s+{_TIME}\s+to\s+{_TIME}")
_DAILY = re.compile(rf"daily\s+{_TIME}")
_MONTHLY = re.compile(rf"monthly\s+(\d{{1,2}})(?:st|nd|rd|th)\s+{_TIME}")


def parse(text: str) -> Timetable:
    """Read "hourly 11:00 to 22:00", "daily 12:00" or "monthly 1st 12:30"; raise ValueError."""
    plain = " ".join(text.lower().split())
    try:
        if found := _HOURLY.fullmatch(plain):
            first, last = _time(found[1], found[2]), _time(found[3], found[4])
            return Timetable(Every.HOUR, first, last)
        if found := _DAILY.fullmatch(plain):
            return Timetable(Every.DAY, _time(found[1], found[2]))
        if found := _MONTHLY.fullmatch(plain):
            return Timetable(Every.MONTH, _time(found[2], found[3]), day=int(found[1]))
    except ValueError:
        raise ValueError(f"“{text}” has a time that no clock shows") from None
    raise ValueError(f"“{text}” is no timetable; write it like {EXAMPLES}")


def words(timetable: Timetable) -> str:
    """Write a timetable as `parse` reads it."""
    at = f"{timetable.at:%H:%M}"
    if timetable.every is Every.HOUR and timetable.until is not None:
        return f"hourly {at} to {timetable.until:%H:%M}"
    return (
        f"daily {at}"
        if timetable.every is Every.DAY
        else f"monthly {timetable.day}{_th(timetable.day)} {at}"
    )


def problem(timetable: Timetable) -> str:
    """Return what cannot be about it, or nothing."""
    if timetable.every is Every.HOUR and (
        timetable.until is None or timetable.until < timetable.at
    ):
        return "the hours end before they begin"
    if timetable.every is Every.MONTH and not 1 <= timetable.day <= _LAST_OF_EVERY_MONTH:
        return "not every month has this day; take one from 1st to 28th"
    return ""


def due(timetable: Timetable, *, now: datetime, zone: str, since: datetime) -> Due | None:
    """Return the run that is to begin at `now`, late or not; None when there is none.

    Of several that were missed it is the last. Nothing that was due before `since` (the first
    publication, the end of a pause) is made up for.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    found = [
        each
        for each in runs_of(timetable, today, zone)
        if each.at <= now < each.until and each.at >= since
    ]
    return found[-1] if found else None


def following(timetable: Timetable, *, now: datetime, zone: str) -> Due:
    """Return the next run after `now`."""
    day = now.astimezone(ZoneInfo(zone)).date()
    while True:
        for each in runs_of(timetable, day, zone):
            if each.at > now:
                return each
        day += _DAY


def runs_of(timetable: Timetable, day: date, zone: str) -> list[Due]:
    """Return the runs of a local day, in order."""
    if timetable.every is Every.MONTH and day.day != timetable.day:
        return []
    begins = [orgs.instant(wall, zone) for wall in _walls(timetable, day)]
    if timetable.every is Every.HOUR:
        ends = [*begins[1:], begins[-1] + _GRACE]
    else:
        ends = [orgs.instant(datetime.combine(day + _DAY, time()), zone)]
    return [
        Due(_scope(timetable, wall), at, until)
        for wall, at, until in zip(_walls(timetable, day), begins, ends, strict=True)
    ]


def _walls(timetable: Timetable, day: date) -> list[datetime]:
    first = datetime.combine(day, timetable.at)
    if timetable.every is not Every.HOUR or timetable.until is None:
        return [first]
    last = datetime.combine(day, timetable.until)
    return [first + _HOUR * number for number in range(int((last - first) / _HOUR) + 1)]


def _scope(timetable: Timetable, wall: datetime) -> str:
    """One run an hour, day or month, whatever its minute becomes in a later version."""
    form = {Every.HOUR: "%Y-%m-%dT%H", Every.DAY: "%Y-%m-%d", Every.MONTH: "%Y-%m"}
    return f"{timetable.every}:{wall.strftime(form[timetable.every])}"


def _time(hour: str, minute: str) -> time:
    return time(int(hour), int(minute))


def _th(day: int) -> str:
    return {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}.get(day, "th")
