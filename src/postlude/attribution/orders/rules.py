"""The second preset: what came before an order. Pure.

The latest open and the latest human click at or before the order, within a window that a channel
may have of its own: 24 hours for all, unless the organisation says otherwise. Both ends belong.
Where no message was opened the open is the click. Of two at one instant the higher id is the later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from postlude.attribution.choosing import Pick, Rule, Slot, Window
from postlude.attribution.orders.shares import Model
from postlude.attribution.types import OrderSort

WITHIN = timedelta(hours=24)
LONGEST = timedelta(days=31)
OPEN, CLICK = "open", "click"
ALL_SORTS = frozenset(OrderSort)
_SLOTS = (
    Slot(OPEN, frozenset({OPEN}), Pick.LATEST, or_else=CLICK),
    Slot(CLICK, frozenset({CLICK}), Pick.LATEST),
)


@dataclass(frozen=True, slots=True)
class OrderRule:
    """How orders of an organisation are credited. Version 0 is what holds while nobody said.

    `windows`: how long before an order a touch of a channel may lie, where not `within`. `model`:
    how money is shared among clicks, unless asked otherwise. `by_campaign`: another campaign
    begins another session. `sorts`: which orders are credited at all; of tickets only those of
    `tickets_from` and later (None: all).
    """

    version: int = 0
    within: timedelta = WITHIN
    windows: Mapping[str, timedelta] = field(default_factory=dict)
    model: Model = Model.LINEAR
    by_campaign: bool = False
    sorts: frozenset[OrderSort] = ALL_SORTS
    tickets_from: datetime | None = None

    @property
    def longest(self) -> timedelta:
        return max([self.within, *self.windows.values()])

    def takes_more_than(self, other: "OrderRule") -> bool:
        """Say whether orders are credited by this rule that are not by the other."""
        if self.sorts - other.sorts:
            return True
        if other.tickets_from is None or OrderSort.TICKETS not in self.sorts:
            return False
        return self.tickets_from is None or self.tickets_from < other.tickets_from

    @property
    def rule(self) -> Rule:
        """Return it as the engine reads it."""
        return Rule(
            f"last touches, version {self.version}",
            _before(self.within),
            _SLOTS,
            windows=tuple((name, _before(each)) for name, each in sorted(self.windows.items())),
        )


def _before(within: timedelta) -> Window:
    return Window(-within, timedelta(0))
