"""A decisive expression as rows of the index: it holds where a row does whose check agrees.

A row is an `and` of literals, each of which one table of the index can answer. An expression with
`or` becomes several rows; one that would become too many, or asks for facts that are loaded only
when needed, becomes one row of what it needs in any case, and a closure decides.
"""

from dataclasses import dataclass
from itertools import product
from math import prod

from postlude.rules.compiling.closures import Matches, of_decisive
from postlude.rules.compiling.deciding import decisive
from postlude.rules.compiling.reading import facts_read
from postlude.rules.predicates import (
    Ago,
    AllOf,
    Computed,
    Constant,
    Negated,
    Predicate,
    Range,
    SomeOf,
)

MOST_ROWS = 16
Literal = Predicate  # a test, a negated test, or a `SomeOf` of ranges of one fact
_Terms = tuple[tuple[Literal, ...], ...]


@dataclass(frozen=True, slots=True)
class Row:
    literals: tuple[Literal, ...]
    check: Matches | None = None


def rows(predicate: Predicate, deferred: frozenset[str]) -> tuple[Row, ...]:
    """Return the rows of a decisive expression; none if it never holds."""
    conjuncts = predicate.children if isinstance(predicate, AllOf) else (predicate,)
    if predicate == Constant(value=False):
        return ()
    if predicate == Constant(value=True):
        return (Row(()),)
    certain = [part for part in conjuncts if is_literal(part, deferred)]
    terms = _terms(predicate, deferred)
    if terms is None:
        return (Row(tuple(certain), of_decisive(predicate)),)
    return tuple(map(Row, terms))


def is_literal(part: Predicate, deferred: frozenset[str]) -> bool:
    """Whether a table can answer it without loading what is deferred."""
    if facts_read(part) & deferred:
        return False
    match part:
        case AllOf() | Computed() | Negated(Computed()):
            return False
        case SomeOf(children):
            return len({_line(child) for child in children}) == 1 and _line(children[0]) is not None
        case _:
            return True


def _line(test: Predicate) -> tuple[type, str] | None:
    """What a range is a part of: the numbers of a fact, or how long ago it was."""
    return (type(test), test.fact) if isinstance(test, Range | Ago) else None


def _terms(predicate: Predicate, deferred: frozenset[str]) -> _Terms | None:
    """Return the disjunctive normal form, or None when it is too long or needs a closure."""
    if is_literal(predicate, deferred):
        return ((predicate,),)
    if not isinstance(predicate, AllOf | SomeOf):
        return None
    parts = [_terms(child, deferred) for child in predicate.children]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if isinstance(predicate, SomeOf):
        terms = tuple(term for part in known for term in part)
        return terms if len(terms) <= MOST_ROWS else None
    if prod(map(len, known)) > MOST_ROWS:
        return None
    return tuple(
        term
        for choice in product(*known)
        for term in _literals(decisive(AllOf(tuple(part for each in choice for part in each))))
    )


def _literals(term: Predicate) -> _Terms:
    """Two ranges of one fact have met in a term; what is left may be nothing."""
    match term:
        case Constant():
            return ()
        case AllOf(children):
            return (children,)
        case _:
            return ((term,),)
