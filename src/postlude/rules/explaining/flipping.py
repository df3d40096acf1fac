"""The fewest leaves that have to turn for a condition to hold: a least cut on the tree. Pure.

Where each leaf stands once, the cheapest way to make `a && b` true is the sum over its parts, and
to make it false the cheapest of them; for `||` the other way about, and `!` swaps the two. One pass
over the tree finds it. A leaf that stands more than once turns in all its places together, so its
two values (and staying as it is) are tried one after the other around that pass.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from typing import NamedTuple

from postlude.rules.explaining.examining import leaf_keys
from postlude.rules.explaining.verdicts import Values
from postlude.rules.language.tree import And, Expression, Leaf, Not, Or

MOST_REPEATED = 6  # 3^6 passes; the repeated leaves after the first six stay as they are


class Cost(NamedTuple):
    """How many leaves turn, how hard that is together, and which: the order of preference."""

    leaves: int = 0
    effort: int = 0
    which: tuple[tuple[int, str, bool], ...] = ()  # place, key, wanted value

    def plus(self, other: "Cost") -> "Cost":
        which = tuple(sorted({*self.which, *other.which}))
        return Cost(self.leaves + other.leaves, self.effort + other.effort, which)


def fewest(tree: Expression, values: Values, efforts: Mapping[str, int]) -> dict[str, bool] | None:
    """Return the leaves (by key) that must turn, with the value each must have; None if none help.

    The fewest; of as few, those with the least effort, and then the leftmost. Exact with up to six
    leaves that stand more than once.
    """
    places = {key: at for at, key in enumerate(dict.fromkeys(leaf_keys(tree)))}
    counts = Counter(leaf_keys(tree))
    repeated = [key for key in places if counts[key] > 1]
    best: Cost | None = None
    for fixed, paid in _tries(repeated, values, efforts, places):
        found = _Pass(values, efforts, places, fixed).cost(tree, wanted=True)
        total = None if found is None else found.plus(paid)
        if total is not None and (best is None or total < best):
            best = total
    return None if best is None else {key: wanted for _, key, wanted in best.which}


def _tries(
    repeated: list[str], values: Values, efforts: Mapping[str, int], places: Mapping[str, int]
) -> Iterator[tuple[dict[str, bool | None], Cost]]:
    """Yield values for the repeated leaves, and what it costs to turn them to these."""
    tried = repeated[:MOST_REPEATED]
    rest = {key: values[key] for key in repeated[MOST_REPEATED:]}
    choices = [sorted({True, False, values[key]}, key=str) for key in tried]
    for choice in product(*choices):
        fixed = dict(zip(tried, choice, strict=True))
        turned = [(key, to) for key, to in fixed.items() if to is not values[key]]
        which = tuple(sorted((places[key], key, to is True) for key, to in turned))
        yield fixed | rest, Cost(len(turned), sum(efforts[key] for key, _ in turned), which)


class _Pass:
    """One pass over the tree, with the values of the repeated leaves given."""

    def __init__(
        self,
        values: Values,
        efforts: Mapping[str, int],
        places: Mapping[str, int],
        fixed: Values,
    ) -> None:
        self._values = values
        self._efforts = efforts
        self._places = places
        self._fixed = fixed

    def cost(self, tree: Expression, *, wanted: bool) -> Cost | None:
        match tree:
            case Leaf(key):
                return self._leaf(key, wanted=wanted)
            case Not(child):
                return self.cost(child, wanted=not wanted)
            case And(children) | Or(children):
                costs = [self.cost(child, wanted=wanted) for child in children]
                if isinstance(tree, And) is wanted:
                    return _sum(costs)
                return min((each for each in costs if each is not None), default=None)

    def _leaf(self, key: str, *, wanted: bool) -> Cost | None:
        if key in self._fixed:
            return Cost() if self._fixed[key] is wanted else None
        if self._values[key] is wanted:
            return Cost()
        return Cost(1, self._efforts[key], ((self._places[key], key, wanted),))


def _sum(costs: list[Cost | None]) -> Cost | None:
    total = Cost()
    for each in costs:
        if each is None:
            return None
        total = total.plus(each)
    return total
