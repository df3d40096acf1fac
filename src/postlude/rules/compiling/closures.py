"""A decisive expression as a closure that says whether it holds.

`and` is a chain: each closure looks at its own test and, only if that holds, calls the rest, so an
expression costs as many calls as tests are looked at, and the first one none besides its own. No
text is ever evaluated. The context must be complete (`completing.py`): each fact is there, None
when it is unknown.
"""

from collections.abc import Callable, Mapping
from typing import Any

from postlude.rules.compiling import spans
from postlude.rules.compiling.anniversaries import until_and_since
from postlude.rules.compiling.deciding import decisive
from postlude.rules.compiling.normalising import normalised
from postlude.rules.facts import NOW, local_name
from postlude.rules.predicates import (
    Ago,
    AllOf,
    Anniversary,
    CalendarAgo,
    Computed,
    Constant,
    Is,
    Meets,
    Negated,
    OneOf,
    Predicate,
    Range,
    SomeOf,
)

Complete = Mapping[str, Any]
Matches = Callable[[Complete], bool]


def matcher(predicate: Predicate) -> Matches:
    """Return the closure that is true where `predicate` is definitely true."""
    return of_decisive(decisive(normalised(predicate)))


def of_decisive(predicate: Predicate) -> Matches:
    match predicate:
        case AllOf(children):
            return _all(children)
        case SomeOf(children):
            return _some(children)
        case _:
            return _alone(predicate)


def _all(children: tuple[Predicate, ...]) -> Matches:
    *before, last = children
    chain = of_decisive(last)
    for child in reversed(before):
        chain = _then(child, chain)
    return chain


def _some(children: tuple[Predicate, ...]) -> Matches:
    *before, last = map(of_decisive, children)
    chain = last
    for first in reversed(before):
        chain = _or(first, chain)
    return chain


def _or(first: Matches, rest: Matches) -> Matches:
    return lambda c: first(c) or rest(c)


def _and(first: Matches, rest: Matches) -> Matches:
    return lambda c: first(c) and rest(c)


def _alone(test: Predicate) -> Matches:  # noqa: C901, PLR0911, PLR0912 - one a shape
    match test:
        case Range(fact, low, high):
            return _range(fact, low, high)
        case OneOf(fact, values):
            return lambda c: c[fact] in values
        case Negated(OneOf(fact, values)):
            return lambda c: (value := c[fact]) is not None and value not in values
        case Meets(fact, values):
            return lambda c: (value := c[fact]) is not None and not values.isdisjoint(value)
        case Negated(Meets(fact, values)):
            return lambda c: (value := c[fact]) is not None and values.isdisjoint(value)
        case Is(fact):
            return lambda c: c[fact] is True
        case Negated(Is(fact)):
            return lambda c: c[fact] is False
        case Ago(fact, low, high):
            return _ago(fact, low, high)
        case CalendarAgo():
            return _calendar_ago(test, between=True)
        case Negated(CalendarAgo() as span):
            return _calendar_ago(span, between=False)
        case Anniversary():
            return _anniversary(test, near=True)
        case Negated(Anniversary() as anniversary):
            return _anniversary(anniversary, near=False)
        case Computed(judge=judge):
            return lambda c: judge(c) is True
        case Negated(Computed(judge=judge)):
            return lambda c: judge(c) is False
        case Constant(value):
            return _constant(value is True)
        case _:
            raise TypeError(f"not a test in decisive form: {test!r}")


def _range(fact: str, low: int | None, high: int | None) -> Matches:
    match low, high:
        case None, None:
            return lambda c: c[fact] is not None
        case int(), None:
            return lambda c: (value := c[fact]) is not None and value >= low
        case None, int():
            return lambda c: (value := c[fact]) is not None and value < high
        case _:
            return lambda c: (value := c[fact]) is not None and low <= value < high


def _ago(fact: str, low: int | None, high: int | None) -> Matches:
    def holds(c: Complete) -> bool:
        now, then = c[NOW], c[fact]
        if now is None or then is None:
            return False
        passed = now - then
        return (low is None or low <= passed) and (high is None or passed < high)

    return holds


def _constant(value: bool) -> Matches:  # noqa: FBT001 - it is the constant
    return lambda _c: value


def _calendar_ago(test: CalendarAgo, *, between: bool) -> Matches:
    fact, zone, older, newer = test.fact, test.zone, test.older, test.newer

    def holds(c: Complete) -> bool:
        now, then = c[NOW], c[fact]
        if now is None or then is None:
            return False
        return spans.between(then, now, zone, older, newer) is between

    return holds


def _anniversary(test: Anniversary, *, near: bool) -> Matches:
    fact, before, after = test.fact, test.before, test.after
    today_name = local_name("day", test.zone)

    def holds(c: Complete) -> bool:
        month_day, today = c[fact], c[today_name]
        if month_day is None or today is None:
            return False
        until, since = until_and_since(month_day, today)
        return (until <= before or since <= after) is near

    return holds


def _then(test: Predicate, rest: Matches) -> Matches:  # noqa: PLR0911 - one for each shape
    """Return `test and rest`; the frequent shapes look at their test without a call."""
    match test:
        case Range(fact, int(low), None):
            return lambda c: (value := c[fact]) is not None and value >= low and rest(c)
        case Range(fact, None, int(high)):
            return lambda c: (value := c[fact]) is not None and value < high and rest(c)
        case Range(fact, int(low), int(high)):
            return lambda c: (value := c[fact]) is not None and low <= value < high and rest(c)
        case OneOf(fact, values):
            return lambda c: c[fact] in values and rest(c)
        case Meets(fact, values):
            return lambda c: (
                (value := c[fact]) is not None and not values.isdisjoint(value) and rest(c)
            )
        case Is(fact):
            return lambda c: c[fact] is True and rest(c)
        case Negated(Is(fact)):
            return lambda c: c[fact] is False and rest(c)
        case _:
            return _and(of_decisive(test), rest)
