from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What is scarce; the first word of a resource's name (`quota:first-30`)."""

    QUOTA = "quota"
    BUDGET = "budget"
    COUPONS = "coupons"


class Window(StrEnum):
    """Over what a limit counts: once and for all, or anew each local day or month."""

    TOTAL = "total"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class QuotaSpec:
    """So many places (`quota`), or so much money in minor units of `currency` (`budget`).

    `per_person` caps what one contact holds of it in a window; a budget has no such cap.
    """

    key: str
    limit: int
    kind: Kind = Kind.QUOTA
    per_person: int | None = None
    window: Window = Window.TOTAL
    currency: str = ""
    open: bool = True


@dataclass(frozen=True, slots=True)
class Level:
    """How full a resource is now. `left` is never negative: a limit may be lowered below `used`."""

    resource: str
    limit: int
    used: int
    per_person: int | None
    window: Window
    currency: str
    open: bool

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class Stock:
    """A resource in its window of one moment: `held` until it is paid for, `used` for good.

    `codes` are the coupons of a list by state.
    """

    resource: str
    kind: Kind
    limit: int
    held: int
    used: int
    per_person: int | None
    window: Window
    currency: str
    open: bool
    codes: Mapping[str, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        return max(0, self.limit - self.held - self.used)
