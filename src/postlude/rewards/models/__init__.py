"""The tables of rewards, one file for each thing that is given."""

from postlude.rewards.models.carriers import Card, CardEvent, CardType
from postlude.rewards.models.coupons import Coupon, CouponList, Redemption
from postlude.rewards.models.points import (
    Account,
    Allocation,
    Entry,
    Lot,
    OpenHold,
    Remainder,
)
from postlude.rewards.models.quotas import Counter, Quota, Share
from postlude.rewards.models.reservations import Reservation, Reserved, Reversal

__all__ = (
    "Account",
    "Allocation",
    "Card",
    "CardEvent",
    "CardType",
    "Counter",
    "Coupon",
    "CouponList",
    "Entry",
    "Lot",
    "OpenHold",
    "Quota",
    "Redemption",
    "Remainder",
    "Reservation",
    "Reserved",
    "Reversal",
    "Share",
)
