"""Points that burn when they are not spent in time."""

from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import Field

from postlude.kernel.errors import N_
from postlude.rules.facts import Context
from postlude.rules.kinds import ActionKind, Binding, Params
from postlude.rules.parameters import Count, Given, Text


class TemporaryPoints(Params):
    amount: Given
    """How many points."""
    days: Annotated[int, Field(ge=1, le=3_660)]
    """They burn so many local days after they are given, at the same time of the day."""
    reason: Text = "order"
    """Kept word for word with the entry."""
    worth: Count = 0
    """What one point is worth to the buyer and costs the merchant, in minor units."""


def effect(params: TemporaryPoints, _context: Context, binding: Binding) -> dict[str, Any]:
    return {
        "points": params.amount,
        "currency": "points",
        "reason": params.reason,
        "days": params.days,
        "zone": binding.zone,
    }


def words(params: TemporaryPoints, _binding: Binding) -> str:
    return _("gives {amount} points for {days} days").format(amount=params.amount, days=params.days)


def worth(params: TemporaryPoints, _context: Context, _binding: Binding) -> int:
    return params.amount * params.worth


KIND = ActionKind(
    name="temporary_points",
    title=N_("Temporary points"),
    params=TemporaryPoints,
    effect=effect,
    words=words,
    value=worth,
    cost=worth,
    aliases=("发临时积分", "начислить временные баллы"),
    examples=({"amount": 500, "days": 14, "reason": "birthday"},),
)
