"""The tables of the index: for one fact, which rows its value leaves standing, as a bit mask.

A table is built from the rows that have a literal on its fact. `free` are all the others: they
stand whatever the value, and alone when it is unknown. A `flipped` row has its literal negated.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from postlude.rules.compiling import spans
from postlude.rules.compiling.anniversaries import NEVER, until_and_since
from postlude.rules.compiling.closures import Complete
from postlude.rules.facts import NOW

Table = Callable[[Complete], int]
Spans = tuple[tuple[int | None, int | None], ...]


def bits(rows: Iterable[int]) -> int:
    """Return the mask of some rows."""
    return sum(1 << row for row in set(rows))


def numbers(fact: str, wanted: Mapping[int, Spans], free: int) -> Table:
    """`wanted`: for each row the half-open spans of numbers in which it stands."""
    points, masks = _steps(wanted, free)

    def standing(c: Complete) -> int:
        value = c.get(fact)
        return free if value is None else masks[bisect_right(points, value)]

    return standing


def ages(fact: str, wanted: Mapping[int, Spans], free: int) -> Table:
    """The same of how long ago an instant was."""
    points, masks = _steps(wanted, free)

    def standing(c: Complete) -> int:
        now, value = c.get(NOW), c.get(fact)
        if now is None or value is None:
            return free
        return masks[bisect_right(points, now - value)]

    return standing


def choices(
    fact: str, wanted: Mapping[int, frozenset[str] | frozenset[int]], *, flipped: int, free: int
) -> Table:
    """`wanted`: for each row the values it names."""
    masks = {value: free ^ flipped for values in wanted.values() for value in values}
    for row, values in wanted.items():
        for value in values:
            masks[value] ^= 1 << row
    get, other = masks.get, free ^ flipped

    def standing(c: Complete) -> int:
        value = c.get(fact)
        return free if value is None else get(value, other)

    return standing


def elements(fact: str, wanted: Mapping[int, frozenset[str]], *, flipped: int, free: int) -> Table:
    """`wanted`: for each row the elements of which the set needs one."""
    naming: dict[str, int] = defaultdict(int)
    for row, values in wanted.items():
        for value in values:
            naming[value] |= 1 << row
    get = dict(naming).get

    def standing(c: Complete) -> int:
        value = c.get(fact)
        if value is None:
            return free
        met = 0
        for element in value:
            met |= get(element, 0)
        return free | (met ^ flipped)

    return standing


def flag(fact: str, wanted: Iterable[int], *, flipped: int, free: int) -> Table:
    true, false = free | (bits(wanted) ^ flipped), free | flipped

    def standing(c: Complete) -> int:
        value = c.get(fact)
        return true if value is True else false if value is False else free

    return standing


def anniversaries(
    fact: str, today_name: str, wanted: Mapping[int, tuple[int, int]], *, flipped: int, free: int
) -> Table:
    """`wanted`: for each row how many days ahead and how many behind are near."""
    ahead = _within({row: before for row, (before, _) in wanted.items()})
    behind = _within({row: after for row, (_, after) in wanted.items()})

    def standing(c: Complete) -> int:
        value, today = c.get(fact), c.get(today_name)
        if value is None or today is None:
            return free
        until, since = until_and_since(value, today)
        return free | ((ahead[until] | behind[since]) ^ flipped)

    return standing


def calendar_ages(
    fact: str,
    zone: str,
    wanted: Mapping[int, tuple[spans.Span | None, spans.Span | None]],
    *,
    flipped: int,
    free: int,
) -> Table:
    """`wanted`: for each row the older and the newer end, one look-up for each span in use."""
    older = _by_span({row: older for row, (older, _) in wanted.items()})
    newer = _by_span({row: newer for row, (_, newer) in wanted.items()})
    every = bits(wanted)

    def standing(c: Complete) -> int:
        now, value = c.get(NOW), c.get(fact)
        if now is None or value is None:
            return free
        between = every
        for span, rows in older:
            if value <= spans.back(now, zone, span):
                between &= ~rows
        for span, rows in newer:
            if value >= spans.back(now, zone, span):
                between &= ~rows
        return free | (between ^ flipped)

    return standing


def _steps(wanted: Mapping[int, Spans], free: int) -> tuple[list[int], list[int]]:
    """Return points and masks: `masks[bisect_right(points, value)]` are the rows that stand."""
    standing = free
    turns: dict[int, int] = defaultdict(int)  # the rows that begin or cease to stand at a point
    for row, its_spans in wanted.items():
        for low, high in _merged(its_spans):
            if low is None:
                standing |= 1 << row
            else:
                turns[low] ^= 1 << row
            if high is not None:
                turns[high] ^= 1 << row
    points = sorted(turns)
    masks = [standing]
    for point in points:
        masks.append(masks[-1] ^ turns[point])
    return points, masks


def _merged(its_spans: Spans) -> Iterable[tuple[int | None, int | None]]:
    """Unite the spans that overlap or touch, so that a row never begins where it stands."""
    first, *others = sorted(its_spans, key=lambda span: (span[0] is not None, span[0] or 0))
    low, high = first
    for start, end in others:
        if high is None or start is None or start <= high:
            high = None if high is None or end is None else max(high, end)
        else:
            yield low, high
            low, high = start, end
    yield low, high


def _within(reach: Mapping[int, int]) -> list[int]:
    return [
        bits(row for row, most in reach.items() if away <= most and away < NEVER)
        for away in range(NEVER + 1)
    ]


def _by_span(ends: Mapping[int, spans.Span | None]) -> list[tuple[spans.Span, int]]:
    rows: dict[spans.Span, int] = defaultdict(int)
    for row, span in ends.items():
        if span is not None:
            rows[span] |= 1 << row
    return list(rows.items())
