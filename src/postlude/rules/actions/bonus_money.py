"""Bonus money: a fixed amount, or a share of what is paid.

A share is rounded down to the minor unit, and `most` is applied after rounding; it is never more
than one entry of the ledger can move.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from postlude.kernel.errors import N_
from postlude.kernel.money import Money
from postlude.rules.actions.amounts import paid, per_mille
from postlude.rules.conditions.currencies import mismatches
from postlude.rules.facts import Context
from postlude.rules.kinds import ActionKind, Binding, Params
from postlude.rules.language.spans import Problem
from postlude.rules.parameters import MOST_GIVEN, Price, Text


class BonusMoney(Params):
    amount: Price | None = None
    """A fixed amount."""
    per_mille: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """So many thousandths of what is paid, rounded down; 100 is a tenth."""
    most: Price | None = None
    """Of a share: never more than this."""
    reason: Text = "order"
    """Kept word for word with the entry."""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.amount is None) == (self.per_mille is None):
            raise ValueError(_("give either amount or per_mille"))
        if self.most is not None and self.per_mille is None:
            raise ValueError(_("`most` goes with per_mille"))
        return self


def given(params: BonusMoney, context: Context, _binding: Binding) -> int:
    """Return the bonus in minor units."""
    if params.amount is not None:
        return params.amount.minor
    share = min(per_mille(paid(context), params.per_mille or 0), MOST_GIVEN)
    return share if params.most is None else min(share, params.most.minor)


def effect(params: BonusMoney, context: Context, binding: Binding) -> dict[str, Any]:
    currency = f"bonus:{binding.currency}"
    amount = given(params, context, binding)
    return {"minor": amount, "currency": currency, "reason": params.reason}


def words(params: BonusMoney, binding: Binding) -> str:
    if params.amount is not None:
        return _("gives {amount} bonus money").format(amount=params.amount)
    text = _("gives {share} ‰ of the payment as bonus money")
    if params.most is not None:
        text = _("gives {share} ‰ of the payment as bonus money, at most {most}")
    most = params.most or Money(0, binding.currency)
    return text.format(share=params.per_mille, most=most)


def check(params: BonusMoney, binding: Binding) -> Sequence[Problem]:
    return mismatches(binding, amount=params.amount, most=params.most)


KIND = ActionKind(
    name="bonus_money",
    title=N_("Bonus money"),
    params=BonusMoney,
    effect=effect,
    words=words,
    value=given,
    cost=given,
    check=check,
    aliases=("发赠送金", "начислить бонусы"),
    examples=({"amount": "30.00 TWD"}, {"per_mille": 100, "most": "200.00 TWD"}),
)
