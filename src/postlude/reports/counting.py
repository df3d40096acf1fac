"""Counting tickets by how far they came. Pure: no database, no clock.

A ticket is in one cell (event, ticket type, day); every other cut adds cells up, so the sums are
equal by construction. A median is the lower middle one of the waits in order: a wait that somebody
had, never one in between.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import NamedTuple, TypeVar

from postlude.reports.types.funnel import ASIDES, STEPS, Aside, Tally

K = TypeVar("K", bound=Hashable)
_N = len(STEPS)
_PAID, _GRANTED = 1, 2
# What a ticket that is not valid is; the state of a ticket is a word of `orders`.
ASIDE_OF: Mapping[str, int] = {
    "registered": ASIDES.index(Aside.UNPAID),
    "cancelled": ASIDES.index(Aside.CANCELLED),
    "refunded": ASIDES.index(Aside.REFUNDED),
}


class CellKey(NamedTuple):
    happening: int
    ticket_type: str
    day: date


class Walked(NamedTuple):
    """One ticket: `furthest` is the number of its last step.

    `waits` are (step, seconds) from `granted` on, which all tickets of a holder share.
    """

    key: CellKey
    state: str
    furthest: int
    placed_at: datetime | None
    sold_at: datetime | None
    granted_at: datetime | None
    waits: Sequence[tuple[int, float]] = ()


class Group:
    """Tickets that are counted together."""

    __slots__ = ("asides", "ended", "waits")

    def __init__(self) -> None:
        self.ended = [0] * _N
        self.asides = [0] * len(ASIDES)
        self.waits: list[list[float]] = [[] for _ in STEPS]

    def tally(self) -> Tally:
        """Return the counts: whoever ended at a step has reached all before it."""
        counts = [sum(self.ended[at:]) for at in range(_N)]
        return Tally(tuple(counts), tuple(self.asides), tuple(median(each) for each in self.waits))


def count(walks: Iterable[Walked]) -> dict[CellKey, Group]:
    """Put every ticket into its cell; the waits of a cell are in order."""
    cells: defaultdict[CellKey, Group] = defaultdict(Group)
    for key, state, furthest, placed_at, sold_at, granted_at, waits in walks:
        cell = cells[key]
        cell.ended[furthest] += 1
        if furthest < _PAID:
            cell.asides[ASIDE_OF[state]] += 1
            continue
        known = cell.waits
        if (seconds := wait(placed_at, sold_at)) is not None:
            known[_PAID].append(seconds)
        if furthest > _PAID and (seconds := wait(sold_at, granted_at)) is not None:
            known[_GRANTED].append(seconds)
        for at, seconds in waits:
            known[at].append(seconds)
    for cell in cells.values():
        for each in cell.waits:
            each.sort()
    return dict(cells)


def wait(before: datetime | None, after: datetime | None) -> float | None:
    """Return the seconds between two moments; None where one is unknown or they came swapped.

    Somebody who is invited already buys again: that ticket has waited for nothing.
    """
    if before is None or after is None or after < before:
        return None
    return (after - before).total_seconds()


def merged(cells: Mapping[CellKey, Group], by: Callable[[CellKey], K]) -> dict[K, Group]:
    """Add the cells up by a part of their key, in the order in which the parts first come."""
    parts: defaultdict[K, list[Group]] = defaultdict(list)
    for key, cell in cells.items():
        parts[by(key)].append(cell)
    return {key: together(some) for key, some in parts.items()}


def together(groups: Sequence[Group]) -> Group:
    """Return one group of all these."""
    if len(groups) == 1:
        return groups[0]
    whole = Group()
    whole.ended = [sum(each.ended[at] for each in groups) for at in range(_N)]
    whole.asides = [sum(each.asides[at] for each in groups) for at in range(len(ASIDES))]
    # Lists in order, put behind each other, are nearly sorted: sorting them again is quick.
    whole.waits = [
        sorted(chain.from_iterable(each.waits[at] for each in groups)) for at in range(_N)
    ]
    return whole


def median(ordered: Sequence[float]) -> float | None:
    """Return the lower middle value of values in order, None of none."""
    return ordered[(len(ordered) - 1) // 2] if ordered else None
