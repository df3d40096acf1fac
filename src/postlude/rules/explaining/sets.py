"""Every leaf of every rule of a set, at once; words only for the rules asked about. Pure.

Verdicts cost a tenth of a microsecond a leaf, words a hundred times that. So a preview of 200 rules
has all verdicts, and turns into an explanation what somebody looks at.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

from postlude.rules.compiling.completing import Completion
from postlude.rules.compiling.verdicts import verdict
from postlude.rules.explaining.examining import Examined
from postlude.rules.explaining.showing import Reader
from postlude.rules.explaining.traces import Explanation, Level, explain
from postlude.rules.explaining.verdicts import UNSEEN, Peeks
from postlude.rules.facts import Context
from postlude.rules.language.tree import And, Expression, Leaf, Not, Or
from postlude.rules.predicates import Predicate
from postlude.rules.rule import Rule

Verdicts = tuple[bool | None, ...]
_Fold = Callable[[Verdicts], bool | None]
_NOBODY_LOOKED: Mapping[int, Peeks] = MappingProxyType({})


class Why(NamedTuple):
    """What a rule says of a context, and each of its leaves in the order of `examined.leaves`."""

    verdict: bool | None
    leaves: Verdicts
    examined: Examined
    context: Context
    peeks: Peeks | None

    def told(self, level: Level = Level.FULL, reader: Reader | None = None) -> Explanation:
        """Return the same in words."""
        return explain(self.examined, self.context, self.peeks, level=level, reader=reader)


class SetExamined:
    """The rules of a set made ready to be explained; a test that rules share is made once."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(map(Examined, rules))
        self._completion = Completion(name for each in self.rules for name in each.reads)
        places: dict[Predicate, int] = {}
        self._steps = tuple((_picking(each, places), *_folding(each)) for each in self.rules)
        self._tests = tuple(map(verdict, places))

    def why(self, context: Context, peeks: Mapping[int, Peeks] = _NOBODY_LOOKED) -> list[Why]:
        """Return what each rule says, in their order; it reads the context and changes nothing.

        `peeks` are what was seen of scarce things, by the rule's place; a claim that nobody has
        looked at is unknown.
        """
        complete = self._completion.complete(context)
        said = [test(complete) for test in self._tests]
        answers = []
        for place, (pick, fold, claims) in enumerate(self._steps):
            leaves = pick(said)
            seen = peeks.get(place)
            if claims:
                leaves = _with_claims(leaves, claims, seen or {})
            answers.append(Why(fold(leaves), leaves, self.rules[place], complete, seen))
        return answers


def _picking(
    examined: Examined, places: dict[Predicate, int]
) -> Callable[[list[bool | None]], Verdicts]:
    """Return what picks a rule's verdicts out of those of all tests; it adds new tests to these."""
    tests = (placed.predicate for placed in examined.leaves.values())
    own = [places.setdefault(test, len(places)) for test in tests]
    if len(own) == 1:
        only = own[0]
        return lambda said: (said[only],)
    return itemgetter(*own)


def _folding(examined: Examined) -> tuple[_Fold, tuple[tuple[int, str], ...]]:
    """Return what folds a rule's verdicts, and the places and keys of its claims."""
    places = {key: place for place, key in enumerate(examined.leaves)}
    claims = tuple((places[key], key) for key in examined.leaves if key in examined.claims)
    return _fold(examined.tree, places), claims


def _with_claims(leaves: Verdicts, claims: tuple[tuple[int, str], ...], peeks: Peeks) -> Verdicts:
    """A claim holds when its own test does and the thing can be had."""
    decided = list(leaves)
    for place, key in claims:
        decided[place] = _all((decided[place], peeks.get(key, UNSEEN).granted))
    return tuple(decided)


def _fold(tree: Expression, places: Mapping[str, int]) -> _Fold:
    match tree:
        case Leaf(key):
            place = places[key]
            return lambda v: v[place]
        case Not(child):
            below = _fold(child, places)
            return lambda v: None if (value := below(v)) is None else not value
        case And(children) | Or(children):
            folding = _all if isinstance(tree, And) else _any
            keys = {child.alias for child in children if isinstance(child, Leaf)}
            if len(keys) == len(children) == len(places):
                return folding  # of all leaves there are: no need to pick
            parts = tuple(_fold(child, places) for child in children)
            return lambda v: folding(tuple([part(v) for part in parts]))


def _all(verdicts: Verdicts) -> bool | None:
    return False if False in verdicts else None if None in verdicts else True


def _any(verdicts: Verdicts) -> bool | None:
    return True if True in verdicts else None if None in verdicts else False
