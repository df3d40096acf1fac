"""How long one event takes against 200 rules, by each way the product has.

The rules are written as an author writes them, and bound with the real catalogue; the events are
contexts as an adapter makes them. The median over the events counts, in the best of the rounds.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from postlude.rules.actions import registry as actions
from postlude.rules.authoring.binding import bind
from postlude.rules.authoring.sources import Catalogue, Source
from postlude.rules.compiling.ruleset import RuleSet
from postlude.rules.conditions import registry as conditions
from postlude.rules.explaining.sets import SetExamined
from postlude.rules.facts import Context
from postlude.rules.kinds import Binding
from postlude.rules.measuring import workload
from postlude.rules.measuring.workload import Asked, Event
from postlude.rules.rule import Rule

HOME = Binding("TWD", "Asia/Taipei")
Way = Callable[[Context], int]


@dataclass(frozen=True, slots=True)
class Figures:
    """Microseconds for all rules against one event, and what it took to get ready.

    `explain_us` has the verdict of every leaf of every rule; `words_us` is the telling of one rule.
    """

    rules: int
    events: int
    matches: int
    closures_us: float
    index_us: float
    explain_us: float
    words_us: float
    bind_ms: float
    compile_ms: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Disagreement(AssertionError):
    """One way counts other matches than the plain reference."""


def measured(*, rules: int, events: int, rounds: int) -> Figures:
    """Measure all ways and check what they count. Raises Disagreement if one counts wrong."""
    asked, happened = workload.rules(rules), workload.events(events)
    contexts = [context(event) for event in happened]
    start = time.perf_counter()
    bound = [rule(number, each) for number, each in enumerate(asked)]
    bound_at = time.perf_counter()
    compiled = RuleSet(bound)
    ways = by_closures(compiled), by_index(compiled), by_explanations(SetExamined(bound))
    for way in ways:
        way(contexts[0])
    ready = time.perf_counter()
    expected = workload.expected(asked, happened)
    medians = [median_us(way, contexts, expected, rounds) for way in ways]
    return Figures(
        rules=rules,
        events=events,
        matches=sum(expected),
        closures_us=medians[0],
        index_us=medians[1],
        explain_us=medians[2],
        words_us=_words_us(bound, contexts[:100]),
        bind_ms=round((bound_at - start) * 1e3, 1),
        compile_ms=round((ready - bound_at) * 1e3, 1),
    )


def by_closures(compiled: RuleSet) -> Way:
    closures = compiled.closures

    def count(context: Context) -> int:
        complete = compiled.complete(context)
        return len([1 for holds in closures if holds(complete)])

    return count


def by_index(compiled: RuleSet) -> Way:
    return lambda context: compiled.matching(context).bit_count()


def by_explanations(examined: SetExamined) -> Way:
    """Every leaf's verdict of every rule; words are made of those that somebody looks at."""

    def count(context: Context) -> int:
        return len([1 for why in examined.why(context) if why.verdict])

    return count


def _words_us(rules: Sequence[Rule], contexts: Sequence[Context]) -> float:
    """Return the median for one rule told in full, of those that were just explained."""
    examined, taken = SetExamined(rules), []
    for place, each in enumerate(contexts):
        why = examined.why(each)[place % len(rules)]
        start = time.perf_counter_ns()
        why.told()
        taken.append(time.perf_counter_ns() - start)
    return round(sorted(taken)[len(taken) // 2] / 1e3, 2)


def median_us(way: Way, contexts: Sequence[Context], expected: Sequence[int], rounds: int) -> float:
    """Return the median of a way's time for one event, in the best of some rounds."""
    clock, best = time.perf_counter_ns, float("inf")
    for _ in range(rounds):
        taken, counts = [], []
        for each in contexts:
            start = clock()
            count = way(each)
            taken.append(clock() - start)
            counts.append(count)
        if counts != list(expected):
            raise Disagreement(f"{sum(counts)} matches instead of {sum(expected)}")
        best = min(best, sorted(taken)[len(taken) // 2] / 1e3)
    return round(best, 2)


def rule(number: int, asked: Asked) -> Rule:
    """Write the rule down as an author does, and bind it."""
    given = _conditions(asked)
    source = Source(
        key=f"rule-{number}",
        id=number,
        text=f"{' && '.join(given)} -> usable",
        binding=HOME,
        conditions={name: {"params": params} for name, params in given.items()},
    )
    bound = bind(source, Catalogue(conditions.kinds(), actions.kinds()))
    if bound.rule is None:
        raise AssertionError(bound.problems)
    return bound.rule


def context(event: Event) -> Context:
    return {
        "now": event.second * 1_000_000,
        "amount": event.amount,
        "quantity": event.quantity,
        "products": frozenset((event.product,)),
        "member.segments": frozenset(f"s{number}" for number in event.segments),
    }


def _conditions(asked: Asked) -> dict[str, dict[str, Any]]:
    given: dict[str, dict[str, Any]] = {}
    if asked.amount is not None:
        low, high = asked.amount
        given["paid_amount"] = {"min": _money(low), "max": _money(high - 1)}
    if asked.days is not None:
        first, last = map(workload.day, asked.days)
        given["period"] = {"starts": f"{first}T00:00", "ends": f"{last}T00:00"}
    if asked.products is not None:
        given["products"] = {"ids": list(asked.products)}
    if asked.segment is not None:
        given["segment"] = {"any_of": [f"s{asked.segment}"]}
    if asked.quantity is not None:
        given["quantity"] = {"min": asked.quantity}
    return given


def _money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02} TWD"
