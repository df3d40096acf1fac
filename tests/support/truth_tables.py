"""Kleene's logic written down as tables, over tests read word for word: slow, plain, independent.

It shares no code with the product but the words (predicates, trees): calendars are walked day by
day, numbers compared one by one.
"""

from calendar import isleap, monthrange
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from postlude.rules.language import tree
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
from postlude.rules.rule import Rule, SubRule

F, U, T = "false", "unknown", "true"
AND = {
    (F, F): F, (F, U): F, (F, T): F,
    (U, F): F, (U, U): U, (U, T): U,
    (T, F): F, (T, U): U, (T, T): T,
}  # fmt: skip
OR = {
    (F, F): F, (F, U): U, (F, T): T,
    (U, F): U, (U, U): U, (U, T): T,
    (T, F): T, (T, U): T, (T, T): T,
}  # fmt: skip
NOT = {F: T, U: U, T: F}
WORDS = {True: T, False: F, None: U}
VALUES = {T: True, F: False, U: None}


def verdict_of_rule(rule: Rule, context: Mapping[str, Any]) -> bool | None:
    return VALUES[_expression(rule.template.condition, rule, context)]


def verdict(predicate: Predicate, context: Mapping[str, Any]) -> bool | None:
    return VALUES[_predicate(predicate, context)]


def _expression(expression: tree.Expression, rule: Rule, context: Mapping[str, Any]) -> str:
    if isinstance(expression, tree.Not):
        return NOT[_expression(expression.child, rule, context)]
    if isinstance(expression, tree.Leaf):
        leaf = rule.leaves[expression.alias]
        if isinstance(leaf, SubRule):
            return _expression(leaf.rule.template.condition, leaf.rule, context)
        return _predicate(leaf.kind.predicate(leaf.params, rule.binding), context)
    is_and = isinstance(expression, tree.And)
    found = T if is_and else F
    for child in expression.children:
        found = (AND if is_and else OR)[found, _expression(child, rule, context)]
    return found


def _predicate(predicate: Predicate, context: Mapping[str, Any]) -> str:
    if isinstance(predicate, Negated):
        return NOT[_predicate(predicate.child, context)]
    if isinstance(predicate, AllOf | SomeOf):
        is_and = isinstance(predicate, AllOf)
        found = T if is_and else F
        for child in predicate.children:
            found = (AND if is_and else OR)[found, _predicate(child, context)]
        return found
    return WORDS[_test(predicate, context)]


def _test(test: Predicate, context: Mapping[str, Any]) -> bool | None:  # noqa: PLR0911 - one a test
    if isinstance(test, Constant):
        return test.value
    if isinstance(test, Computed):
        return test.judge({name: _fact(name, context) for name in test.facts})
    value = _fact(test.fact, context)
    if value is None:
        return None
    if isinstance(test, Range):
        return _between(test.low, value, test.high)
    if isinstance(test, OneOf):
        return any(value == each for each in test.values)
    if isinstance(test, Meets):
        return any(each == other for each in value for other in test.values)
    if isinstance(test, Is):
        return value
    now = context.get("now")
    if now is None:
        return None
    if isinstance(test, Ago):
        return _between(test.low, now - value, test.high)
    if isinstance(test, CalendarAgo):
        newest = test.newer is None or value < _back(now, test.zone, *test.newer)
        return newest and (test.older is None or value > _back(now, test.zone, *test.older))
    return _comes_round(test, value, now)


def _fact(name: str, context: Mapping[str, Any]) -> Any:
    if "@" not in name:
        return context.get(name)
    if context.get("now") is None:
        return None
    what, zone = name.removeprefix("now.").split("@")
    local = _local(context["now"], zone)
    return {
        "weekday": local.isoweekday(),
        "month_day": local.day,
        "minute": local.hour * 60 + local.minute,
        "month_left": monthrange(local.year, local.month)[1] - local.day,
        "day": (local.date() - date(1970, 1, 1)).days,
    }[what]


def _between(low: int | None, value: int, high: int | None) -> bool:
    return (low is None or low <= value) and (high is None or value < high)


def _local(now: int, zone: str) -> datetime:
    utc = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=now)
    return utc.astimezone(ZoneInfo(zone))


def _comes_round(test: Anniversary, month_day: int, now: int) -> bool:
    today = _local(now, test.zone).date()
    for away in range(-test.after, test.before + 1):
        day = today + timedelta(days=away)
        kept = {day.month * 100 + day.day}
        if kept == {228} and not isleap(day.year):
            kept.add(229)
        if month_day in kept:
            return True
    return False


def _back(now: int, zone: str, months: int, days: int) -> int:
    """The same time by the wall clock; one that was skipped is the moment of the jump."""
    wall = _local(now, zone).replace(tzinfo=None)
    month = wall.year * 12 + wall.month - 1 - months
    year, month = month // 12, month % 12 + 1
    wall = wall.replace(
        year=year, month=month, day=min(wall.day, monthrange(year, month)[1]), fold=0
    ) - timedelta(days=days)
    there = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if there.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall:
        there = _jump_before(there, zone)
    return (there - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _jump_before(moment: datetime, zone: str) -> datetime:
    """The last change of the offset at or before a moment, to the second, by halving."""
    low, high = moment - timedelta(hours=3), moment
    after = high.astimezone(ZoneInfo(zone)).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(ZoneInfo(zone)).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high.replace(microsecond=0)
