"""The facts a rule may read: names, types and units. A context is a mapping from these names.

Every value is of one of a few plain types, the same in Python and in SQL, so that the back ends
cannot differ by a conversion: whole numbers (money in minor units, instants in microseconds since
1970 UTC, civil days since 1970-01-01), texts, booleans and sets of texts. None means unknown.

`now` is always there. What local calendars make of it stands beside it, once for each zone that the
rules name: `now.weekday@Asia/Taipei` (1 Monday … 7 Sunday), `now.month_day@…` (1 … 31),
`now.minute@…` (of the local day, by the wall clock, 0 … 1439), `now.month_left@…` (days of the
month after today, 0 on its last) and `now.day@…` (the civil day).
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

Value = int | str | bool | frozenset[str] | None
Context = Mapping[str, Value]

NOW = "now"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1970, 1, 1).toordinal()
_SECOND = 1_000_000


class Type(StrEnum):
    MONEY = "money"  # int, minor units of `currency`
    INT = "int"
    INSTANT = "instant"  # int, microseconds since 1970 UTC
    DAY = "day"  # int, civil days since 1970-01-01
    TEXT = "text"
    FLAG = "flag"
    SET = "set"  # frozenset of texts


@dataclass(frozen=True, slots=True)
class Fact:
    """One name of the context.

    `provided`: the asker's system must say it at a declared moment (`NAME.as_of`, an instant, goes
    with it) and a stale one is refused. `of_contact`: it is known of every contact, so that an
    audience can be chosen by it in SQL. `personal`: shown in explanations only to those who may
    see contacts. `more` says how to get more of a number, for the nearest miss: of one and of
    several ("one more order", "{n} more orders").
    """

    name: str
    type: Type
    title: str
    provided: bool = False
    of_contact: bool = False
    personal: bool = False
    more: tuple[str, str] = ("", "")


def instant(moment: datetime) -> int:
    """Return an aware moment as microseconds since 1970 UTC, exactly."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def civil_day(day: date) -> int:
    """Return a date as days since 1970-01-01."""
    return day.toordinal() - _FIRST_DAY


def date_of(day: int) -> date:
    """Return the date of a civil day. Raises ValueError outside the years 1 to 9999."""
    return date.fromordinal(day + _FIRST_DAY)


LOCAL = ("weekday", "month_day", "minute", "month_left", "day")


def local_name(what: str, zone: str) -> str:
    """Return the name of one of `LOCAL` in a zone."""
    return f"now.{what}@{zone}"


def local_names(zone: str) -> tuple[str, ...]:
    """Return the names of what the calendar of `zone` makes of `now`, as `LOCAL` orders them."""
    return tuple(local_name(what, zone) for what in LOCAL)


def derived(now: int, zones: Iterable[str]) -> dict[str, int]:
    """Return the local facts of `now` in each zone: weekday, day of the month, minute, days left of
    the month, civil day.

    In the hour that a clock goes through twice the minutes come twice, and the hour it leaves out
    has none: both are what a clock on the wall says.
    """
    local: dict[str, int] = {}
    for zone in zones:
        local.update(_local(now // _SECOND, zone))
    return local


@lru_cache(maxsize=4096)
def _local(second: int, zone: str) -> Mapping[str, int]:
    # By the second, not the minute: some offsets of before 1972 have seconds.
    moment = (EPOCH + timedelta(seconds=second)).astimezone(ZoneInfo(zone))
    minute = moment.hour * 60 + moment.minute
    left = monthrange(moment.year, moment.month)[1] - moment.day
    values = (moment.isoweekday(), moment.day, minute, left, civil_day(moment.date()))
    return MappingProxyType(dict(zip(local_names(zone), values, strict=True)))
