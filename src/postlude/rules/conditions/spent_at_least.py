"""How much the member has paid for orders here."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.conditions.currencies import mismatches
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.language.spans import Problem
from postlude.rules.parameters import Amount
from postlude.rules.predicates import AllOf, OneOf, Predicate, Range


class SpentAtLeast(Params):
    amount: Amount
    """At least this much in all paid orders."""


def predicate(params: SpentAtLeast, _binding: Binding) -> Predicate:
    same = OneOf("member.spent_currency", frozenset({params.amount.currency}))
    return AllOf((same, Range("member.spent", params.amount.minor, None)))


def words(params: SpentAtLeast, _binding: Binding) -> str:
    return _("has spent at least {amount}").format(amount=params.amount)


def check(params: SpentAtLeast, binding: Binding) -> Sequence[Problem]:
    return mismatches(binding, amount=params.amount)


KIND = ConditionKind(
    name="spent_at_least",
    title=N_("Spent so far"),
    params=SpentAtLeast,
    predicate=predicate,
    words=words,
    check=check,
    cost=2,
    aliases=("累计消费", "потрачено"),
    unknown=N_("the member has paid in several currencies, or nobody is known"),
    examples=({"amount": "5000.00 TWD"},),
)
