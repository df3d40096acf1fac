from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Step(StrEnum):
    """The way of a ticket, in order. Whoever reached a step has reached all before it."""

    REGISTERED = "registered"
    PAID = "paid"
    GRANTED = "granted"
    INVITED = "invited"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    USED = "used"


STEPS: tuple[Step, ...] = tuple(Step)


class Aside(StrEnum):
    """Where a ticket is that never came to the second step, or came back from it."""

    UNPAID = "unpaid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


ASIDES: tuple[Aside, ...] = tuple(Aside)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which tickets: happenings (all when empty), a ticket type's name, days from and to, both in.

    `event` is how the happenings were asked for; `ticket_type` is a name, as several happenings
    may sell the same.
    """

    happenings: tuple[int, ...] = ()
    event: str = ""
    ticket_type: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one group of tickets.

    `medians` are seconds from the step before, None where nobody's wait is known. `asides` and
    the paid add up to the registered.
    """

    counts: tuple[int, ...]
    asides: tuple[int, ...]
    medians: tuple[float | None, ...]

    def count(self, step: Step) -> int:
        return self.counts[STEPS.index(step)]

    def aside(self, which: Aside) -> int:
        return self.asides[ASIDES.index(which)]

    def of_previous(self, step: Step) -> float | None:
        """Return the share of the step before, 0 to 1; None where there was nobody to lose."""
        at = STEPS.index(step)
        return _share(self.counts[at], self.counts[at - 1]) if at else None

    def of_first(self, step: Step) -> float | None:
        """Return the share of all registered tickets, 0 to 1."""
        return _share(self.count(step), self.counts[0])

    def median(self, step: Step) -> float | None:
        return self.medians[STEPS.index(step)]


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None


@dataclass(frozen=True, slots=True)
class Event:
    """A happening as reports name it."""

    happening: int
    slug: str
    name: str
    kind: str
    conference: int
    conference_slug: str
    conference_name: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the funnel; without a ticket type or a day it is about all of them."""

    tally: Tally
    event: Event | None = None
    ticket_type: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Funnel:
    """The same tickets, cut in five ways; each way adds up to `total`.

    `cells` are event × ticket type × day, in this order.
    """

    scope: Scope
    zone: str
    total: Tally
    events: tuple[Line, ...] = ()
    types: tuple[Line, ...] = ()
    days: tuple[Line, ...] = ()
    cells: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketWalk:
    """One ticket behind a number: ids only, and when it reached what."""

    ticket: int
    order_number: str
    contact: int | None
    event: Event
    ticket_type: str
    day: date
    state: str
    furthest: Step
    times: Mapping[Step, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of the tickets behind a number, the newest first."""

    rows: tuple[TicketWalk, ...]
    total: int
    next_offset: int | None
