"""Whether a condition can be true, and whether it can be false: exactly, by truth table.

Kleene's unknown adds nothing to this. If a condition is true while some leaves are unknown, it is
true whatever those leaves are, so two values suffice to find out; and the other way about.

A leaf that stands once in the text takes both values freely, and so does everything that is made
of such leaves only. Those parts are replaced by one free leaf each, and of the neighbours in one
`&&` or `||` again one is enough: the table has a column for each *repeated* leaf and few more.
"""

from collections import Counter
from dataclasses import dataclass

from postlude.rules.language.tree import And, Expression, Leaf, Not, Or
from postlude.rules.language.walking import leaves

MOST_LEAVES = 16


@dataclass(frozen=True, slots=True)
class Possible:
    true: bool
    false: bool


def possible(tree: Expression) -> Possible | None:
    """Return which values a condition can take; None with more than 16 leaves that matter."""
    counts = Counter(leaf.alias for leaf in leaves(tree))
    small = _reduced(tree, {alias for alias, count in counts.items() if count == 1})
    names = list(dict.fromkeys(leaf.alias for leaf in leaves(small)))
    if len(names) > MOST_LEAVES:
        return None
    every = (1 << (1 << len(names))) - 1
    table = _table(small, {name: _column(at, len(names)) for at, name in enumerate(names)}, every)
    return Possible(true=table != 0, false=table != every)


def _reduced(tree: Expression, free: set[str]) -> Expression:
    """Return the tree with each part that is made of free leaves only as one free leaf."""
    match tree:
        case Leaf():
            return tree
        case Not(child):
            small = _reduced(child, free)
            return small if _is_free(small, free) else Not(small)
        case And(children) | Or(children):
            parts = [_reduced(child, free) for child in children]
            bound = [part for part in parts if not _is_free(part, free)]
            spare = [part for part in parts if _is_free(part, free)][:1]
            kept = (*bound, *spare)
            return kept[0] if len(kept) == 1 else type(tree)(kept)


def _is_free(tree: Expression, free: set[str]) -> bool:
    return isinstance(tree, Leaf) and tree.alias in free


def _column(at: int, count: int) -> int:
    """Return the column of leaf `at` in a table of 2^count rows: bit r is bit `at` of r."""
    run = 1 << at
    period = ((1 << run) - 1) << run
    column, width = period, 2 * run
    while width < 1 << count:
        column |= column << width
        width *= 2
    return column


def _table(tree: Expression, columns: dict[str, int], every: int) -> int:
    match tree:
        case Leaf():
            return columns[tree.alias]
        case Not(child):
            return every ^ _table(child, columns, every)
        case And(children):
            found = every
            for child in children:
                found &= _table(child, columns, every)
            return found
        case Or(children):
            found = 0
            for child in children:
                found |= _table(child, columns, every)
            return found
