"""Confirming less than was held: the rest goes back at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from postlude.kernel import store
from postlude.rewards.coupons import units
from postlude.rewards.quotas import counters, shares
from postlude.rewards.reserving import lines
from postlude.rewards.reserving.fence import Row
from postlude.rewards.reserving.lines import Line

_LESS = """
    UPDATE rewards_reserved SET quantity = %s WHERE reservation = %s AND position = %s
"""


class _Less(NamedTuple):
    line: Line
    quantity: int

    @property
    def back(self) -> int:
        return self.line.quantity - self.quantity


def keep(wanted: Sequence[tuple[Row, Mapping[str, int]]]) -> None:
    """Reduce lines to what is wanted after all; the caller has locked their counters."""
    found = lines.of([row.id for row, _ in wanted])
    less = [each for row, parts in wanted for each in _reduced(found[row.id], parts)]
    store.execute_many(
        _LESS, [(each.quantity, each.line.reservation, each.line.position) for each in less]
    )
    back: defaultdict[int, int] = defaultdict(int)
    for each in less:
        if each.line.counter is not None:
            back[each.line.counter] += each.back
            shares.drop_some(each.line.reservation, each.line.counter, each.back)
            if each.line.resource.startswith(units.PREFIX):
                units.let_go_some(each.line.reservation, each.line.position, each.back)
    counters.give_back(back)


def _reduced(found: Iterable[Line], parts: Mapping[str, int]) -> list[_Less]:
    """Return the lines that shrink; of two lines of one resource the first is filled first."""
    rest = dict(parts)
    less = []
    for line in found:
        if line.resource in rest and line.quantity:
            kept = min(line.quantity, rest[line.resource])
            rest[line.resource] -= kept
            if kept < line.quantity:
                less.append(_Less(line, kept))
    return less
