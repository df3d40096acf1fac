"""A coupon is used: once."""

from datetime import datetime

from postlude.kernel import ids, store
from postlude.rewards.coupons import codes
from postlude.rewards.errors import KeyTaken
from postlude.rewards.models import Coupon, Redemption
from postlude.rewards.types.coupons import CouponState, NotRedeemed, Redeemed, RedeemRequest

_COLUMNS = ("id", "org", "key", "coupon", "contact", "at")
_BY_STATE = {
    CouponState.FREE.value: NotRedeemed.NOT_ISSUED,
    CouponState.HELD.value: NotRedeemed.NOT_ISSUED,
    CouponState.REDEEMED.value: NotRedeemed.ALREADY_REDEEMED,
    CouponState.RETURNED.value: NotRedeemed.RETURNED,
}


def redeem(org: int, request: RedeemRequest, now: datetime) -> Redeemed:
    """Use a coupon up, or say why it cannot be; a replay of the key says the same again.

    A refusal takes nothing and is not remembered: the same key may be tried again. Raises KeyTaken
    when the key used another coupon. Joins the caller's transaction.
    """
    with store.write():
        code = codes.plain(request.code)
        coupon = Coupon.objects.select_for_update().filter(org=org, code=code).first()
        before = Redemption.objects.filter(org=org, key=request.key).first()
        if before is not None:
            return _again(request, coupon, before.coupon)
        if coupon is None:
            return Redeemed(request.key, None, NotRedeemed.UNKNOWN)
        reason = _refuse(coupon, request, now)
        if reason is not None:
            return Redeemed(request.key, coupon.id, reason)
        _use_up(org, coupon, request, now)
        return Redeemed(request.key, coupon.id)


def _again(request: RedeemRequest, coupon: Coupon | None, used: int) -> Redeemed:
    if coupon is None or coupon.id != used:
        raise KeyTaken(key=request.key)
    return Redeemed(request.key, used, replayed=True)


def _refuse(coupon: Coupon, request: RedeemRequest, now: datetime) -> NotRedeemed | None:
    """Say why not. To a stranger it says no more than that the coupon is not theirs."""
    by_state = _BY_STATE.get(coupon.state)
    if by_state == NotRedeemed.NOT_ISSUED:
        return by_state
    if request.contact is not None and request.contact != coupon.contact:
        return NotRedeemed.NOT_YOURS
    if by_state is not None:
        return by_state
    if coupon.expires_at is not None and coupon.expires_at <= now:
        return NotRedeemed.EXPIRED
    return None


def _use_up(org: int, coupon: Coupon, request: RedeemRequest, now: datetime) -> None:
    row = (ids.new_id(), org, request.key, coupon.id, request.contact, now)
    if not store.insert_ignore(Redemption, _COLUMNS, [row], conflict=("org", "key")):
        raise KeyTaken(key=request.key)  # used for another coupon, this very moment
    Coupon.objects.filter(id=coupon.id, state=CouponState.ISSUED.value).update(
        state=CouponState.REDEEMED.value, redeemed_at=now
    )
