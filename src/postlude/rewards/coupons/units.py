"""The codes behind a claim on a list of coupons. Touched only while its counter is locked.

The counter says that there are enough; which ones, says the first free row that nobody else has
in hand (SKIP LOCKED on PostgreSQL).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from postlude.kernel import store
from postlude.rewards.models import Coupon, CouponList
from postlude.rewards.quotas.counters import CounterBroken
from postlude.rewards.types.coupons import CouponState

PREFIX = "coupons:"
_HOLD = """
    UPDATE rewards_coupon SET state = 'held', reservation = %s, position = %s, contact = %s
    WHERE id = %s AND state = 'free'
"""
_ISSUE = """
    UPDATE rewards_coupon SET state = 'issued', issued_at = %s, expires_at = %s
    WHERE id = %s AND state = 'held'
"""
_LET_GO = {"state": CouponState.FREE.value, "reservation": None, "position": None, "contact": None}
Units = dict[tuple[int, int], tuple[int, ...]]  # by reservation and position


class Wish(NamedTuple):
    """So many codes of a list for a line of a reservation."""

    quota: int
    quantity: int
    reservation: int
    position: int
    contact: int | None


def hold(wishes: Iterable[Wish]) -> Units:
    """Keep codes for lines of reservations; return which."""
    by_quota: defaultdict[int, list[Wish]] = defaultdict(list)
    for wish in wishes:
        by_quota[wish.quota].append(wish)
    held: Units = {}
    for quota in sorted(by_quota):
        _hold_of(quota, by_quota[quota], held)
    return held


def _hold_of(quota: int, wishes: Sequence[Wish], held: Units) -> None:
    free = Coupon.objects.filter(quota=quota, state=CouponState.FREE.value).order_by("id")
    wanted = sum(wish.quantity for wish in wishes)
    found = list(free.select_for_update(skip_locked=True).values_list("id", flat=True)[:wanted])
    if len(found) < wanted:
        raise CounterBroken(quota)
    rows, start = [], 0
    for wish in wishes:
        mine = tuple(found[start : start + wish.quantity])
        start += wish.quantity
        held[wish.reservation, wish.position] = mine
        rows += [(wish.reservation, wish.position, wish.contact, unit) for unit in mine]
    store.execute_many(_HOLD, rows)


def let_go(reservations: Collection[int]) -> None:
    """Put held codes back: nobody has seen them."""
    Coupon.objects.filter(reservation__in=reservations, state=CouponState.HELD.value).update(
        **_LET_GO
    )


def let_go_some(reservation: int, position: int, count: int) -> None:
    """Put the last `count` held codes of a line back."""
    last = Coupon.objects.filter(
        reservation=reservation, position=position, state=CouponState.HELD.value
    ).order_by("-id")
    Coupon.objects.filter(id__in=list(last.values_list("id", flat=True)[:count])).update(**_LET_GO)


def issue(reservations: Collection[int], now: datetime) -> None:
    """Give held codes out for good; from now on they can be redeemed."""
    held = Coupon.objects.filter(reservation__in=reservations, state=CouponState.HELD.value)
    units = list(held.values_list("id", "quota"))
    terms = {
        quota: _until(now, expires_at, valid_days)
        for quota, expires_at, valid_days in CouponList.objects.filter(
            quota__in={quota for _, quota in units}
        ).values_list("quota", "expires_at", "valid_days")
    }
    store.execute_many(_ISSUE, [(now, terms[quota], unit) for unit, quota in units])


def _until(now: datetime, expires_at: datetime | None, valid_days: int | None) -> datetime | None:
    ends = [] if expires_at is None else [expires_at]
    if valid_days is not None:
        ends.append(now + timedelta(days=valid_days))
    return min(ends, default=None)


def take_back(reservations: Collection[int]) -> None:
    """End issued codes; one that was redeemed stays redeemed."""
    Coupon.objects.filter(reservation__in=reservations, state=CouponState.ISSUED.value).update(
        state=CouponState.RETURNED.value
    )


def of(reservations: Collection[int]) -> Units:
    """Return the codes of the lines of reservations."""
    found: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    rows = Coupon.objects.filter(reservation__in=reservations).order_by("id")
    for reservation, position, unit in rows.values_list("reservation", "position", "id"):
        if reservation is not None and position is not None:
            found[reservation, position].append(unit)
    return {line: tuple(units) for line, units in found.items()}
