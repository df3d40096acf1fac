"""An instant discount: a share of what is paid.

The order's amount stays; what is finally paid is less. The discount is rounded down to the minor
unit, and `most` is applied after rounding.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Self

from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from postlude.kernel.errors import N_
from postlude.rules.actions.amounts import paid, per_mille
from postlude.rules.conditions.currencies import mismatches
from postlude.rules.facts import Context
from postlude.rules.kinds import ActionKind, Binding, Params
from postlude.rules.language.spans import Problem
from postlude.rules.parameters import Price

_TENTHS = 10


class PercentOff(Params):
    percent: Annotated[int, Field(ge=1, le=100)] | None = None
    """So many hundredths of what is paid."""
    per_mille: Annotated[int, Field(ge=1, le=1_000)] | None = None
    """So many thousandths instead."""
    most: Price | None = None
    """Never more than this."""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.percent is None) == (self.per_mille is None):
            raise ValueError(_("give either percent or per_mille"))
        return self

    @property
    def share(self) -> int:
        """The share in thousandths."""
        return self.per_mille or (self.percent or 0) * _TENTHS


def discount(params: PercentOff, context: Context, _binding: Binding) -> int:
    """Return the discount in minor units."""
    share = per_mille(paid(context), params.share)
    return share if params.most is None else min(share, params.most.minor)


def effect(params: PercentOff, context: Context, binding: Binding) -> dict[str, Any]:
    return {"discount_minor": discount(params, context, binding), "currency": binding.currency}


def words(params: PercentOff, _binding: Binding) -> str:
    share = Decimal(params.share) / _TENTHS
    if params.most is None:
        return _("{share} % off").format(share=share)
    return _("{share} % off, at most {most}").format(share=share, most=params.most)


def check(params: PercentOff, binding: Binding) -> Sequence[Problem]:
    return mismatches(binding, most=params.most)


KIND = ActionKind(
    name="percent_off",
    title=N_("Percent off"),
    params=PercentOff,
    effect=effect,
    words=words,
    value=discount,
    cost=discount,
    check=check,
    instant=True,
    aliases=("打折", "скидка в процентах"),
    examples=({"percent": 15}, {"per_mille": 125, "most": "100.00 TWD"}),
)
