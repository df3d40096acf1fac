from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ReservationState(StrEnum):
    """`none → HELD | REFUSED`; `HELD → CONFIRMED | CANCELLED | EXPIRED`; `CONFIRMED → REVERSED`.

    A cancel that comes first leaves CANCELLED behind as a tombstone. All else changes nothing.
    """

    HELD = "held"
    REFUSED = "refused"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REVERSED = "reversed"


class Reason(StrEnum):
    """Why a claim was refused."""

    SOLD_OUT = "sold_out"
    PER_PERSON = "per_person"
    NOT_ENOUGH = "not_enough"
    UNKNOWN_RESOURCE = "unknown_resource"
    OFFLINE = "offline"


class LateConfirm(StrEnum):
    """What a confirm after the expiry does: refuse it, or take again what is still there."""

    REFUSE = "refuse"
    REACQUIRE = "reacquire"


@dataclass(frozen=True, slots=True)
class Claim:
    """`quantity` units of one scarce resource: `quota:KEY`, `coupons:KEY`, `budget:KEY`.

    `optional`: when it is refused, the reservation holds without it, and says so.
    """

    resource: str
    quantity: int = 1
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ReserveRequest:
    """All claims of one key together, or none of them.

    `digest` is of the asker's whole request: the same key with another digest is refused (409).
    """

    key: str
    digest: bytes
    contact: int | None
    claims: tuple[Claim, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Confirm:
    """A wish to make a hold final.

    `keep` says for some resources how much of it is wanted after all; the rest goes back.
    `late` decides when the hold has expired.
    """

    key: str
    keep: Mapping[str, int] = field(default_factory=dict)
    late: LateConfirm = LateConfirm.REFUSE


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was refused, why, and how much there was `left` for it to have."""

    resource: str
    reason: Reason
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What one claim got; `units` are the coupon codes' ids where each unit has an identity."""

    resource: str
    quantity: int
    units: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reservation:
    """What has become of a key; the same for whoever asks, and however often."""

    key: str
    state: ReservationState
    held: tuple[Held, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    expires_at: datetime | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Peek:
    """What a reservation made now would get; nothing is held by looking."""

    available: bool
    refusals: tuple[Refusal, ...] = ()
