"""Random tests, conditions, rules and contexts; and rules around any condition."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from postlude.rules.calendars import back
from postlude.rules.facts import LOCAL as LOCAL_FACTS
from postlude.rules.facts import Value, instant
from postlude.rules.kinds import Binding, ConditionKind, Params, Phase
from postlude.rules.language.tree import And, Expression, Leaf, Not, Or, Template
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
    Test,
)
from postlude.rules.rule import BoundLeaf, Rule, SubRule

T = TypeVar("T")
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
HUGE = 2**53 + 1  # the first whole number that a float cannot hold
ZONES = ("Asia/Taipei", "Europe/Berlin", "America/New_York")
BINDING = Binding("TWD", "Asia/Taipei")

# Days on which clocks change, ends of years and months, the leap day, an ordinary one.
MOMENTS = tuple(
    instant(datetime.fromisoformat(text).replace(tzinfo=UTC))
    for text in (
        "2026-03-29T00:59:59.999999",
        "2026-03-29T01:00:00",
        "2026-10-25T00:30:00",
        "2026-10-25T01:30:00",
        "2026-11-01T05:30:00",
        "2026-12-31T15:59:59.999999",
        "2026-12-31T16:00:00",
        "2028-02-29T12:00:00",
        "2027-03-01T00:00:00",
        "2026-05-31T23:30:00",
    )
)

NUMBERS = (-HUGE, -3, -2, -1, 0, 1, 2, 3, HUGE - 1, HUGE, HUGE + 1)
TEXTS = "abcdé"
MONTH_DAYS = (101, 228, 229, 301, 531, 1025, 1231)
AGES = (0, HOUR_US, DAY_US, 28 * DAY_US, -DAY_US)
SPANS = ((0, 1), (0, 28), (1, 0), (3, 0), (12, 0))
DAYS = (0, 1, 2, 3, 14, 31, 365)
LOCAL = tuple(f"now.{what}@{zone}" for zone in ZONES for what in LOCAL_FACTS[:4])


@dataclass(frozen=True)
class Together:
    """A judge: two numbers are at least `least` together, unknown where one is."""

    least: int

    def __call__(self, context: Mapping[str, Value]) -> bool | None:
        one, other = context["n1"], context["n2"]
        if not isinstance(one, int) or not isinstance(other, int):
            return None
        return one + other >= self.least


def a_test(random: Random) -> Test:
    """Return a test of any kind, some of them empty, always true or always unknown."""
    return random.choice(_TESTS)(random)


def _side(random: Random, values: Sequence[T]) -> T | None:
    return random.choice(values) if random.random() < 0.7 else None


def _some(random: Random, values: Sequence[T], most: int = 3) -> frozenset[T]:
    return frozenset(random.choices(values, k=random.randint(0, most)))


_TESTS: tuple[Callable[[Random], Test], ...] = (
    lambda r: Range(r.choice(("n1", "n2")), _side(r, NUMBERS), _side(r, NUMBERS)),
    lambda r: Range(r.choice(("n1", "n2")), _side(r, NUMBERS), _side(r, NUMBERS)),
    lambda r: Range(r.choice(LOCAL), _side(r, range(32)), _side(r, (5, 20, 30, 60, 90, 1000))),
    lambda r: OneOf(r.choice(("t1", "t2")), _some(r, TEXTS)),
    lambda r: OneOf("n1", _some(r, NUMBERS)),
    lambda r: Meets(r.choice(("s1", "s2")), _some(r, TEXTS)),
    lambda r: Meets(r.choice(("s1", "s2")), _some(r, TEXTS)),
    lambda r: Is(r.choice(("f1", "f2"))),
    lambda r: Ago(r.choice(("i1", "i2")), _side(r, AGES), _side(r, AGES)),
    lambda r: CalendarAgo(
        r.choice(("i1", "i2")), r.choice(ZONES), _side(r, SPANS), _side(r, SPANS)
    ),
    lambda r: Anniversary("b1", r.choice(ZONES), before=r.choice(DAYS), after=r.choice((0, 1))),
    lambda r: Computed(("n1", "n2"), Together(r.choice(NUMBERS))),
    lambda r: Constant(r.choice((True, False, None))),
)


def a_condition(random: Random, depth: int = 3) -> Predicate:
    if depth == 0 or random.random() < 0.3:
        return a_test(random)
    if random.random() < 0.25:
        return Negated(a_condition(random, depth - 1))
    join = random.choice((AllOf, SomeOf))
    count = random.choice((0, 1, 2, 2, 2, 3, 3, 4))
    return join(tuple(a_condition(random, depth - 1) for _ in range(count)))


def a_context(random: Random) -> dict[str, Value]:
    """Return a context in which each fact but `now` may be missing or None."""
    now = random.choice(MOMENTS)
    facts: dict[str, Value] = {
        "n1": random.choice(NUMBERS),
        "n2": random.choice(NUMBERS),
        "t1": random.choice(TEXTS),
        "t2": random.choice(TEXTS),
        "s1": _some(random, TEXTS),
        "s2": _some(random, TEXTS),
        "f1": random.choice((True, False)),
        "f2": random.choice((True, False)),
        "i1": an_instant(random, now),
        "i2": an_instant(random, now),
        "b1": random.choice(MONTH_DAYS),
    }
    kept = {name: value for name, value in facts.items() if random.random() < 0.9}
    return {"now": now} | {
        name: None if random.random() < 0.1 else value for name, value in kept.items()
    }


def an_instant(random: Random, now: int) -> int:
    """Return an instant near `now`, on the edges of the ages and spans or beside them."""
    edge = random.choice((-1, 0, 1))
    if random.random() < 0.5:
        return now - random.choice(AGES) + edge
    return back(now, random.choice(ZONES), *random.choice(SPANS)) + edge


def a_rule(random: Random, depth: int = 1) -> Rule:
    """Return a template of and, or, not over leaves and sub-rules, with any costs, priorities."""
    aliases = [f"leaf{number}" for number in range(random.randint(1, 5))]
    leaves: dict[str, BoundLeaf | SubRule] = {}
    for alias in aliases:
        priority = random.randint(0, 2)
        if depth and random.random() < 0.2:
            leaves[alias] = SubRule(alias, a_rule(random, depth - 1), priority)
        else:
            predicate = a_condition(random, depth=1)
            cost = random.randint(1, 9)
            leaves[alias] = leaf_of(alias, predicate, priority=priority, cost=cost)
    return rule_of(an_expression(random, aliases), leaves, random.randint(1, 999))


def an_expression(random: Random, aliases: Sequence[str], depth: int = 3) -> Expression:
    if depth == 0 or random.random() < 0.3:
        return Leaf(random.choice(aliases))
    if random.random() < 0.25:
        return Not(an_expression(random, aliases, depth - 1))
    join = random.choice((And, Or))
    count = random.randint(2, 3)
    return join(tuple(an_expression(random, aliases, depth - 1) for _ in range(count)))


def by_seed(make: Callable[[Random], T]) -> st.SearchStrategy[T]:
    """Return a strategy of what `make` makes: much quicker than drawing every part."""
    return st.integers(0, 2**48).map(lambda seed: make(Random(seed)))


tests = by_seed(a_test)
conditions = by_seed(a_condition)
contexts = by_seed(a_context)
rules = by_seed(a_rule)


class _Nothing(Params):
    """A kind that is made for one predicate has no parameters."""


def kind_of(
    predicate: Predicate, *, phase: Phase = Phase.PURE, cost: int = 1
) -> ConditionKind[Params]:
    return ConditionKind(
        name="as-given",
        title="as given",
        params=_Nothing,
        predicate=lambda _params, _binding: predicate,
        words=lambda _params, _binding: repr(predicate),
        phase=phase,
        cost=cost,
    )


def leaf_of(
    alias: str, predicate: Predicate, *, phase: Phase = Phase.PURE, priority: int = 0, cost: int = 1
) -> BoundLeaf:
    return BoundLeaf(alias, kind_of(predicate, phase=phase, cost=cost), _Nothing(), priority)


def rule_of(
    expression: Expression, leaves: Mapping[str, BoundLeaf | SubRule], number: int = 1
) -> Rule:
    return Rule(
        id=number,
        key=f"rule-{number}",
        title=f"Rule {number}",
        template=Template(expression, ()),
        source="",
        leaves=leaves,
        actions={},
        binding=BINDING,
    )


def rule_about(predicate: Predicate, number: int = 1, *, priority: int = 0, cost: int = 1) -> Rule:
    """Return a rule of one leaf that tests the predicate."""
    leaf = leaf_of("it", predicate, priority=priority, cost=cost)
    return rule_of(Leaf("it"), {"it": leaf}, number)
