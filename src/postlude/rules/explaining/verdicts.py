"""What each leaf says of a context, and what follows for the whole, by Kleene's logic."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from postlude.rules.explaining.examining import Examined
from postlude.rules.facts import Context
from postlude.rules.language.tree import And, Expression, Leaf, Not, Or

Values = Mapping[str, bool | None]


class Peek(NamedTuple):
    """What was seen of a scarce thing: it can be had, it cannot (and why), or nobody looked."""

    granted: bool | None
    detail: str = ""


UNSEEN = Peek(None, "not_looked_at")
Peeks = Mapping[str, Peek]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The verdict of each leaf by key; `granted` is the same with refused claims as if granted."""

    values: Values
    granted: Values


def verdicts(examined: Examined, context: Context, peeks: Peeks) -> Verdicts:
    """Return what each leaf says; a claim holds when its test does and it can be had.

    A claim that no one has looked at is unknown.
    """
    complete = examined.complete(context)
    granted = {key: placed.verdict(complete) for key, placed in examined.leaves.items()}
    values = dict(granted)
    for key in examined.claims.keys() & granted.keys():
        seen = peeks.get(key, UNSEEN).granted
        values[key] = _strongest((granted[key], seen), strong=False)
        if seen is None:
            granted[key] = values[key]
    return Verdicts(values, granted)


def folded(tree: Expression, values: Values) -> bool | None:
    """Return the verdict of a tree of keys."""
    match tree:
        case Leaf(key):
            return values[key]
        case Not(child):
            value = folded(child, values)
            return None if value is None else not value
        case And(children):
            return _strongest((folded(child, values) for child in children), strong=False)
        case Or(children):
            return _strongest((folded(child, values) for child in children), strong=True)


def _strongest(values: Iterable[bool | None], *, strong: bool) -> bool | None:
    unknown = False
    for value in values:
        if value is strong:
            return strong
        unknown = unknown or value is None
    return None if unknown else not strong


def culprits(tree: Expression, values: Values, *, wanted: bool = True) -> Iterator[str]:
    """Yield the leaves because of which the tree is not `wanted`, from left to right.

    Of what is already as it should be nothing is named: in `(a || b) && c` with b true and c false,
    a is nobody's fault.
    """
    if folded(tree, values) is wanted:
        return
    match tree:
        case Leaf(key):
            yield key
        case Not(child):
            yield from culprits(child, values, wanted=not wanted)
        case And(children) | Or(children):
            for child in children:
                yield from culprits(child, values, wanted=wanted)
