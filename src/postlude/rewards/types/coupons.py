from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from postlude.rewards.types.reservations import Refusal


class CouponState(StrEnum):
    """`free → held → issued → redeemed`; `held → free` when let go; `issued → returned` for good.

    A code that somebody has seen is never given to another.
    """

    FREE = "free"
    HELD = "held"
    ISSUED = "issued"
    REDEEMED = "redeemed"
    RETURNED = "returned"


class NotRedeemed(StrEnum):
    """Why a coupon cannot be redeemed."""

    UNKNOWN = "unknown"
    NOT_ISSUED = "not_issued"
    NOT_YOURS = "not_yours"
    EXPIRED = "expired"
    ALREADY_REDEEMED = "already_redeemed"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class CouponListSpec:
    """A stock of codes, each for one use.

    `expires_at` ends all of them, `valid_days` each so long after it was issued; the earlier one
    counts. `per_person` caps how many one contact holds.
    """

    key: str
    per_person: int | None = None
    expires_at: datetime | None = None
    valid_days: int | None = None
    open: bool = True


@dataclass(frozen=True, slots=True)
class CouponRef:
    """A coupon as its owner may see it; `expired` is told at the instant asked for."""

    id: int
    list: str
    code: str
    state: CouponState
    contact: int | None
    expires_at: datetime | None
    expired: bool


@dataclass(frozen=True, slots=True)
class IssueRequest:
    key: str
    list: str
    contact: int | None
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Issued:
    """All of the coupons asked for, or none and why."""

    key: str
    coupons: tuple[CouponRef, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class RedeemRequest:
    """`contact` None: whoever shows the code may use it (at a till, say)."""

    key: str
    code: str
    contact: int | None = None


@dataclass(frozen=True, slots=True)
class Redeemed:
    key: str
    coupon: int | None
    reason: NotRedeemed | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with a line of a file; the first line is 1. `words` are for people."""

    line: int
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file is taken whole or, with any error, not at all. `known` were there already."""

    added: int
    known: int
    errors: tuple[LineError, ...] = ()
