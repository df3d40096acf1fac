"""Money that a promotion may cost: taken when the rule order is written."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.conditions.currencies import mismatches
from postlude.rules.kinds import Binding, ClaimSpec, ConditionKind, Params, Phase
from postlude.rules.language.spans import Problem
from postlude.rules.parameters import Key, Price
from postlude.rules.predicates import Constant, Predicate


class Budget(Params):
    budget: Key
    """The budget's name; rules that name the same one share it."""
    amount: Price
    """What one use takes of it."""


def claim(params: Budget) -> ClaimSpec:
    return ClaimSpec(f"budget:{params.budget}", params.amount.minor)


def predicate(_params: Budget, _binding: Binding) -> Predicate:
    return Constant(value=True)


def words(params: Budget, _binding: Binding) -> str:
    return _("takes {amount} of budget {budget}").format(amount=params.amount, budget=params.budget)


def check(params: Budget, binding: Binding) -> Sequence[Problem]:
    return mismatches(binding, amount=params.amount)


KIND = ConditionKind(
    name="budget",
    title=N_("Budget"),
    params=Budget,
    predicate=predicate,
    words=words,
    check=check,
    claim=claim,
    phase=Phase.CLAIM,
    cost=100,
    aliases=("预算", "бюджет"),
    unknown=N_("never: there is enough of it or not"),
    examples=({"budget": "spring", "amount": "30.00 TWD"},),
)
