"""An expression as a closure that says true, false or unknown (None), by Kleene's logic.

What explanations are made from: nothing is reordered or folded here. The context must be complete
(`completing.py`).
"""

from collections.abc import Callable, Sequence

from postlude.rules.compiling import spans
from postlude.rules.compiling.anniversaries import until_and_since
from postlude.rules.compiling.closures import Complete
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

Verdict = Callable[[Complete], bool | None]


def verdict(predicate: Predicate) -> Verdict:  # noqa: C901, PLR0911 - one for each shape
    """Return the closure that says whether `predicate` is true, false or unknown."""
    match predicate:
        case Range():
            return _range(predicate)
        case OneOf(fact, values):
            return lambda c: None if (value := c[fact]) is None else value in values
        case Meets(fact, values):
            return lambda c: None if (value := c[fact]) is None else not values.isdisjoint(value)
        case Is(fact):
            return lambda c: c[fact]
        case Ago():
            return _ago(predicate)
        case CalendarAgo():
            return _calendar_ago(predicate)
        case Anniversary():
            return _anniversary(predicate)
        case Computed(judge=judge):
            return judge
        case Constant(value):
            return lambda _c: value
        case Negated(child):
            return negation(verdict(child))
        case AllOf(children):
            return conjunction(tuple(map(verdict, children)))
        case SomeOf(children):
            return disjunction(tuple(map(verdict, children)))


def negation(child: Verdict) -> Verdict:
    return lambda c: None if (value := child(c)) is None else not value


def conjunction(children: Sequence[Verdict]) -> Verdict:
    """False as soon as one is false, even behind an unknown one."""

    def decide(c: Complete) -> bool | None:
        verdict: bool | None = True
        for child in children:
            match child(c):
                case False:
                    return False
                case None:
                    verdict = None
        return verdict

    return decide


def disjunction(children: Sequence[Verdict]) -> Verdict:
    """True as soon as one is true, even behind an unknown one."""

    def decide(c: Complete) -> bool | None:
        verdict: bool | None = False
        for child in children:
            match child(c):
                case True:
                    return True
                case None:
                    verdict = None
        return verdict

    return decide


def _range(test: Range) -> Verdict:
    fact, low, high = test.fact, test.low, test.high
    match low, high:
        case int(), int():
            return lambda c: None if (value := c[fact]) is None else low <= value < high
        case int(), None:
            return lambda c: None if (value := c[fact]) is None else value >= low
        case None, int():
            return lambda c: None if (value := c[fact]) is None else value < high
        case _:
            return lambda c: None if c[fact] is None else True


def _ago(test: Ago) -> Verdict:
    fact, low, high = test.fact, test.low, test.high

    def decide(c: Complete) -> bool | None:
        now, then = c[NOW], c[fact]
        if now is None or then is None:
            return None
        passed = now - then
        return (low is None or low <= passed) and (high is None or passed < high)

    return decide


def _calendar_ago(test: CalendarAgo) -> Verdict:
    fact, zone, older, newer = test.fact, test.zone, test.older, test.newer

    def decide(c: Complete) -> bool | None:
        now, then = c[NOW], c[fact]
        if now is None or then is None:
            return None
        return spans.between(then, now, zone, older, newer)

    return decide


def _anniversary(test: Anniversary) -> Verdict:
    fact, before, after = test.fact, test.before, test.after
    today_name = local_name("day", test.zone)

    def decide(c: Complete) -> bool | None:
        month_day, today = c[fact], c[today_name]
        if month_day is None or today is None:
            return None
        until, since = until_and_since(month_day, today)
        return until <= before or since <= after

    return decide
