"""A journey in steps as a picture: steps in rows from top to bottom, and where each leads. Pure.

Rows by the longest way from the first step (Sugiyama's layers). A way that skips rows goes round
their boxes through places of its own; within a row, boxes stand near what leads to them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from postlude.console.readings.fitting import fit

WIDTH, HEIGHT, ACROSS, DOWN, MARGIN = 230, 84, 24, 52, 10
_GAP = 26  # how wide the place is through which a way passes a row
_INSIDE = WIDTH - 20
_TITLE, _TEXT, _WAY = 12, 11, 10.5
_SWEEPS = 4
_END = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What is drawn of a step. `ways`: who goes to each of `leads_to`; "" leads to no box."""

    name: str
    leads_to: tuple[str, ...] = ()
    says: str = ""
    lines: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """One step; `x` and `y` are its left upper corner. Words are cut to its width; `all` is not."""

    x: int
    y: int
    name: str
    title: str
    says: str
    lines: tuple[str, ...]
    all: str
    kind: str
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def middle(self) -> int:
        return self.x + WIDTH // 2


@dataclass(frozen=True, slots=True)
class Way:
    """A curve as a path of SVG, and who goes there, written where it ends."""

    curve: str
    x: int
    y: int
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes, and the ways between them."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]


# A place in a row: a step's name, or (from, to) where a way passes by.
_Place = str | tuple[str, str]


def draw(steps: Sequence[Step]) -> Picture:
    """Draw steps; what comes next stands later in the list.

    A step stands one row below the lowest of those that lead to it, so ways go down only.
    """
    row = _rows(steps)
    rows = _places(steps, row)
    width = max((_taken(places) for places in rows), default=0) + 2 * MARGIN
    left = {
        place: x for places in rows for place, x in _lined_up(places, width - 2 * MARGIN).items()
    }
    boxes = {
        it.name: Box(
            left[it.name],
            MARGIN + row[it.name] * (HEIGHT + DOWN),
            it.name,
            fit(it.name, _INSIDE, _TITLE, bold=True),
            fit(it.says, _INSIDE, _TEXT),
            tuple(fit(line, _INSIDE, _TEXT) for line in it.lines if line),
            "\n".join(filter(None, (it.name, it.says, *it.lines))),
            it.kind,
        )
        for it in steps
    }
    height = len(rows) * (HEIGHT + DOWN) - DOWN + 2 * MARGIN
    return Picture(width, height, tuple(boxes.values()), tuple(_ways(steps, boxes, left, row)))


def _rows(steps: Sequence[Step]) -> dict[str, int]:
    row: dict[str, int] = {}
    for it in steps:
        mine = row.setdefault(it.name, 0)
        for following in it.leads_to:
            if following != _END:
                row[following] = max(row.get(following, 0), mine + 1)
    return row


def _places(steps: Sequence[Step], row: Mapping[str, int]) -> list[list[_Place]]:
    """Return what stands in each row from left to right, with few ways crossing."""
    rows: list[list[_Place]] = [[] for _ in range(max(row.values(), default=-1) + 1)]
    above: dict[tuple[int, _Place], list[_Place]] = defaultdict(list)
    below: dict[tuple[int, _Place], list[_Place]] = defaultdict(list)
    for it in steps:
        rows[row[it.name]].append(it.name)
        for following in dict.fromkeys(filter(None, it.leads_to)):
            through: list[_Place] = [it.name]
            for passed in range(row[it.name] + 1, row[following]):
                rows[passed].append((it.name, following))
                through.append((it.name, following))
            through.append(following)
            for n, (one, two) in enumerate(pairwise(through), row[it.name]):
                below[n, one].append(two)
                above[n + 1, two].append(one)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        order = range(1, len(rows)) if down else range(len(rows) - 2, -1, -1)
        for n in order:
            beside, near = (rows[n - 1], above) if down else (rows[n + 1], below)
            at = {place: i for i, place in enumerate(beside)}
            rows[n] = _nearest(rows[n], [near[n, place] for place in rows[n]], at)
    return rows


def _nearest(
    places: Sequence[_Place], near: Sequence[Sequence[_Place]], at: Mapping[_Place, int]
) -> list[_Place]:
    """Sort a row by the middle of what each place is tied to in the row beside."""
    middle = [
        sum(at[each] for each in tied) / len(tied) if tied else float(i)
        for i, tied in enumerate(near)
    ]
    return [places[i] for i in sorted(range(len(places)), key=lambda i: (middle[i], i))]


def _taken(places: Sequence[_Place]) -> int:
    return sum(_wide(each) + ACROSS for each in places) - ACROSS


def _wide(place: _Place) -> int:
    return WIDTH if isinstance(place, str) else _GAP


def _lined_up(places: Sequence[_Place], width: int) -> dict[_Place, int]:
    """Return where each place begins: those of one row stand in its middle."""
    x, found = MARGIN + (width - _taken(places)) // 2, {}
    for each in places:
        found[each] = x
        x += _wide(each) + ACROSS
    return found


def _ways(
    steps: Sequence[Step],
    boxes: Mapping[str, Box],
    left: Mapping[_Place, int],
    row: Mapping[str, int],
) -> list[Way]:
    found = []
    for it in steps:
        told: dict[str, str] = {}
        for to, label in zip(it.leads_to, it.ways, strict=False):
            told[to] = f"{told[to]} / {label}" if told.get(to) else label
        for following in dict.fromkeys(filter(None, it.leads_to)):
            one, two = boxes[it.name], boxes[following]
            x, y = one.middle, one.y + HEIGHT
            curve, first = f"M{x} {y}", None
            for passed in range(row[it.name] + 1, row[following]):
                beside = left[it.name, following] + _GAP // 2
                top = MARGIN + passed * (HEIGHT + DOWN)
                curve += f"{_bent(x, y, beside, top)} L{beside} {top + HEIGHT}"
                first = first or (beside, top)
                x, y = beside, top + HEIGHT
            curve += _bent(x, y, two.middle, two.y)
            at = first or (two.middle, two.y)
            found.append(Way(curve, at[0], at[1] - 14, fit(told.get(following, ""), WIDTH, _WAY)))
    return found


def _bent(x: int, y: int, to_x: int, to_y: int) -> str:
    bend = (to_y - y) // 2
    return f" C{x} {y + bend} {to_x} {to_y - bend} {to_x} {to_y}"
