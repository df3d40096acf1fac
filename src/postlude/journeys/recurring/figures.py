"""What is told of notices: when they run, and what became of each run's people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class RunState(StrEnum):
    FREEZING = "freezing"
    SERVING = "serving"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Books:
    """One selection of a run: entered = sent + blocked + failed + waiting + unknown + held out."""

    selection: str
    entered: int
    sent: int
    failed: int
    waiting: int
    unknown: int
    held_out: int
    blocked: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunFact:
    """One run. Of `selected` people those `passed_over` had been served in their period before;
    `left` wait for their turn.
    """

    id: int
    scope: str
    version: int
    state: RunState
    due_at: datetime
    begun_at: datetime
    finished_at: datetime | None
    selected: int
    passed_over: int
    left: int
    books: tuple[Books, ...]


@dataclass(frozen=True, slots=True)
class NoticeFact:
    """A notice as it stands; `next_at` is None for one that is off."""

    slug: str
    title: str
    folder: str
    every: str
    once_per: str
    version: int
    active: bool
    paused_at: datetime | None
    next_at: datetime | None
    last_run: RunFact | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What one person would get of one selection now; `why_not` says why nothing, "" if they would.

    `not_selected` · `no_period` · `served` (at `served_at`) · `filtered` · `held_out` · a reason of
    a block (`no_consent`, …). `way` and `template`: what it would be, were the next turn theirs.
    """

    notice: str
    selection: str
    why_not: str
    served_at: datetime | None = None
    way: str = ""
    template: str = ""
    points: int = 0


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Somebody who would have been written to at `at`; `id` is that of the decision."""

    id: int
    contact: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Stopped:
    """How many people of a run were stopped before a message was made."""

    notice: str
    version: int
    started_at: datetime
    people: int
