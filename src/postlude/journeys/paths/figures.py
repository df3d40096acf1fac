"""What is told of paths: who entered, who stands where, and what became of the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StepFact:
    """One step of a version.

    Of those who `entered`, `passed` have gone on. For a text each of them is in exactly one of
    `sent`, `failed`, `unknown`, `waiting`, `held_out` and `blocked`, and passes at once; for any
    other step in one of `passed`, `waiting` (they stand there), `blocked`, `ended` and `goal`.
    `says` is what it does in a playbook's words, `ways` who goes where it leads, one for each.
    """

    name: str
    does: str
    leads_to: tuple[str, ...]
    says: str = ""
    ways: tuple[str, ...] = ()
    entered: int = 0
    passed: int = 0
    waiting: int = 0
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    held_out: int = 0
    blocked: Mapping[str, int] = field(default_factory=dict)
    ended: int = 0
    goal: int = 0


@dataclass(frozen=True, slots=True)
class VersionFact:
    """One version and its people: entered = walking + done + stopped + goal."""

    number: int
    entered: int
    walking: int
    done: int
    stopped: int
    goal: int
    steps: tuple[StepFact, ...]


@dataclass(frozen=True, slots=True)
class PathFact:
    """A journey in steps as it stands, all its versions counted together."""

    slug: str
    title: str
    folder: str
    begins: str
    once_per: str
    version: int
    active: bool
    paused_at: datetime | None
    entered: int
    walking: int
    goal: int


@dataclass(frozen=True, slots=True)
class WalkFact:
    """Somebody on a path: since when they stand at `node`, or how it ended there."""

    path: str
    version: int
    contact: int
    state: str
    node: str
    since: datetime
    due: datetime
    reason: str
    entered_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Expected:
    """Whether a path would take somebody in now: `why_not` is "" if it would (when it begins).

    `not_selected` · `no_period` · `walked` (since `walked_at`) · `held_out` (they would walk it
    and get nothing). `stands_at`: the step at which they are on the way, since `since`.
    """

    path: str
    begins: str
    why_not: str = ""
    walked_at: datetime | None = None
    stands_at: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entering:
    """Whom one version would take in; `version` 0: it is not kept yet.

    `selected` are people for whom its condition holds now, or (`by_day`) to whom in the last day
    happened what starts it. Of them some have `walked` it in their period or were inside before,
    some would be `held_out`, and the others are `entering`.
    """

    version: int
    begins: str
    by_day: bool
    selected: int
    walked: int
    held_out: int
    entering: int


@dataclass(frozen=True, slots=True)
class PathImpact:
    """The version in force beside one that is not yet; a side is None where nobody would enter.

    `newly` are taken in by the new version alone, `no_longer` by the old one alone; the samples
    are a few of their contacts. `paused`: by hand, so that nobody enters until it is resumed.
    """

    before: Entering | None
    after: Entering | None
    newly: int
    no_longer: int
    newly_sample: tuple[int, ...]
    no_longer_sample: tuple[int, ...]
    paused: bool
