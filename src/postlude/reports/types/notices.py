from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from postlude.reports.notices.intervals import Difference, Share


class Count(StrEnum):
    """What is counted of the people of a notice.

    entered = sent + unknown + blocked + failed + queued + held_out, and
    sent = reacted + no_reaction + waiting + unmeasured. `credited`: those of the reacted that are
    the newest message before their order. `unknown_reacted`: of messages that may have gone.
    `held_out_reacted`, `held_out_none`: who came back by themselves, and who did not.
    """

    ENTERED = "entered"
    SENT = "sent"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"
    FAILED = "failed"
    QUEUED = "queued"
    HELD_OUT = "held_out"
    REACTED = "reacted"
    NO_REACTION = "no_reaction"
    WAITING = "waiting"
    UNMEASURED = "unmeasured"
    CREDITED = "credited"
    UNKNOWN_REACTED = "unknown_reacted"
    HELD_OUT_REACTED = "held_out_reacted"
    HELD_OUT_NONE = "held_out_none"


FATES = (
    Count.SENT,
    Count.UNKNOWN,
    Count.BLOCKED,
    Count.FAILED,
    Count.QUEUED,
    Count.HELD_OUT,
)
ANSWERS = (Count.REACTED, Count.NO_REACTION, Count.WAITING, Count.UNMEASURED)


class Unit(StrEnum):
    """What became of the points that came with a notice. `taken_back`: it never arrived."""

    GIVEN = "given"
    SPENT = "spent"
    BURNT = "burnt"
    TAKEN_BACK = "taken_back"
    LIVE = "live"


class Group(NamedTuple):
    """What a line is about; an empty word and None stand for all of them, but an empty branch for
    what is of none.
    """

    kind: str = ""
    action: str = ""
    version: int | None = None
    week: date | None = None
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers of a line. Money in minor units by currency; each order's counts once a line.

    `median_seconds`: how long after the message half of those who reacted had done so.
    `redeemed`: orders that named the coupon which these messages told of.
    """

    counts: Mapping[Count, int] = field(default_factory=dict)
    revenue: Mapping[str, int] = field(default_factory=dict)
    points: Mapping[Unit, int] = field(default_factory=dict)
    cost: int | None = None
    median_seconds: float | None = None
    redeemed: int = 0

    def count(self, what: Count) -> int:
        return self.counts.get(what, 0)

    @property
    def share(self) -> Share:
        """Of those of whom it is known, how many reacted."""
        reacted = self.count(Count.REACTED)
        return Share(reacted, reacted + self.count(Count.NO_REACTION))

    @property
    def credited(self) -> Share:
        """Of the same people, how many reacted to this as their newest message."""
        return Share(self.count(Count.CREDITED), self.share.total)

    @property
    def held_out(self) -> Share:
        """Of those who were held out, and of whom it is known, how many came back."""
        came = self.count(Count.HELD_OUT_REACTED)
        return Share(came, came + self.count(Count.HELD_OUT_NONE))

    @property
    def median_days(self) -> float | None:
        return None if self.median_seconds is None else round(self.median_seconds / 86_400, 2)


@dataclass(frozen=True, slots=True)
class Line:
    group: Group
    tally: Tally


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two actions of one version, the higher rate first."""

    kind: str
    version: int
    first: str
    second: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class Lift:
    """What a version of a notice brought: those written to, against those held out."""

    kind: str
    version: int
    written_to: Share
    held_out: Share
    difference: Difference


@dataclass(frozen=True, slots=True)
class Asked:
    """Local days on which the messages were written, both in; one kind or all, one branch or all.

    `by_branch`: every line is of one branch. Comparisons, winners and lifts are of all together.
    """

    since: date | None = None
    until: date | None = None
    kind: str = ""
    branch: str = ""
    by_branch: bool = False


@dataclass(frozen=True, slots=True)
class Notices:
    """The report: by week, by action, by kind, and the whole; `under_way` is not in it yet.

    `untold`: how many orders named a coupon of these notices without being told, by its code.
    """

    asked: Asked
    zone: str
    currency: str
    now: datetime
    weeks: Sequence[Line]
    actions: Sequence[Line]
    kinds: Sequence[Line]
    total: Tally
    comparisons: Sequence[Comparison]
    winners: Mapping[tuple[str, int], str]
    lifts: Sequence[Lift]
    under_way: int
    untold: Mapping[str, int] = field(default_factory=dict)
