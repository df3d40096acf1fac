"""What goes in and out of the room."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from postlude.attribution.choosing import Filled, Rule


class ReactionState(StrEnum):
    """What came of a message. UNMEASURED: its kind has no rule."""

    REACTED = "reacted"
    NONE = "none"
    WAITING = "waiting"
    UNMEASURED = "unmeasured"


class ReactionType(StrEnum):
    """ORDER: made an order. ACT: did something special, seen by the points it got."""

    ORDER = "order"
    ACT = "act"


class OrderState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that may be reacted to. `about`: the order that it asks about, by its uid."""

    id: int
    contact: int
    kind: str
    sent_at: datetime
    action: str = ""
    branch: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class OrderFact:
    """An order as its source shows it now. `closed_at` is there once it is closed."""

    uid: str
    contact: int
    state: OrderState
    opened_at: datetime
    closed_at: datetime | None = None
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Accrual:
    """Points that were given: when, and the reason word for word. `about`: an order's uid."""

    id: str
    contact: int
    reason: str
    at: datetime
    about: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """Up to when every fact of a source has come in."""

    orders: datetime
    points: datetime


@dataclass(frozen=True, slots=True)
class Reaction:
    """What came of one message, and why.

    `effect` is the uid of the order or the id of the accrual, `at` when it happened. One order may
    be the reaction to several messages; `credited` says so of the newest of them only. Without
    news nothing changes until `final_after` has passed. `receipt` is None for an unmeasured kind.
    """

    message: int
    state: ReactionState
    type: ReactionType | None = None
    effect: str = ""
    at: datetime | None = None
    credited: bool = False
    final_after: datetime | None = None
    receipt: Filled | None = None


Preset = Mapping[str, Rule]
