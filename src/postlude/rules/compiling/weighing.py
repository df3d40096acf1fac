"""What a test costs and how often it is likely to hold: guesses that order, and never decide.

Costs are relative to one comparison and were measured on the closures; the odds are guesses of
what merchants configure (a list names few of many products, an open range is mostly true).
"""

from math import prod

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

_RARELY, _SOMETIMES, _OFTEN = 0.1, 0.4, 0.6
_NEVER_SURE = 0.01
DEAR = 10  # comparisons


def cost(predicate: Predicate) -> float:
    """Return what looking at it costs at worst."""
    match predicate:
        case AllOf(children) | SomeOf(children):
            return sum(map(cost, children))
        case Negated(child):
            return cost(child)
        case _:
            return _cost_of_test(predicate)


def _cost_of_test(test: Test) -> float:
    match test:
        case Constant():
            return 0
        case Computed():
            return 500
        case Anniversary() | CalendarAgo():
            return 5
        case Meets() | Ago():
            return 1.3
        case _:
            return 1


def cost_within(test: Predicate, kind_cost: float) -> float:
    """Return what a test costs within a kind: the kind's own guess counts if it says "dear".

    Where nothing has to be loaded, the measured cost of the test is the better guess.
    """
    return max(kind_cost, cost(test)) if kind_cost >= DEAR else cost(test)


def odds(predicate: Predicate) -> float:
    """Return how likely it is true, between 0.01 and 0.99."""
    match predicate:
        case AllOf(children):
            return _bounded(prod(odds(child) for child in children))
        case SomeOf(children):
            return _bounded(1 - prod(1 - odds(child) for child in children))
        case Negated(child):
            return 1 - odds(child)
        case _:
            return _odds_of_test(predicate)


def _odds_of_test(test: Test) -> float:
    match test:
        case OneOf(values=values) | Meets(values=values):
            return _RARELY if len(values) < 100 else _SOMETIMES  # noqa: PLR2004 - a guess
        case Anniversary():
            return _RARELY
        case Range(low=low, high=high) | Ago(low=low, high=high):
            return _OFTEN if low is None or high is None else _SOMETIMES
        case Is() | CalendarAgo() | Computed():
            return _SOMETIMES
        case Constant(value):
            return 1 - _NEVER_SURE if value else _NEVER_SURE


def _bounded(odds: float) -> float:
    return min(max(odds, _NEVER_SURE), 1 - _NEVER_SURE)
