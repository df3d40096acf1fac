"""What is asked of the channel report, and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

CHANNELS = ("email", "sms", "line", "crescendo_line", "push", "messenger")


class Reading(StrEnum):
    """Which touches count: all, those that count as human, these without the signs of a machine."""

    RAW = "raw"
    HUMAN = "human"
    FILTERED = "filtered"


class Basis(StrEnum):
    """Whose touches and orders belong: of what was sent on the days, and of what was touched on
    them; or of what was sent alone.
    """

    TOUCH = "touch"
    SEND = "send"


class Orders(StrEnum):
    """Which orders are counted: of the shop, of tickets, or both."""

    ALL = "all"
    SHOP = "shop"
    TICKETS = "tickets"

    @property
    def pattern(self) -> str:
        """What a sort of orders must be like."""
        return "%" if self is Orders.ALL else self.value


@dataclass(frozen=True, slots=True)
class Asked:
    """Local days, both included. Empty: every channel, every journey."""

    since: date
    until: date
    channels: tuple[str, ...] = ()
    folder: str = ""
    journey: str = ""
    basis: Basis = Basis.TOUCH
    counts: Reading = Reading.HUMAN
    orders: Orders = Orders.ALL


class Place(NamedTuple):
    """A line of the report; template 0 is of those to whom nothing was written at all."""

    channel: str
    node: str
    template: int


@dataclass(frozen=True, slots=True)
class Split:
    """How many, and how many of them nobody knows by name, as it stands now."""

    total: int = 0
    anonymous: int = 0

    @property
    def member(self) -> int:
        return self.total - self.anonymous


@dataclass(frozen=True, slots=True)
class Conversion:
    """Orders, and their money in minor units by currency."""

    orders: Split = Split()
    revenue: Mapping[str, int] = field(default_factory=dict)

    def rate(self, people: Split) -> float | None:
        """Return orders of people; may be more than 1, and is None of nobody."""
        return self.orders.total / people.total if people.total else None


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers of a line. entered = sent + blocked + held_out + waiting + failed + unknown."""

    sent: int = 0
    blocked: int = 0
    blocked_by: Mapping[str, int] = field(default_factory=dict)
    held_out: int = 0
    waiting: int = 0
    failed: int = 0
    unknown: int = 0
    taken: int = 0
    """What vendors took who tell what became of it."""
    lost: int = 0
    """What of that did not arrive."""
    opens: Mapping[Reading, Split] = field(default_factory=dict)
    clicks: Mapping[Reading, Split] = field(default_factory=dict)
    open_orders: Conversion = Conversion()
    click_orders: Conversion = Conversion()
    session_orders: Conversion = Conversion()

    @property
    def entered(self) -> int:
        return self.sent + self.blocked + self.held_out + self.waiting + self.failed + self.unknown

    @property
    def delivered_rate(self) -> float | None:
        """Return the share that arrived; None where no vendor tells, or nothing was sent."""
        return (self.taken - self.lost) / self.taken if self.taken else None

    def opened(self, reading: Reading) -> Split:
        return self.opens.get(reading, Split())

    def clicked(self, reading: Reading) -> Split:
        return self.clicks.get(reading, Split())


@dataclass(frozen=True, slots=True)
class Line:
    """A node and a template, by the names that they have; journey and folder may be empty."""

    place: Place
    journey: str
    title: str
    folder: str
    template: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Day:
    """What was sent on a day, and who opened and clicked on it, whenever that had been sent."""

    day: date
    sent: int
    opened: int
    clicked: int


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """`total` counts a person and an order once, however many lines they are in."""

    asked: Asked
    zone: str
    currency: str
    now: datetime
    lines: Sequence[Line]
    total: Tally
    days: Sequence[Day]


@dataclass(frozen=True, slots=True)
class JourneyChoice:
    """A journey that may be asked for: each that ever sent by the channel."""

    slug: str
    title: str
    folder: str
    channels: tuple[str, ...]
