"""A rule as one expression over tests: sub-rules inlined, constants folded, negation at the tests.

Kleene's logic has De Morgan's laws, double negation, and the unit and zero of `and` and `or`, so
each step here keeps the verdict exactly, unknown included. It has no law of the excluded middle:
`x || !x` stays.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from postlude.rules.compiling import weighing
from postlude.rules.kinds import Phase
from postlude.rules.language.tree import And, Expression, Leaf, Not, Or
from postlude.rules.predicates import AllOf, Constant, Negated, Predicate, SomeOf
from postlude.rules.rule import BoundLeaf, Rule, SubRule

_Join = type[AllOf] | type[SomeOf]


@dataclass(frozen=True, slots=True)
class _Term:
    """An expression in normal form and what decides its place: priority first, then the cost."""

    predicate: Predicate
    priority: int
    cost: float
    parts: tuple["_Term", ...] = ()


def condition(rule: Rule, shared: dict[Predicate, Predicate] | None = None) -> Predicate:
    """Return when `rule` matches, every claim taken as granted, cheap and telling tests first.

    A claim may not stand under `!`, so granting all of them is the most that can come of them: a
    rule that does not match so cannot match, one that does is a candidate until they are taken.
    Tests that rules have in common are one object in all of them; `shared` gathers every test.
    """
    build = _Build({} if shared is None else shared)
    return build.of_expression(rule.template.condition, rule, holds=True, priority=None).predicate


def normalised(predicate: Predicate) -> Predicate:
    """Return the same three-valued function in negation normal form, cheap and telling first."""
    return _Build({}).of_predicate(predicate, holds=True, priority=0, cost=1).predicate


class _Build:
    """Builds terms, with each test kept once."""

    def __init__(self, shared: dict[Predicate, Predicate]) -> None:
        self._shared = shared

    def of_expression(
        self, expression: Expression, rule: Rule, *, holds: bool, priority: int | None
    ) -> _Term:
        """The `priority` of a leaf that names a sub-rule goes for all the leaves of that."""
        match expression:
            case Not(child):
                return self.of_expression(child, rule, holds=not holds, priority=priority)
            case And(children) | Or(children):
                parts = [
                    self.of_expression(child, rule, holds=holds, priority=priority)
                    for child in children
                ]
                return _joined(_join(is_and=isinstance(expression, And), holds=holds), parts)
            case Leaf(alias):
                return self.of_leaf(rule.leaves[alias], rule, holds=holds, priority=priority)

    def of_leaf(
        self, leaf: BoundLeaf | SubRule, rule: Rule, *, holds: bool, priority: int | None
    ) -> _Term:
        own = leaf.priority if priority is None else priority
        if isinstance(leaf, SubRule):
            return self.of_expression(
                leaf.rule.template.condition, leaf.rule, holds=holds, priority=own
            )
        predicate = leaf.kind.predicate(leaf.params, rule.binding)
        if leaf.kind.phase is Phase.CLAIM:
            predicate = _granted(predicate) if holds else Constant(value=False)
        return self.of_predicate(predicate, holds=holds, priority=own, cost=leaf.kind.cost)

    def of_predicate(
        self, predicate: Predicate, *, holds: bool, priority: int, cost: float
    ) -> _Term:
        match predicate:
            case Negated(child):
                return self.of_predicate(child, holds=not holds, priority=priority, cost=cost)
            case AllOf(children) | SomeOf(children):
                parts = [
                    self.of_predicate(child, holds=holds, priority=priority, cost=cost)
                    for child in children
                ]
                return _joined(_join(is_and=isinstance(predicate, AllOf), holds=holds), parts)
            case Constant(value):
                folded = Constant(value if holds or value is None else not value)
                return _Term(folded, priority, 0)
            case _:
                known = predicate if holds else Negated(predicate)
                test = self._shared.setdefault(known, known)
                return _Term(test, priority, weighing.cost_within(test, cost))


def _granted(predicate: Predicate) -> Predicate:
    """What a claim's own test leaves open is open because of the claim."""
    match predicate:
        case Constant(None):
            return Constant(value=True)
        case AllOf(children):
            return AllOf(tuple(map(_granted, children)))
        case _:
            return predicate


def _join(*, is_and: bool, holds: bool) -> _Join:
    return AllOf if is_and is holds else SomeOf


def _joined(join: _Join, parts: Iterable[_Term]) -> _Term:
    """Flatten, drop what changes nothing and what stands twice, stop at what decides."""
    unit = join is AllOf
    kept: dict[Predicate, _Term] = {}
    for part in (term for each in parts for term in _flat(join, each)):
        match part.predicate:
            case Constant(bool(value)):
                if value is not unit:
                    return _Term(Constant(value), part.priority, 0)
            case predicate:
                known = kept.get(predicate)
                if known is None or known.priority < part.priority:
                    kept[predicate] = part
    if len(kept) == 1:
        return next(iter(kept.values()))
    terms = tuple(sorted(kept.values(), key=_place(join)))
    if not terms:
        return _Term(Constant(unit), 0, 0)
    return _Term(
        join(tuple(term.predicate for term in terms)),
        max(term.priority for term in terms),
        sum(term.cost for term in terms),
        terms,
    )


def _flat(join: _Join, term: _Term) -> tuple[_Term, ...]:
    return term.parts if isinstance(term.predicate, join) else (term,)


def _place(join: _Join) -> Callable[[_Term], tuple[int, float]]:
    """Order by priority, then by the cost for each time that it ends the evaluation."""

    def place(term: _Term) -> tuple[int, float]:
        true = weighing.odds(term.predicate)
        return -term.priority, term.cost / (1 - true if join is AllOf else true)

    return place
