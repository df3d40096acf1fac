"""An instant discount: a fixed amount, never more than what is paid.

The order's amount stays; what is finally paid is less.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.actions.amounts import paid
from postlude.rules.conditions.currencies import mismatches
from postlude.rules.facts import Context
from postlude.rules.kinds import ActionKind, Binding, Params
from postlude.rules.language.spans import Problem
from postlude.rules.parameters import Price


class AmountOff(Params):
    amount: Price
    """So much less is paid."""


def discount(params: AmountOff, context: Context, _binding: Binding) -> int:
    """Return the discount in minor units."""
    return min(params.amount.minor, paid(context))


def effect(params: AmountOff, context: Context, binding: Binding) -> dict[str, Any]:
    return {"discount_minor": discount(params, context, binding), "currency": binding.currency}


def words(params: AmountOff, _binding: Binding) -> str:
    return _("{amount} off").format(amount=params.amount)


def check(params: AmountOff, binding: Binding) -> Sequence[Problem]:
    return mismatches(binding, amount=params.amount)


KIND = ActionKind(
    name="amount_off",
    title=N_("Amount off"),
    params=AmountOff,
    effect=effect,
    words=words,
    value=discount,
    cost=discount,
    check=check,
    instant=True,
    aliases=("立减", "скидка"),
    examples=({"amount": "20.00 TWD"},),
)
