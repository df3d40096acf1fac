"""Facts that another system must say at the moment of asking, and only then.

What was true an hour ago ("this is the first top-up") may not be true now. Such a fact comes with
`NAME.as_of`; one that is older than the leaf allows, or from the future, is unknown, so that
neither the condition nor its opposite holds.
"""

from postlude.rules.predicates import Ago, AllOf, Constant, Negated, Predicate, SomeOf

_SECOND = 1_000_000
_AHEAD = 60  # seconds that the other system's clock may be fast


def young(fact: str, max_age: int) -> Ago:
    """Return the test of whether a fact is at most `max_age` seconds old."""
    return Ago(f"{fact}.as_of", -_AHEAD * _SECOND, max_age * _SECOND + 1)


def fresh(fact: str, test: Predicate, *, max_age: int) -> Predicate:
    """Return `test` where `fact` is at most `max_age` seconds old, else unknown."""
    is_young = young(fact, max_age)
    return SomeOf((AllOf((is_young, test)), AllOf((Negated(is_young), Constant(None)))))
