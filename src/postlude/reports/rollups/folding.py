"""Rows of facts folded into rollups. Pure: no database, no clock."""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from postlude.reports.rollups.bitmaps import Bitmap
from postlude.reports.rollups.types import KINDS, counted_as

_OPENED, _CLICKED, _HUMAN, _FILTERED = 1, 2, 4, 8
_SENT = frozenset({"accepted", "delivered", "bounced"})
# By what a touch is, which bitmaps the person is in; whoever clicks has the mail before their eyes.
_IN: Mapping[int, tuple[int, ...]] = {
    how: tuple(
        place
        for place, belongs in enumerate(
            (
                True,
                bool(how & _HUMAN),
                bool(how & _FILTERED),
                bool(how & _CLICKED),
                how & (_CLICKED | _HUMAN) == _CLICKED | _HUMAN,
                bool(how & _CLICKED and how & _FILTERED),
            )
        )
        if belongs
    )
    for how in range(16)
}


class CountKey(NamedTuple):
    day: date
    channel: str
    journey: int
    template: int
    testing: bool
    what: str


class PeopleKey(NamedTuple):
    day: date
    channel: str
    template: int
    cycle: int


Figures = tuple[int, int, int, int, int, int]
"""n, reported, segments, cost, priced, priced segments."""
Blobs = tuple[bytes | None, ...]
"""One for each of KINDS."""


def count(rows: Iterable[Sequence[Any]], reporting: Collection[int]) -> dict[CountKey, Figures]:
    """Add up rows of `count_messages`; `reporting` are the senders that tell what became of it."""
    found: defaultdict[CountKey, list[int]] = defaultdict(lambda: [0] * 6)
    for day, channel, _, journey, template, testing, state, reason, sender, *figures in rows:
        n, segments, cost, priced, priced_segments = figures
        what = counted_as(channel, state, reason)
        sums = found[
            CountKey(date.fromisoformat(day), channel, journey, template, bool(testing), what)
        ]
        told = n if sender in reporting else 0
        for at, more in enumerate((n, told, segments, cost, priced, priced_segments)):
            sums[at] += more
    return {
        key: (each[0], each[1], each[2], each[3], each[4], each[5]) for key, each in found.items()
    }


def sent(rows: Iterable[Sequence[Any]]) -> dict[tuple[date, str], bytes]:
    """Pack the cycles of which something was sent, by day and channel, of the same rows."""
    found: defaultdict[tuple[date, str], set[int]] = defaultdict(set)
    for day, channel, cycle, _, _, testing, state, *_ in rows:
        if cycle is not None and not testing and state in _SENT:
            found[date.fromisoformat(day), channel].add(cycle)
    return {key: array("q", sorted(cycles)).tobytes() for key, cycles in found.items()}


def unpacked(raw: bytes | memoryview) -> Sequence[int]:
    """Return the cycles of a packed row."""
    return array("q", bytes(raw))


def people(
    rows: Iterable[Sequence[Any]], contacts: Mapping[int, int], visitors: Mapping[int, int]
) -> dict[PeopleKey, Blobs]:
    """Put whoever touched something into the bitmaps of the day and the cycle.

    `contacts` and `visitors`: the number of each.
    """
    found: defaultdict[tuple[str, str, int, int], defaultdict[int, list[int]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for day, channel, template, cycle, contact, visitor, how in rows:
        number = visitors[visitor] if contact is None else contacts[contact]
        found[day, channel, template, cycle][how].append(number)
    return {
        PeopleKey(date.fromisoformat(key[0]), *key[1:]): _packed(by_how)
        for key, by_how in found.items()
    }


def _packed(by_how: Mapping[int, Sequence[int]]) -> Blobs:
    """Make each bitmap once: most often several readings are the same touches."""
    done: dict[tuple[int, ...], bytes] = {}
    found: list[bytes | None] = []
    for place in range(len(KINDS)):
        these = tuple(how for how in sorted(by_how) if place in _IN[how])
        if these and these not in done:
            done[these] = Bitmap([each for how in these for each in by_how[how]]).serialize()
        found.append(done.get(these))
    return tuple(found)
