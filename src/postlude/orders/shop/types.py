from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from postlude.kernel.money import Money


class Stage(StrEnum):
    """What was told of an order; what it is: CANCELLED if that was told, else CLOSED if that."""

    OPENED = "opened"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ShopOrderChange(StrEnum):
    """What a statement did to an order. REFUSED: this was told before, and otherwise."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ShopOrderSeen:
    """One statement about an order: since when (`at`) it is in a stage.

    `uid` is the order's name outside. What a statement does not say (None, "") others may have
    said or may say later; where an opening and a closing say different things, the closing holds.
    `kind` (delivery, hall) and `source` (Site, till) are words of the organisation, compared
    letter by letter. `opened_at` is for a closing whose opening nobody told. A cancelling has a
    time and no more. `test` sticks. `visitor` is the browser that told of it.
    `past`: it is told as history, of another system.
    """

    uid: str
    stage: Stage
    at: datetime
    contact: int | None = None
    branch: int | None = None
    kind: str = ""
    source: str = ""
    amount: Money | None = None
    opened_at: datetime | None = None
    coupons: tuple[str, ...] | None = None
    test: bool = False
    visitor: int | None = None
    past: bool = False


@dataclass(frozen=True, slots=True)
class ShopItem:
    """A line of an order: `line` is its name outside, `product` what was bought, `price` of one."""

    line: str
    product: str
    title: str
    quantity: int
    price: Money


@dataclass(frozen=True, slots=True)
class ShopOrderStanding:
    """An order as a shop's own system says it stands at `revised_at`: all of it, each time.

    `at` is since when it is in this stage, as far as this view tells.
    """

    uid: str
    stage: Stage
    at: datetime
    revised_at: datetime
    opened_at: datetime
    amount: Money
    contact: int | None = None
    kind: str = ""
    source: str = ""
    coupons: tuple[str, ...] | None = None
    items: tuple[ShopItem, ...] = ()


@dataclass(frozen=True, slots=True)
class ShopOrderFact:
    """All that other rooms may know of an order of a shop; `past`: it was told of as history."""

    id: int
    uid: str
    state: Stage
    contact: int | None
    branch: int | None
    kind: str
    source: str
    amount: Money | None
    coupons: tuple[str, ...]
    opened_at: datetime | None
    closed_at: datetime | None
    cancelled_at: datetime | None
    test: bool
    past: bool = False


@dataclass(frozen=True, slots=True)
class ShopOrderOutcome:
    """What became of one statement, and the order after it (of a refused one: as it was)."""

    change: ShopOrderChange
    order: ShopOrderFact


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk over closed orders has come to: the last order of a page."""

    closed_at: datetime
    order: int


@dataclass(frozen=True, slots=True)
class ClosedOrders:
    """One page of a walk; `after` begins the next one, None when this was the last."""

    orders: Sequence[ShopOrderFact]
    after: Place | None
