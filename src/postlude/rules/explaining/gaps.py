"""How much a fact is short of what a test asks for. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from postlude.rules.compiling.verdicts import verdict
from postlude.rules.facts import NOW, Context
from postlude.rules.predicates import AllOf, Negated, Predicate, Range, SomeOf


class Turn(StrEnum):
    MORE = "more"
    LESS = "less"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Gap:
    """A fact has to change by `amount`, in its own unit (minor units, microseconds for LATER)."""

    fact: str
    turn: Turn
    amount: int


def gaps(predicate: Predicate, context: Context, *, wanted: bool) -> tuple[Gap, ...] | None:
    """Return what has to change in numbers for a predicate to be `wanted`.

    The context must be complete. Empty when it is so already; None when no number says it: a text
    would have to be another one, a fact is unknown, or it is about the time (see `waiting`). Of
    several ways the one with the fewest facts is taken, and of these the first.
    """
    if verdict(predicate)(context) is wanted:
        return ()
    match predicate:
        case Negated(child):
            return gaps(child, context, wanted=not wanted)
        case AllOf(children) | SomeOf(children):
            found = [gaps(child, context, wanted=wanted) for child in children]
            every = isinstance(predicate, AllOf) is wanted
            return _every(found) if every else _fewest(found)
        case Range(fact) if fact.partition(".")[0] != NOW:
            value = context.get(fact)
            if not isinstance(value, int):
                return None
            return _into(predicate, value) if wanted else _out_of(predicate, value)
        case _:
            return None


def _every(found: Iterable[tuple[Gap, ...] | None]) -> tuple[Gap, ...] | None:
    together: dict[str, Gap] = {}
    for each in found:
        if each is None:
            return None
        for gap in each:
            known = together.setdefault(gap.fact, gap)
            if known.turn is not gap.turn:
                return None
            if gap.amount > known.amount:
                together[gap.fact] = gap
    return tuple(together.values())


def _fewest(found: Iterable[tuple[Gap, ...] | None]) -> tuple[Gap, ...] | None:
    return min((each for each in found if each is not None), key=len, default=None)


def _into(test: Range, value: int) -> tuple[Gap, ...] | None:
    if test.low is not None and test.high is not None and test.low >= test.high:
        return None
    if test.low is not None and value < test.low:
        return (Gap(test.fact, Turn.MORE, test.low - value),)
    return () if test.high is None else (Gap(test.fact, Turn.LESS, value - test.high + 1),)


def _out_of(test: Range, value: int) -> tuple[Gap, ...] | None:
    ways = []
    if test.high is not None:
        ways.append(Gap(test.fact, Turn.MORE, test.high - value))
    if test.low is not None:
        ways.append(Gap(test.fact, Turn.LESS, value - test.low + 1))
    return (min(ways, key=lambda each: each.amount),) if ways else None
