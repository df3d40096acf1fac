from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class PopupNumber(StrEnum):
    """What is counted of the popups shown on some days.

    `clicked`: of the shown those that were clicked; `converted`: closed orders that are
    credited to a click on them, as attribution credits every order: no other channel has them.
    """

    SHOWN = "shown"
    HELD_OUT = "held_out"
    CLICKED = "clicked"
    CONVERTED = "converted"


class Side(StrEnum):
    """Who it was, as of the moment at which the report is made."""

    ANONYMOUS = "anonymous"
    MEMBER = "member"


class PopupDays(NamedTuple):
    """The local days on which popups were shown, both in; None has no end. `popup` "": all."""

    since: date | None
    until: date | None
    popup: str = ""


@dataclass(frozen=True, slots=True)
class PopupTally:
    """Counts by number and side; `revenue` in minor units, of the orders that were converted."""

    counts: Mapping[tuple[PopupNumber, Side], int] = field(default_factory=dict)
    revenue: Mapping[Side, int] = field(default_factory=dict)

    def count(self, number: PopupNumber, side: Side | None = None) -> int:
        """Return a count, of both sides together where none is named."""
        sides = Side if side is None else (side,)
        return sum(self.counts.get((number, each), 0) for each in sides)

    def paid(self, side: Side | None = None) -> int:
        return sum(self.revenue.get(each, 0) for each in (Side if side is None else (side,)))

    def click_rate(self, side: Side | None = None) -> float | None:
        """Clicked of shown; None of nobody."""
        return self._share(PopupNumber.CLICKED, PopupNumber.SHOWN, side)

    def conversion_rate(self, side: Side | None = None) -> float | None:
        """Orders of clicked; None of nobody. Above 1 where people order again and again."""
        return self._share(PopupNumber.CONVERTED, PopupNumber.CLICKED, side)

    def _share(self, part: PopupNumber, whole: PopupNumber, side: Side | None) -> float | None:
        of = self.count(whole, side)
        return self.count(part, side) / of if of else None


@dataclass(frozen=True, slots=True)
class PopupReportLine:
    popup: str
    title: str
    active: bool
    tally: PopupTally


@dataclass(frozen=True, slots=True)
class Popups:
    """The report; `days` has what was shown on each day that anything was."""

    asked: PopupDays
    zone: str
    currency: str
    now: datetime
    lines: Sequence[PopupReportLine]
    days: Sequence[tuple[date, PopupTally]]
    total: PopupTally


@dataclass(frozen=True, slots=True)
class PopupRow:
    """What stands behind a number: an exposure, a click, or an order. `contact` is who it is now;
    `amount` in minor units.
    """

    popup: str
    version: int
    at: datetime
    visitor: int
    contact: int | None
    side: Side
    order: str = ""
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class PopupRows:
    number: PopupNumber
    rows: Sequence[PopupRow]
    total: int
    next_offset: int | None
