"""What the pages show: plain values, already masked, already in the words of the reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Tone(StrEnum):
    """How serious a thing is; the style sheet gives each its colour."""

    GOOD = "good"
    INFO = "info"
    WARN = "warn"
    BAD = "bad"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Card:
    key: str
    label: str
    value: int
    note: str = ""
    tone: Tone = Tone.PLAIN
    href: str = ""


@dataclass(frozen=True, slots=True)
class Station:
    """One stop of the pipeline; `share` is its part of what was bought, 0 to 1."""

    key: str
    label: str
    count: int
    share: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class TypeRow:
    """What became of one ticket type of one event."""

    event: str
    ticket_type: str
    kind: str
    sold: int
    granted: int
    invited: int
    delivered: int
    opened: int
    waiting: int
    failed: int
    refunded: int


@dataclass(frozen=True, slots=True)
class Minute:
    """Seconds from sale to invitation, of the invitations accepted in one minute."""

    at: datetime
    invitations: int
    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Timings:
    median: float | None = None
    p95: float | None = None
    minutes: tuple[Minute, ...] = ()


@dataclass(frozen=True, slots=True)
class BuyerRow:
    """A buyer in a list: masked, unless the reader may see people and said why."""

    contact: str
    name: str
    email: str
    tickets: str
    bought_at: datetime | None
    state: str
    tone: Tone
    reason: str = ""
    seconds: float | None = None
    href: str = ""
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something a person should know or do; `todo` says what. `token` names it in a form."""

    code: str
    title: str
    todo: str
    tone: Tone
    count: int = 1
    at: datetime | None = None
    href: str = ""
    subject: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class SalesPage:
    conference: str
    dates: str
    zone: str
    sources: tuple[tuple[str, Tone], ...]
    cards: tuple[Card, ...]
    stations: tuple[Station, ...]
    rows: tuple[TypeRow, ...]
    timings: Timings
    latest: tuple[BuyerRow, ...]
    troubles: tuple[Trouble, ...]
    empty: bool = False


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened to a sale: when, what, and why."""

    at: datetime
    step: str
    title: str
    detail: str = ""
    tone: Tone = Tone.PLAIN
    seconds_after_sale: float | None = None
    ticket: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """Where else a buyer is reached: never shown in clear, since nobody could use it."""

    app: str
    masked: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """One buyer's whole story; names and addresses are masked when `masked` is true."""

    contact: str
    name: str
    email: str
    phone: str
    masked: bool
    reached: tuple[Reached, ...] = ()
    conferences: tuple[tuple[int, str], ...] = ()
    tickets: tuple[Mapping[str, str], ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    entries: tuple[TimelineEntry, ...] = field(default=())
