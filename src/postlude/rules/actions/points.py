"""Points that stay until they are spent."""

from typing import Any

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.facts import Context
from postlude.rules.kinds import ActionKind, Binding, Params
from postlude.rules.parameters import Count, Given, Text


class Points(Params):
    amount: Given
    """How many points."""
    reason: Text = "order"
    """Kept word for word with the entry."""
    worth: Count = 0
    """What one point is worth to the buyer and costs the merchant, in minor units."""


def effect(params: Points, _context: Context, _binding: Binding) -> dict[str, Any]:
    return {"points": params.amount, "currency": "points", "reason": params.reason}


def words(params: Points, _binding: Binding) -> str:
    return _("gives {amount} points").format(amount=params.amount)


def worth(params: Points, _context: Context, _binding: Binding) -> int:
    return params.amount * params.worth


KIND = ActionKind(
    name="points",
    title=N_("Points"),
    params=Points,
    effect=effect,
    words=words,
    value=worth,
    cost=worth,
    aliases=("发积分", "начислить баллы"),
    examples=({"amount": 100, "reason": "feedback"},),
)
