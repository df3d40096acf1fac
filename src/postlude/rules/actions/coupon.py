"""Coupons of a list; they are taken from its stock together with the rule order's places."""

from typing import Any

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.facts import Context
from postlude.rules.kinds import ActionKind, Binding, ClaimSpec, Params
from postlude.rules.parameters import Count, Key, Taken


class Coupon(Params):
    coupons: Key
    """The list of coupons."""
    count: Taken = 1
    """How many."""
    worth: Count = 0
    """What one coupon is worth to the buyer, in minor units."""
    costs: Count = 0
    """What one coupon costs the merchant, in minor units."""


def effect(params: Coupon, _context: Context, _binding: Binding) -> dict[str, Any]:
    return {"coupons": params.coupons, "count": params.count}


def words(params: Coupon, _binding: Binding) -> str:
    return _("gives {count} coupons of {coupons}").format(
        count=params.count, coupons=params.coupons
    )


def claim(params: Coupon) -> ClaimSpec:
    return ClaimSpec(f"coupons:{params.coupons}", params.count)


def value(params: Coupon, _context: Context, _binding: Binding) -> int:
    return params.count * params.worth


def cost(params: Coupon, _context: Context, _binding: Binding) -> int:
    return params.count * params.costs


KIND = ActionKind(
    name="coupon",
    title=N_("Coupons"),
    params=Coupon,
    effect=effect,
    words=words,
    value=value,
    cost=cost,
    claim=claim,
    aliases=("发优惠券", "выдать купоны"),
    examples=({"coupons": "latte", "count": 5},),
)
