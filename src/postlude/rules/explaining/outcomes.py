"""Which branch of a rule follows, what has to be taken for it, and why. Pure.

Claims of the condition are taken from left to right: of an `||` the first operand that holds
counts, so a claim is taken only if no operand to its left holds already; in `first_n || vip` a
member who is a vip does take a place. When taking fails after all, ask again with that claim
refused: the next operand may hold.

An action that takes something (five coupons of a stock) belongs to its branch: when it cannot be
had, the branch is refused as a whole, and nothing of the condition is taken either.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from postlude.rules.explaining.examining import Examined, action_key
from postlude.rules.explaining.verdicts import UNSEEN, Peeks, Values, Verdicts, culprits, folded
from postlude.rules.kinds import ClaimSpec
from postlude.rules.language.tree import ActionRef, And, Expression, Leaf, Not, Or
from postlude.rules.rule import BoundAction


class Branch(StrEnum):
    THEN = "then"
    OTHERWISE = "otherwise"
    NOTHING = "nothing"


class Reason(StrEnum):
    """Why it is not the first branch; HOLDS when it is."""

    HOLDS = "holds"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Claim:
    """Something to take. `key` is that of the leaf, or `->alias` of the action, that takes it."""

    key: str
    spec: ClaimSpec


@dataclass(frozen=True, slots=True)
class Outcome:
    """`because` names leaves and actions (by key) that kept the first branch from following.

    Of an else branch that was refused as well, its actions stand there too. `details` are what was
    seen of the claims among them. `claims` are in the order of their leaves' priority.
    """

    branch: Branch
    reason: Reason
    because: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    actions: tuple[BoundAction, ...] = ()
    claims: tuple[Claim, ...] = ()


def outcome(examined: Examined, said: Verdicts, peeks: Peeks) -> Outcome:
    """Return what follows from the leaves' verdicts and what was seen of the scarce things.

    The else branch of `? :` follows on false, on unknown and on a refused claim alike; with `->`
    nothing does. A branch follows whole or not at all.
    """
    template = examined.rule.template
    reason, because = _reason(examined, said)
    if reason is Reason.HOLDS:
        lacking = _lacking(template.then, examined, peeks)
        if not lacking:
            keys = _by_rank(examined, taken(examined.tree, said.values, examined))
            return _follow(examined, Branch.THEN, template.then, keys=keys)
        reason, because = _of_lacking(lacking, peeks), tuple(lacking)
    if template.otherwise is not None:
        lacking = _lacking(template.otherwise, examined, peeks)
        if not lacking:
            return _follow(
                examined, Branch.OTHERWISE, template.otherwise, reason, because, peeks=peeks
            )
        because = (*because, *(key for key in lacking if key not in because))
    return Outcome(Branch.NOTHING, reason, because, _details(because, peeks))


def _follow(  # noqa: PLR0913 - the parts of an outcome
    examined: Examined,
    branch: Branch,
    references: Sequence[ActionRef],
    reason: Reason = Reason.HOLDS,
    because: tuple[str, ...] = (),
    *,
    keys: Sequence[str] = (),
    peeks: Peeks | None = None,
) -> Outcome:
    aliases = dict.fromkeys(each.alias for each in references)
    scarce = [key for alias in aliases if (key := action_key(alias)) in examined.claims]
    claims = tuple(Claim(key, examined.claims[key]) for key in (*keys, *scarce))
    actions = tuple(examined.rule.actions[alias] for alias in aliases)
    return Outcome(branch, reason, because, _details(because, peeks or {}), actions, claims)


def _reason(examined: Examined, said: Verdicts) -> tuple[Reason, tuple[str, ...]]:
    """Say why the condition does not hold: refused, if it would with its claims granted."""
    verdict = folded(examined.tree, said.values)
    if verdict is True:
        return Reason.HOLDS, ()
    guilty = _by_rank(examined, culprits(examined.tree, said.values))
    if folded(examined.tree, said.granted) is True:
        refused = (key for key in guilty if said.granted[key] is not said.values[key])
        return Reason.REFUSED, tuple(refused)
    return (Reason.UNKNOWN if verdict is None else Reason.NOT_MET), guilty


def _by_rank(examined: Examined, keys: Iterator[str]) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(keys), key=lambda key: examined.leaves[key].rank))


def _lacking(references: Sequence[ActionRef], examined: Examined, peeks: Peeks) -> list[str]:
    """Return the actions (by key) whose scarce things cannot be had, or were not looked at."""
    keys = dict.fromkeys(action_key(each.alias) for each in references)
    return [
        key for key in keys if key in examined.claims and peeks.get(key, UNSEEN).granted is not True
    ]


def _of_lacking(lacking: Sequence[str], peeks: Peeks) -> Reason:
    refused = any(peeks.get(key, UNSEEN).granted is False for key in lacking)
    return Reason.REFUSED if refused else Reason.UNKNOWN


def _details(because: Sequence[str], peeks: Peeks) -> tuple[str, ...]:
    return tuple(peeks[key].detail for key in because if key in peeks and peeks[key].detail)


def taken(tree: Expression, values: Values, examined: Examined) -> Iterator[str]:
    """Yield the claims by which a tree that holds does hold, from left to right."""
    match tree:
        case Leaf(key):
            if key in examined.claims:
                yield key
        case Not():  # no claim stands under `!`
            return
        case And(children):
            for child in children:
                yield from taken(child, values, examined)
        case Or(children):
            first = next(child for child in children if folded(child, values) is True)
            yield from taken(first, values, examined)
