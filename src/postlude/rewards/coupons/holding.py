"""Whose coupons are whose."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from postlude.rewards.coupons import codes
from postlude.rewards.models import Coupon
from postlude.rewards.types.coupons import CouponRef, CouponState

_SEEN = (CouponState.ISSUED.value, CouponState.REDEEMED.value)
_FIELDS = ("id", "quota__key", "code", "state", "contact", "expires_at")


def held(org: int, contact: int, now: datetime) -> list[CouponRef]:
    """Return the coupons a contact was given, used and expired ones too, the oldest first."""
    rows = Coupon.objects.filter(org=org, contact=contact, state__in=_SEEN)
    return _refs(rows.order_by("issued_at", "id").values_list(*_FIELDS), now)


def by_id(org: int, coupons: Collection[int], now: datetime) -> dict[int, CouponRef]:
    """Return coupons by their ids, once they have been issued."""
    rows = Coupon.objects.filter(org=org, id__in=coupons).exclude(
        state__in=(CouponState.FREE.value, CouponState.HELD.value)
    )
    return {each.id: each for each in _refs(rows.values_list(*_FIELDS), now)}


def _refs(rows: Iterable[tuple[Any, ...]], now: datetime) -> list[CouponRef]:
    return [
        CouponRef(
            number,
            key,
            codes.shown(code),
            CouponState(state),
            contact,
            expires_at,
            expires_at is not None and expires_at <= now,
        )
        for number, key, code, state, contact, expires_at in rows
    ]
