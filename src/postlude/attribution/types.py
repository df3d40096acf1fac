"""What goes in and out of the room."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from postlude.attribution.choosing import Filled, Rule
from postlude.kernel.money import Money


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


class Fate(StrEnum):
    """Whether a message went out. UNKNOWN may have: it awaits a reaction, and is shown apart.

    HELD_OUT: none was written, on purpose, so that one sees who comes back by themselves.
    REPLACED: it did not arrive, and another one was sent instead, which counts for both.
    """

    QUEUED = "queued"
    SENT = "sent"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"
    FAILED = "failed"
    HELD_OUT = "held_out"
    REPLACED = "replaced"


class OrderState(StrEnum):
    OPEN = "opened"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class OrderSort(StrEnum):
    """What was ordered. SHOP: whatever a till, a site or an app tells of. TICKETS: to events."""

    SHOP = "shop"
    TICKETS = "tickets"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that may be reacted to. `about`: the order that it asks about, by its uid."""

    id: int
    contact: int
    kind: str
    sent_at: datetime
    about: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class OrderFact:
    """An order as its source shows it now. `closed_at` is there once it is closed."""

    uid: str
    contact: int
    state: OrderState
    opened_at: datetime
    closed_at: datetime | None = None
    amount: Money | None = None


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


@dataclass(frozen=True, slots=True)
class NoticeFact:
    """A message of a notice as it is stored: whether it went, and what came of it by now.

    `state` is None of a message that did not go. `amount` is what the reacting order came to.
    """

    message: int
    contact: int
    kind: str
    action: str
    version: int
    branch: int | None
    about: str
    day: date
    fate: Fate
    sent_at: datetime | None
    state: ReactionState | None
    type: ReactionType | None
    effect: str
    reacted_at: datetime | None
    credited: bool
    amount: Money | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """An answer that was final until news came, at `replaced_at`."""

    state: ReactionState
    effect: str
    at: datetime | None
    judged_at: datetime
    replaced_at: datetime
