"""Local days and quiet hours, right on the days when the clocks change.

The rule: quiet hours protect a person, so an hour that is doubtful is quiet.
- A boundary that the clocks show twice (autumn): quiet hours begin at the first, end at the second.
- A boundary that the clocks skip (spring): it is the instant at which they jump.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begin` to `end`, over midnight when `end` is the earlier. Equal times are no hours."""

    begin: time
    end: time


def instant(wall: datetime, zone: str) -> datetime:
    """The instant (UTC) at which the clocks of `zone` show `wall`; one with an offset has its own.

    A time that they show twice is the first, one that they skip is when they jump.
    """
    if wall.tzinfo is not None:
        return wall.astimezone(UTC)
    return _instant(wall, ZoneInfo(zone), fold=0)


def local_day(when: datetime, zone: str) -> date:
    """The date on the wall calendar of `zone` at the instant `when`."""
    return when.astimezone(ZoneInfo(zone)).date()


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """The instants at which the local `day` begins and the next one begins (23, 24 or 25 hours)."""
    tz = ZoneInfo(zone)
    following = day + timedelta(days=1)
    return (
        _instant(datetime.combine(day, time()), tz, fold=0),
        _instant(datetime.combine(following, time()), tz, fold=0),
    )


def inside(now: datetime, quiet: QuietHours, zone: str) -> bool:
    """Is `now` in quiet hours? The first instant counts, the last does not."""
    return quiet_until(now, quiet, zone) is not None


def quiet_until(now: datetime, quiet: QuietHours, zone: str) -> datetime | None:
    """The first instant (UTC) from `now` on that is not quiet; None when `now` is not quiet."""
    if quiet.begin == quiet.end:
        return None
    tz = ZoneInfo(zone)
    until = _end_of_interval(now, quiet, tz)
    if until is None:
        return None
    # Two nearly day-long intervals may touch when the clocks go back: walk over both.
    while (later := _end_of_interval(until, quiet, tz)) is not None:
        until = later
    return until


def _end_of_interval(now: datetime, quiet: QuietHours, tz: ZoneInfo) -> datetime | None:
    today = now.astimezone(tz).date()
    overnight = timedelta(days=1 if quiet.end < quiet.begin else 0)
    ends = []
    for offset in (-2, -1, 0, 1):  # a zone that skips a calendar day needs the day before yesterday
        day = today + timedelta(days=offset)
        begin = _instant(datetime.combine(day, quiet.begin), tz, fold=0)
        end = _instant(datetime.combine(day + overnight, quiet.end), tz, fold=1)
        if begin <= now < end:
            ends.append(end)
    return max(ends, default=None)


def _instant(wall: datetime, tz: ZoneInfo, *, fold: int) -> datetime:
    before = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    after = wall.replace(tzinfo=tz, fold=1).astimezone(UTC)
    exists = before.astimezone(tz).replace(tzinfo=None, fold=0) == wall
    if exists:
        return after if fold else before
    return _jump(after, before, tz)  # in a gap fold=1 lies before the jump, fold=0 behind it


def _jump(low: datetime, high: datetime, tz: ZoneInfo) -> datetime:
    low, high = low.replace(microsecond=0), high.replace(microsecond=0)
    offset = low.astimezone(tz).utcoffset()
    while high - low > _SECOND:
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if middle.astimezone(tz).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high
