"""Random rules of the real catalogue, written and bound as an author does, and contexts near them.

Parameters are the kinds' own examples. A context has, for each fact that a rule reads, a value on
the edge of some test of it, beside the edge, foreign to it, None, or none at all.
"""

from collections.abc import Iterator, Sequence
from random import Random

from postlude.rules.actions import registry as actions
from postlude.rules.authoring.binding import bind
from postlude.rules.authoring.sources import Catalogue, Source
from postlude.rules.compiling.reading import facts_read
from postlude.rules.conditions import registry as conditions
from postlude.rules.facts import NOW, Value
from postlude.rules.kinds import ConditionKind, Params, Phase
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
from postlude.rules.rule import BoundLeaf, Rule
from support import extras, rule_worlds
from support.rule_worlds import BINDING, DAY_US, MOMENTS


def kinds() -> list[ConditionKind[Params]]:
    return [
        kind
        for name, kind in sorted(conditions.kinds().items())
        if kind.examples and (name != "expr" or extras.HAS_CEL)
    ]


def a_rule(random: Random, number: int = 1, *, among: Sequence[ConditionKind[Params]] = ()) -> Rule:
    chosen = random.choices(among or kinds(), k=random.randint(1, 5))
    given = {
        f"c{place}": {"kind": kind.name, "params": dict(random.choice(kind.examples))}
        for place, kind in enumerate(chosen)
    }
    free = {
        alias
        for (alias, said), kind in zip(given.items(), chosen, strict=True)
        if kind.phase is Phase.PURE and said["params"].get("mode") != "deny"
    }
    text = _text(random, list(given), free)
    used = {alias: said for alias, said in given.items() if alias in text}
    source = Source(f"rule-{number}", f"{text} -> usable", BINDING, conditions=used, id=number)
    bound = bind(source, Catalogue(conditions.kinds(), actions.kinds()))
    assert bound.rule is not None, (text, bound.problems)
    return bound.rule


def _text(random: Random, aliases: list[str], free: set[str], depth: int = 3) -> str:
    if depth == 0 or random.random() < 0.3:
        return random.choice(aliases)
    negatable = sorted(free & set(aliases))
    if negatable and random.random() < 0.25:
        return f"!({_text(random, negatable, free, depth - 1)})"
    sign = random.choice((" && ", " || "))
    parts = [_text(random, aliases, free, depth - 1) for _ in range(random.randint(2, 3))]
    return f"({sign.join(parts)})"


def tests_of(rule: Rule) -> list[Test]:
    leaves = [leaf for leaf in rule.leaves.values() if isinstance(leaf, BoundLeaf)]
    return [
        test for leaf in leaves for test in _tests(leaf.kind.predicate(leaf.params, rule.binding))
    ]


def _tests(predicate: Predicate) -> Iterator[Test]:
    match predicate:
        case Negated(child):
            yield from _tests(child)
        case AllOf(children) | SomeOf(children):
            for child in children:
                yield from _tests(child)
        case _:
            yield predicate


def a_context(random: Random, tests: Sequence[Test]) -> dict[str, Value]:
    nows = [
        edge
        for test in tests
        if isinstance(test, Range) and test.fact == NOW
        for edge in (test.low, test.high)
    ]
    now = random.choice([*MOMENTS, *(edge for edge in nows if edge is not None)])
    context: dict[str, Value] = {NOW: now + random.choice((-1, 0, 0, 1))}
    asked = [test for test in tests if not isinstance(test, Constant)]
    for fact in sorted(facts_read(AllOf(tuple(asked))) - {NOW}):
        about = [test for test in asked if fact in _about(test)]
        if about and random.random() < 0.9:
            edge = _near(random, random.choice(about), now, fact)
            context[fact] = None if random.random() < 0.1 else edge
    return context


def _about(test: Test) -> tuple[str, ...]:
    """The facts that a test is about: not what the calendar makes of `now`."""
    if isinstance(test, Computed):
        return tuple(fact for fact in test.facts if "@" not in fact)
    return (test.fact,)


def _near(random: Random, test: Test, now: int, fact: str) -> Value:  # noqa: PLR0911 - one a test
    beside = random.choice((-1, 0, 1))
    match test:
        case Range(low=low, high=high):
            return random.choice([edge for edge in (low, high, 0) if edge is not None]) + beside
        case OneOf(values=values):
            foreign = "nobody-s" if all(isinstance(value, str) for value in values) else -99
            return random.choice([*sorted(values), foreign])
        case Meets(values=values):
            return frozenset(random.choices([*sorted(values), "foreign"], k=random.randint(0, 3)))
        case Is():
            return random.choice((True, False))
        case Ago(low=low, high=high):
            ages = [edge for edge in (low, high, 0) if edge is not None]
            return now - random.choice(ages) + beside
        case CalendarAgo():
            return rule_worlds.an_instant(random, now) - random.choice((0, 60, 90)) * DAY_US
        case Anniversary():
            return random.choice(rule_worlds.MONTH_DAYS)
        case Computed():
            return _in_expressions(random, now)[fact]
        case Constant():
            return None


def _in_expressions(random: Random, now: int) -> dict[str, Value]:
    """Return values on the edges of the examples of `expr`."""
    return {
        "amount": 10_000 + random.choice((-1, 0, 1)),
        "member.tags": frozenset(random.sample(("press-1", "vip", "press"), random.randint(0, 2))),
        "member.level": random.choice(("gold", "silver")),
        "member.last_order": now - 30 * DAY_US + random.choice((-1, 0, 1)),
    }
