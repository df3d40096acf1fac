"""Adding up what popups brought: pure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from postlude.reports.types.popups import PopupNumber, PopupTally, Side

Group = TypeVar("Group", bound=Hashable)


class Alike(NamedTuple):
    """So many exposures of which the same is to be said."""

    popup: int
    day: date
    number: PopupNumber
    side: Side
    times: int


class Click(NamedTuple):
    """A click; `day` is when the popup was shown, `contact` who the browser is now."""

    id: int
    exposure: int
    popup: int
    version: int
    day: date
    at: datetime
    visitor: int
    contact: int | None
    side: Side


class Order(NamedTuple):
    """An order that is credited to a click."""

    uid: str
    at: datetime
    amount: int | None


@dataclass(frozen=True, slots=True)
class Read:
    """All that was read for one report: `clicks` are the first of each exposure."""

    shown: Sequence[Alike]
    clicks: Sequence[Click]
    orders: Sequence[tuple[Order, Click]]


@dataclass(slots=True)
class _Heap:
    counts: defaultdict[tuple[PopupNumber, Side], int] = field(
        default_factory=lambda: defaultdict(int)
    )
    revenue: defaultdict[Side, int] = field(default_factory=lambda: defaultdict(int))

    def tally(self) -> PopupTally:
        return PopupTally(dict(self.counts), dict(self.revenue))


def tallies(read: Read, group: Callable[[int, date], Group]) -> dict[Group, PopupTally]:
    """Add everything up by what `group` makes of its popup and day."""
    heaps: defaultdict[Group, _Heap] = defaultdict(_Heap)
    for each in read.shown:
        heaps[group(each.popup, each.day)].counts[each.number, each.side] += each.times
    for click in read.clicks:
        heaps[group(click.popup, click.day)].counts[PopupNumber.CLICKED, click.side] += 1
    for order, click in read.orders:
        heap = heaps[group(click.popup, click.day)]
        heap.counts[PopupNumber.CONVERTED, click.side] += 1
        heap.revenue[click.side] += order.amount or 0
    return {key: heap.tally() for key, heap in heaps.items()}


def first_of_each(clicks: Iterable[Click]) -> list[Click]:
    """Return the first click on each popup that was shown: who clicks twice has clicked."""
    found: dict[int, Click] = {}
    for click in sorted(clicks, key=lambda each: (each.at, each.id)):
        found.setdefault(click.exposure, click)
    return list(found.values())
