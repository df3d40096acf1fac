"""Adding up what was read: pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from postlude.reports.counting import median
from postlude.reports.notices.intervals import Share, compare, lift, winner
from postlude.reports.types.notices import Comparison, Count, Group, Lift, Line, Tally, Unit

_FATES = {
    "sent": Count.SENT,
    "unknown": Count.UNKNOWN,
    "blocked": Count.BLOCKED,
    "failed": Count.FAILED,
    "queued": Count.QUEUED,
    "held_out": Count.HELD_OUT,
}
_ANSWERS = {
    "reacted": Count.REACTED,
    "none": Count.NO_REACTION,
    "waiting": Count.WAITING,
    "unmeasured": Count.UNMEASURED,
    # Settled a moment ago, and not looked at yet.
    "": Count.WAITING,
}
_BY_THEMSELVES = {"reacted": Count.HELD_OUT_REACTED, "none": Count.HELD_OUT_NONE}


class Place(NamedTuple):
    """Where a number belongs; `branch` by its slug, empty where there is none."""

    kind: str
    action: str
    version: int
    day: date
    branch: str = ""

    def week(self) -> Group:
        monday = self.day - timedelta(days=self.day.weekday())
        return Group(self.kind, self.action, self.version, monday)

    def version_of_action(self) -> Group:
        return Group(self.kind, self.action, self.version)

    def whole_version(self) -> Group:
        return Group(self.kind, version=self.version)

    def whole_kind(self) -> Group:
        return Group(self.kind)

    def split(self, group: Callable[["Place"], Group]) -> Group:
        """Return a group of this branch alone."""
        return group(self)._replace(branch=self.branch)


class Alike(NamedTuple):
    """So many messages of which the same is to be said; `priced` of them have a cost."""

    place: Place
    fate: str
    reaction: str
    credited: bool
    messages: int
    priced: int = 0
    cost: int = 0


class Reacted(NamedTuple):
    place: Place
    effect: str
    sent_at: datetime
    reacted_at: datetime
    amount: int | None
    currency: str


class Redeemed(NamedTuple):
    place: Place
    orders: int


class Given(NamedTuple):
    place: Place
    unit: Unit
    units: int


@dataclass(slots=True)
class Heap:
    """What has been added for one line."""

    counts: defaultdict[Count, int] = field(default_factory=lambda: defaultdict(int))
    waits: list[float] = field(default_factory=list)
    orders: dict[str, tuple[int, str]] = field(default_factory=dict)
    points: defaultdict[Unit, int] = field(default_factory=lambda: defaultdict(int))
    priced: int = 0
    cost: int = 0
    redeemed: int = 0

    def tally(self) -> Tally:
        revenue: dict[str, int] = defaultdict(int)
        for amount, currency in self.orders.values():
            revenue[currency] += amount
        return Tally(
            dict(self.counts),
            dict(sorted(revenue.items())),
            dict(self.points),
            self.cost if self.priced else None,
            median(sorted(self.waits)),
            self.redeemed,
        )


@dataclass(frozen=True, slots=True)
class Read:
    """All that was read for one report."""

    messages: Iterable[Alike]
    reactions: Iterable[Reacted]
    points: Iterable[Given]
    redeemed: Iterable[Redeemed] = ()


def heaps(read: Read, group: Callable[[Place], Group]) -> dict[Group, Heap]:
    """Add everything up by what `group` makes of its place."""
    found: defaultdict[Group, Heap] = defaultdict(Heap)
    for alike in read.messages:
        _add(found[group(alike.place)], alike)
    for each in read.reactions:
        heap = found[group(each.place)]
        heap.waits.append((each.reacted_at - each.sent_at).total_seconds())
        if each.amount is not None:
            heap.orders[each.effect] = (each.amount, each.currency)
    for given in read.points:
        found[group(given.place)].points[given.unit] += given.units
    for it in read.redeemed:
        found[group(it.place)].redeemed += it.orders
    return found


def lines(read: Read, group: Callable[[Place], Group]) -> list[Line]:
    """Return a line for each group, by kind, version, week, action, branch."""
    found = heaps(read, group)
    ordered = sorted(
        found,
        key=lambda it: (
            *(it.kind, it.version or 0, it.week or date.min, it.action, it.branch or ""),
        ),
    )
    return [Line(each, found[each].tally()) for each in ordered]


def total(read: Read) -> Tally:
    found = heaps(read, lambda _place: Group())
    return found[Group()].tally() if found else Tally()


def comparisons(actions: Iterable[Line]) -> list[Comparison]:
    """Compare the actions of each version with one another."""
    return [
        Comparison(kind, version, first, second, difference)
        for (kind, version), shares in _shares(actions).items()
        for first, second, difference in compare(shares)
    ]


def winners(actions: Iterable[Line]) -> dict[tuple[str, int], str]:
    """Return, by kind and version, the action that is surely the best; most often there is none."""
    found = {key: winner(shares) for key, shares in _shares(actions).items()}
    return {key: best for key, best in found.items() if best is not None}


def _shares(actions: Iterable[Line]) -> Mapping[tuple[str, int], dict[str, Share]]:
    found: defaultdict[tuple[str, int], dict[str, Share]] = defaultdict(dict)
    for line in actions:
        if line.group.action:  # who was stopped or held out before a turn has none
            found[line.group.kind, line.group.version or 0][line.group.action] = line.tally.share
    return found


def lifts(versions: Iterable[Line]) -> list[Lift]:
    """Compare who was written to with who was held out, where anybody was."""
    found = []
    for line in versions:
        written_to, held_out = line.tally.share, line.tally.held_out
        difference = lift(written_to, held_out)
        if difference is not None:
            version = line.group.version or 0
            found.append(Lift(line.group.kind, version, written_to, held_out, difference))
    return found


def _add(heap: Heap, alike: Alike) -> None:
    fate = _FATES[alike.fate]
    heap.counts[Count.ENTERED] += alike.messages
    heap.counts[fate] += alike.messages
    heap.priced += alike.priced
    heap.cost += alike.cost
    if fate is Count.SENT:
        heap.counts[_ANSWERS[alike.reaction]] += alike.messages
        if alike.credited:
            heap.counts[Count.CREDITED] += alike.messages
    elif fate is Count.HELD_OUT and alike.reaction in _BY_THEMSELVES:
        heap.counts[_BY_THEMSELVES[alike.reaction]] += alike.messages
    elif fate is Count.UNKNOWN and alike.reaction == "reacted":
        heap.counts[Count.UNKNOWN_REACTED] += alike.messages
