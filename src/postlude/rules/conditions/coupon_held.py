"""A coupon of one of these lists is at hand."""

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.parameters import Texts, listed
from postlude.rules.predicates import Meets, Predicate


class CouponHeld(Params):
    any_of: Texts
    """Any of these."""


def predicate(params: CouponHeld, _binding: Binding) -> Predicate:
    return Meets("coupons", frozenset(params.any_of))


def words(params: CouponHeld, _binding: Binding) -> str:
    return _("has a coupon of {names}").format(names=listed(params.any_of))


KIND = ConditionKind(
    name="coupon_held",
    title=N_("Coupon at hand"),
    params=CouponHeld,
    predicate=predicate,
    words=words,
    cost=2,
    aliases=("持有优惠券", "купон"),
    unknown=N_("the asker does not say which coupons are at hand"),
    examples=({"any_of": ["pro10"]},),
)
