"""From "true, false or unknown" to "definitely true": what matching needs, and nothing more.

In negation normal form `and` and `or` are true exactly when their parts are, so it is enough to ask
of each test whether it is definitely true, and of each negated one whether it is definitely false.
With two values more laws hold, and tests of one fact melt into one.
"""

from dataclasses import replace
from typing import cast

from postlude.rules.predicates import (
    Ago,
    AllOf,
    Constant,
    Meets,
    Negated,
    OneOf,
    Predicate,
    Range,
    SomeOf,
)

_Span = Range | Ago
_FALSE = Constant(value=False)
_TRUE = Constant(value=True)


def decisive(predicate: Predicate) -> Predicate:
    """Return what is true where `predicate` (in negation normal form) is true, and else not.

    In the result a negated test stands for "known, and not so"; constants stand alone.
    """
    match predicate:
        case AllOf(children):
            return _all(tuple(map(decisive, children)))
        case SomeOf(children):
            return _some(tuple(map(decisive, children)))
        case Negated(Range() | Ago() as span):
            return _outside(span)
        case Constant(None):
            return _FALSE
        case _:
            return _FALSE if _is_empty(predicate) else predicate


def _all(children: tuple[Predicate, ...]) -> Predicate:
    flat = _flattened(AllOf, children)
    met: list[Predicate] = []
    for child in flat:
        if child == _TRUE:
            continue
        place = next((at for at, known in enumerate(met) if _met(known, child)), None)
        if place is None:
            met.append(child)
        else:
            met[place] = _met(met[place], child) or child
    if any(child == _FALSE or _is_empty(child) for child in met):
        return _FALSE
    return met[0] if len(met) == 1 else AllOf(tuple(met)) if met else _TRUE


def _some(children: tuple[Predicate, ...]) -> Predicate:
    flat = _flattened(SomeOf, children)
    if _TRUE in flat:
        return _TRUE
    united: list[Predicate] = []
    for child in flat:
        if child == _FALSE:
            continue
        place = next((at for at, known in enumerate(united) if _united(known, child)), None)
        if place is None:
            united.append(child)
        else:
            united[place] = _united(united[place], child) or child
    return united[0] if len(united) == 1 else SomeOf(tuple(united)) if united else _FALSE


def _flattened(
    join: type[AllOf] | type[SomeOf], children: tuple[Predicate, ...]
) -> tuple[Predicate, ...]:
    return tuple(
        part
        for child in children
        for part in (child.children if isinstance(child, join) else (child,))
    )


def _met(one: Predicate, other: Predicate) -> Predicate | None:
    """Return the one test that is true where both are, if there is one."""
    match one, other:
        case Range(fact), Range(same) if fact == same:
            return _narrowed(one, other)
        case Ago(fact), Ago(same) if fact == same:
            return _narrowed(one, other)
        case OneOf(fact, values), OneOf(same, others) if fact == same:
            return OneOf(fact, cast("frozenset[str]", values & others))
        case _:
            return one if one == other else None


def _united(one: Predicate, other: Predicate) -> Predicate | None:
    """Return the one test that is true where either is, if there is one."""
    match one, other:
        case OneOf(fact, values), OneOf(same, others) if fact == same:
            return OneOf(fact, cast("frozenset[str]", values | others))
        case Meets(fact, values), Meets(same, others) if fact == same:
            return Meets(fact, values | others)
        case _:
            return one if one == other else None


def _narrowed(one: _Span, other: _Span) -> _Span:
    lows = [low for low in (one.low, other.low) if low is not None]
    highs = [high for high in (one.high, other.high) if high is not None]
    return replace(one, low=max(lows, default=None), high=min(highs, default=None))


def _outside(span: _Span) -> Predicate:
    below = () if span.low is None else (replace(span, low=None, high=span.low),)
    above = () if span.high is None else (replace(span, low=span.high, high=None),)
    return _some((*below, *above))


def _is_empty(predicate: Predicate) -> bool:
    match predicate:
        case Range(low=int(low), high=int(high)) | Ago(low=int(low), high=int(high)):
            return low >= high
        case OneOf(values=values) | Meets(values=values):
            return not values
        case _:
            return False
