"""The points of one guest, on paper."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Lot:
    """Points given at once. `tag` says with which text, "" for none."""

    ends: datetime
    tag: str
    of: Hashable
    given: int
    left: int
    spent: int = 0
    taken_back: int = 0


@dataclass(slots=True)
class Purse:
    lots: list[Lot] = field(default_factory=list)

    def points(self, now: datetime) -> int:
        return sum(lot.left for lot in self.lots if now < lot.ends)

    def give(self, amount: int, ends: datetime | None, tag: str, of: Hashable = None) -> None:
        self.lots.append(Lot(ends or _NEVER, tag, of, amount, amount))

    def spend(self, wanted: int, now: datetime) -> None:
        """What burns first goes first; who has too little spends what there is."""
        for lot in sorted(self.lots, key=lambda each: each.ends):
            part = min(wanted, lot.left) if now < lot.ends else 0
            lot.left, lot.spent, wanted = lot.left - part, lot.spent + part, wanted - part

    def take_back(self, tag: str, of: Hashable) -> None:
        """The text never came: what is left of its points was never there."""
        for lot in self.lots:
            if (lot.tag, lot.of) == (tag, of) and not lot.taken_back:
                lot.left, lot.taken_back = 0, lot.left

    def tell(self, found: dict[str, Counter[str]], now: datetime) -> None:
        """Add up what became of the points that came with texts."""
        for lot in self.lots:
            if lot.tag:
                told = {"given": lot.given, "spent": lot.spent, "taken_back": lot.taken_back}
                told["live" if now < lot.ends else "burnt"] = lot.left
                found[lot.tag].update(told)
