"""Each kind of test on its edges and beside them, by every way, against the truth tables."""

from datetime import date, timedelta
from itertools import product

import pytest

from postlude.rules import calendars
from postlude.rules.compiling.anniversaries import until_and_since
from postlude.rules.compiling.bitmask import Index
from postlude.rules.compiling.closures import matcher
from postlude.rules.compiling.completing import Completion
from postlude.rules.compiling.deciding import decisive
from postlude.rules.compiling.normalising import normalised
from postlude.rules.compiling.reading import facts_read
from postlude.rules.compiling.verdicts import verdict
from postlude.rules.facts import civil_day
from postlude.rules.predicates import (
    Ago,
    AllOf,
    Anniversary,
    CalendarAgo,
    Meets,
    Negated,
    Range,
    SomeOf,
)
from support import rule_worlds, truth_tables


def _judge(predicates, contexts):
    """All predicates together in one index, and each by itself: as the truth tables say."""
    completion = Completion(name for each in predicates for name in facts_read(each))
    said, matches = [*map(verdict, predicates)], [*map(matcher, predicates)]
    index = Index([decisive(normalised(each)) for each in predicates])
    for context in contexts:
        complete = completion.complete(context)
        expected = [truth_tables.verdict(each, context) for each in predicates]
        assert [each(complete) for each in said] == expected
        assert [each(complete) for each in matches] == [each is True for each in expected]
        mask = sum(1 << place for place, each in enumerate(expected) if each is True)
        assert index.matching(complete) == mask


def _both(tests):
    return [*tests, *map(Negated, tests)]


@pytest.mark.parametrize("zone", rule_worlds.ZONES)
def test_spans_of_the_calendar(zone):
    """To the microsecond, on days when clocks change and at the ends of months."""
    spans = [None, *rule_worlds.SPANS]
    tests = [CalendarAgo("i1", zone, older, newer) for older, newer in product(spans, spans)]
    contexts = [
        {"now": now, "i1": None if edge is None else calendars.back(now, zone, *span) + edge}
        for now in rule_worlds.MOMENTS
        for span in rule_worlds.SPANS
        for edge in (None, -1, 0, 1)
    ]
    _judge(_both(tests), contexts)


def test_ranges_and_ages():
    """Closed below, open above; empty, touching and overlapping ranges; numbers no float can hold."""
    sides = (None, -1, 0, 2, rule_worlds.HUGE)
    pairs = [*product(sides, sides)]
    tests = [Range("n1", *pair) for pair in pairs] + [Ago("i1", *pair) for pair in pairs]
    unions = [
        SomeOf((Range("n1", *one), Range("n1", *other)))
        for one, other in product(pairs[::3], pairs[::2])
    ]
    meets = [AllOf((tests[7], Negated(test))) for test in tests]
    values = [None, *(edge + beside for edge in sides[1:] for beside in (-1, 0, 1))]
    contexts = [
        {"now": 5, "n1": value, "i1": None if value is None else 5 - value} for value in values
    ]
    _judge([*_both(tests), *_both(unions), *meets], contexts)


def test_sets():
    """Two tests of one set in one rule, each met or not, and sets that are empty or unknown."""
    tests = [Meets("s1", frozenset(letters)) for letters in ("", "a", "b", "ab")]
    pairs = [AllOf(pair) for pair in product(_both(tests), _both(tests))]
    either = [SomeOf(pair) for pair in product(_both(tests), _both(tests))]
    contexts = [{"now": 0, "s1": None}, {"now": 0}]
    contexts += [{"now": 0, "s1": frozenset(letters)} for letters in ("", "a", "b", "ab", "c")]
    _judge([*pairs, *either], contexts)


@pytest.mark.parametrize(("before", "after"), [(0, 0), (1, 0), (0, 1), (14, 2), (365, 1), (0, 366)])
def test_anniversaries(before, after):
    """Every day around the ends of years and Februaries, leap years and common ones."""
    tests = [Anniversary("b1", zone, before, after) for zone in rule_worlds.ZONES]
    contexts = [
        {"now": now + days * rule_worlds.DAY_US, "b1": month_day}
        for now in rule_worlds.MOMENTS[5:9]
        for days in (-2, -1, 0, 1, 2)
        for month_day in (*rule_worlds.MONTH_DAYS, 1332, None)
    ]
    _judge(_both(tests), contexts)


def test_both_calculations_of_days_agree():
    """The days until and since are those that `calendars.near` walks, for each day of four years."""
    for today in (date(2027, 1, 1) + timedelta(days=step) for step in range(0, 4 * 365 + 1, 11)):
        for month_day in (101, 228, 229, 301, 1231):
            until, since = until_and_since(month_day, civil_day(today))
            assert month_day in calendars.near(today, before=until, after=0)
            assert month_day in calendars.near(today, before=0, after=since)
            assert until == 0 or month_day not in calendars.near(today, before=until - 1, after=0)
            assert since == 0 or month_day not in calendars.near(today, before=0, after=since - 1)
