"""What is told of notices: when they run, and what became of each run's people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from postlude.journeys.letters.types import Passed


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
    `left` wait for their turn. `zone`: only of those who live by it; None: of everybody.
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
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeFact:
    """A notice as it stands; `next_at`, where it is first, is None for one that is off."""

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
    `passed`: the steps before it that would not reach them.
    """

    notice: str
    selection: str
    why_not: str
    served_at: datetime | None = None
    way: str = ""
    template: str = ""
    points: int = 0
    passed: tuple[Passed, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Somebody who would have been written to at `at`; `id` is that of the decision."""

    id: int
    contact: int
    at: datetime
    branch: int | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """How many people of a run were stopped before a message was made."""

    notice: str
    version: int
    started_at: datetime
    branch: int | None
    people: int


@dataclass(frozen=True, slots=True)
class Reach:
    """What a version would do if it ran now: selected = served before in their period + stopped +
    held out + written to.

    `version` 0 is one that is not in force yet. `by_selection` divides who is written to. `a_day`
    is about how many get it a day later on. Without `knows_reach` nobody was asked whether they
    may be written to, since a sender of it is not there yet.
    """

    version: int
    selected: int
    served: int
    stopped: Mapping[str, int]
    held_out: int
    written: int
    by_selection: Mapping[str, int]
    a_day: float
    knows_reach: bool = True


@dataclass(frozen=True, slots=True)
class Impact:
    """The version in force beside one that is not yet; a side is None where no run begins.

    `newly` are written to by the new version alone, `no_longer` by the old one alone: people, or
    orders where orders are selected. The samples are a few of their contacts. `paused`: taken off
    by hand, so that neither version begins a run until it is resumed.
    """

    before: Reach | None
    after: Reach | None
    newly: int
    no_longer: int
    newly_sample: tuple[int, ...]
    no_longer_sample: tuple[int, ...]
    paused: bool
