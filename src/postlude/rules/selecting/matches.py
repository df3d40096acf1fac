"""Rules that match, with what they are worth, and the one order in which they stand."""

from collections.abc import Iterable
from dataclasses import dataclass

from postlude.rules.facts import Context
from postlude.rules.kinds import Binding
from postlude.rules.rule import BoundAction, Rule, SubRule


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that matched. `value` is to the buyer, `cost` to the merchant, in minor units."""

    rule: Rule
    value: int = 0
    cost: int = 0


Rank = tuple[int, int, bool, bool, int, int, str]


def rank(match: Match) -> Rank:
    """Return the total order, best first: priority, value, narrower scope, id.

    A carrier's rule is narrower than a flow's, a merchant's than everybody's, and one with more
    conditions than one with fewer.
    """
    says = match.rule.attributes
    return (
        -says.priority,
        -match.value,
        says.carrier is None,
        not says.merchant,
        -_conditions(match.rule),
        match.rule.id,
        match.rule.key,
    )


def _conditions(rule: Rule) -> int:
    return sum(
        _conditions(each.rule) if isinstance(each, SubRule) else 1 for each in rule.leaves.values()
    )


def worth(actions: Iterable[BoundAction], context: Context, binding: Binding) -> tuple[int, int]:
    """Return what actions are worth to the buyer together, and what they cost the merchant."""
    value = cost = 0
    for each in actions:
        value += each.kind.value(each.params, context, binding)
        cost += each.kind.cost(each.params, context, binding)
    return value, cost
