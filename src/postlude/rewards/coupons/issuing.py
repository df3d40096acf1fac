"""Giving coupons out at once: a reservation that is confirmed in the same commit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

from postlude.kernel import store
from postlude.kernel.errors import AppError
from postlude.rewards.coupons.holding import by_id
from postlude.rewards.coupons.units import PREFIX
from postlude.rewards.reserving.confirming import confirm_many
from postlude.rewards.reserving.trying import reserve_many
from postlude.rewards.types.coupons import CouponRef, Issued, IssueRequest
from postlude.rewards.types.reservations import (
    Claim,
    Confirm,
    Reservation,
    ReserveRequest,
)

_AT_ONCE = timedelta(minutes=1)


def issue_many(
    org: int, requests: Sequence[IssueRequest], now: datetime
) -> list[Issued | AppError]:
    """Issue to each request all of its coupons or none; a replay tells the same coupons again.

    The keys are those of reservations: `reverse_reservations` takes coupons back. Joins the
    caller's transaction.
    """
    with store.write():
        tried = reserve_many(org, [_reservation(each, now) for each in requests], now)
        final = confirm_many(org, [Confirm(each.key) for each in requests], now)
        units = [unit for each in final for unit in _units(each)]
        coupons = by_id(org, units, now)
    return [_issued(first, last, coupons) for first, last in zip(tried, final, strict=True)]


def _reservation(request: IssueRequest, now: datetime) -> ReserveRequest:
    said = f"{request.list}|{request.contact}|{request.quantity}"
    claim = Claim(f"{PREFIX}{request.list}", request.quantity)
    digest = blake2b(said.encode(), digest_size=16).digest()
    return ReserveRequest(request.key, digest, request.contact, (claim,), now + _AT_ONCE)


def _units(answer: Reservation | AppError) -> list[int]:
    if isinstance(answer, AppError):
        return []
    return [unit for held in answer.held for unit in held.units]


def _issued(
    tried: Reservation | AppError,
    final: Reservation | AppError,
    coupons: dict[int, CouponRef],
) -> Issued | AppError:
    if isinstance(tried, AppError):
        return tried
    if isinstance(final, AppError):
        return final
    mine = tuple(coupons[unit] for unit in _units(final))
    return Issued(tried.key, mine, tried.refusals, tried.replayed)
