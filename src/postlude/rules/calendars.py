"""Days that come round every year, and spans counted back on the calendar. Pure."""

from calendar import isleap, monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from postlude.rules.facts import instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LEAP, _EVE = 229, 228


def kept_on(day: date) -> tuple[int, ...]:
    """Return the anniversaries (month x 100 + day) that are kept on a day.

    28 February keeps also those of the 29th in years without one.
    """
    own = day.month * 100 + day.day
    return (own, _LEAP) if own == _EVE and not isleap(day.year) else (own,)


def near(today: date, *, before: int, after: int) -> frozenset[int]:
    """Return the anniversaries from `before` days ahead of them to `after` days behind them.

    `near(today, before=14, after=0)` are those from today until in 14 days, both included. Days
    before the year 1 or after 9999 are left out.
    """
    first, last = max(today.toordinal() - after, 1), today.toordinal() + before
    last = min(last, date.max.toordinal())
    days = (date.fromordinal(first) + timedelta(days=step) for step in range(last - first + 1))
    return frozenset(each for day in days for each in kept_on(day))


@lru_cache(maxsize=4096)
def back(now: int, zone: str, months: int, days: int) -> int:
    """Return the instant `months` and then `days` before `now`, at the same local time.

    Instants are in microseconds. A day that the month does not have is its last day (3 months
    before 31 May is 28 or 29 February); doubtful times are read as by `at_wall`. Raises
    OverflowError before the year 1.
    """
    wall = (_EPOCH + timedelta(microseconds=now)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    index = wall.year * 12 + wall.month - 1 - months
    year, month = divmod(index, 12)
    if year < 1:
        raise OverflowError("a span reaches before the year 1")
    day = min(wall.day, monthrange(year, month + 1)[1])
    then = wall.replace(year=year, month=month + 1, day=day, fold=0) - timedelta(days=days)
    return at_wall(then, zone)


def month_before(now: int, zone: str, months: int) -> tuple[datetime, datetime]:
    """Return when the calendar month of `zone` began and ended that lies `months` before `now`'s.

    0 is the month that `now` lies in; the end is the next one's beginning.
    """
    wall = (_EPOCH + timedelta(microseconds=now)).astimezone(ZoneInfo(zone))
    index = wall.year * 12 + wall.month - 1 - months
    firsts = (datetime(each // 12, each % 12 + 1, 1) for each in (index, index + 1))  # noqa: DTZ001
    begin, end = (_EPOCH + timedelta(microseconds=at_wall(first, zone)) for first in firsts)
    return begin, end


def at_wall(wall: datetime, zone: str) -> int:
    """Return the instant at which the clocks of `zone` show `wall`, in microseconds.

    A time that they show twice is the first; one that they skip is as much later as they skip
    (02:30 is 03:30 where 02:00 becomes 03:00), so that midnight is always when a day begins.
    """
    return instant(wall.replace(tzinfo=ZoneInfo(zone), fold=0))
