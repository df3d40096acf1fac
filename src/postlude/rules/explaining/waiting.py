"""When a test of the time will turn out as wanted: the moment is found by trying those that matter.

What a calendar says changes at midnight and at the minutes that a test names; what is counted from
an instant changes once. Between two such moments nothing changes, so trying them is exact, but for
spans of months (`CalendarAgo`), which are tried at the same time of the coming days.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.utils.translation import ngettext

from postlude.kernel.errors import NN_
from postlude.rules import calendars
from postlude.rules.compiling.completing import Completion
from postlude.rules.compiling.reading import facts_read
from postlude.rules.compiling.verdicts import verdict
from postlude.rules.facts import NOW, Context, date_of, local_name
from postlude.rules.predicates import (
    Ago,
    AllOf,
    Anniversary,
    CalendarAgo,
    Negated,
    Predicate,
    Range,
    SomeOf,
    Test,
)

_FARTHEST_DAYS = 400
_DAY_US = 86_400_000_000


def wait(predicate: Predicate, context: Context, *, wanted: bool) -> int | None:
    """Return in how many microseconds the predicate will be `wanted`, all else unchanged.

    None when it will not within 400 days (or at a moment that it names), or does not read the time.
    """
    now = context.get(NOW)
    if not isinstance(now, int):
        return None
    completion, ask = Completion(facts_read(predicate)), verdict(predicate)
    for moment in sorted(set(_moments(predicate, context, now))):
        if moment > now and ask(completion.complete({**context, NOW: moment})) is wanted:
            return moment - now
    return None


def _moments(predicate: Predicate, context: Context, now: int) -> Iterator[int]:
    zones: dict[str, set[int]] = {}
    for test in _tests(predicate):
        match test:
            case Range(fact="now", low=low, high=high):
                yield from (each for each in (low, high) if each is not None)
            case Ago(fact, low, high):
                then = context.get(fact)
                if isinstance(then, int):
                    yield from (then + each for each in (low, high) if each is not None)
            case CalendarAgo():
                yield from (now + day * _DAY_US for day in range(1, _FARTHEST_DAYS))
            case Anniversary(zone=zone):
                zones.setdefault(zone, set())
            case _ if test_zone := _zone(test):
                zones.setdefault(test_zone, set()).update(_minutes(test, test_zone))
    for zone, minutes in zones.items():
        yield from _on_coming_days(now, zone, minutes | {0})


def _tests(predicate: Predicate) -> Iterator[Test]:
    match predicate:
        case AllOf(children) | SomeOf(children):
            for child in children:
                yield from _tests(child)
        case Negated(child):
            yield from _tests(child)
        case _:
            yield predicate


def _zone(test: Test) -> str:
    fact = getattr(test, "fact", "")
    return fact.partition("@")[2] if fact.startswith(f"{NOW}.") else ""


def _minutes(test: Test, zone: str) -> Iterator[int]:
    if isinstance(test, Range) and test.fact == local_name("minute", zone):
        yield from (each for each in (test.low, test.high) if each is not None)


def _on_coming_days(now: int, zone: str, minutes: set[int]) -> Iterator[int]:
    today = _civil_day(now, zone)
    for day in range(_FARTHEST_DAYS):
        midnight = datetime.combine(date_of(today + day), time())
        for minute in minutes:
            yield calendars.at_wall(midnight + timedelta(minutes=minute), zone)


def _civil_day(now: int, zone: str) -> int:
    name = local_name("day", zone)
    day = Completion({name}).complete({NOW: now})[name]
    return int(day) if day is not None else 0


_UNITS = (
    (_DAY_US, NN_("{n} day", "{n} days")),
    (3_600_000_000, NN_("{n} hour", "{n} hours")),
    (60_000_000, NN_("{n} minute", "{n} minutes")),
)


def in_words(microseconds: int) -> str:
    """Return a span, rounded up, in the largest unit of which it is two or more: "3 days"."""
    fits = ((unit, words) for unit, words in _UNITS if microseconds >= 2 * unit)
    unit, words = next(fits, _UNITS[-1])
    count = -(-microseconds // unit)
    return ngettext(*words, count).format(n=count)
