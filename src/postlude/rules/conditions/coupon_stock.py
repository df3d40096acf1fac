"""Coupons of a list are still there: taken when the rule order is written."""

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.kinds import Binding, ClaimSpec, ConditionKind, Params, Phase
from postlude.rules.parameters import Key, Taken
from postlude.rules.predicates import Constant, Predicate


class CouponStock(Params):
    coupons: Key
    """The list of coupons."""
    count: Taken = 1
    """How many are taken."""


def claim(params: CouponStock) -> ClaimSpec:
    return ClaimSpec(f"coupons:{params.coupons}", params.count)


def predicate(_params: CouponStock, _binding: Binding) -> Predicate:
    return Constant(value=True)


def words(params: CouponStock, _binding: Binding) -> str:
    return _("{count} coupons of {coupons} are left").format(
        count=params.count, coupons=params.coupons
    )


KIND = ConditionKind(
    name="coupon_stock",
    title=N_("Coupons in stock"),
    params=CouponStock,
    predicate=predicate,
    words=words,
    claim=claim,
    phase=Phase.CLAIM,
    cost=100,
    aliases=("优惠券库存", "запас купонов"),
    unknown=N_("never: they are there or not"),
    examples=({"coupons": "latte", "count": 5},),
)
