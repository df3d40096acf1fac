"""A ledger that follows every single unit with its finger: slow, and hard to get wrong."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(eq=False)
class Unit:
    """One point. `where` is free, held, spent or gone; `by` is the hold or the spend."""

    lot: int
    begin: datetime
    end: datetime
    where: str = "free"
    by: str = ""


@dataclass
class NaivePoints:
    """One contact's points. Whoever calls has checked nothing; each verb says what it did."""

    units: list[Unit] = field(default_factory=list)
    debt: int = 0
    lots: dict[str, int] = field(default_factory=dict)  # by key of the grant
    undone: dict[str, int] = field(default_factory=dict)  # by key of the grant
    ends: dict[str, datetime] = field(default_factory=dict)  # of open holds

    def give(self, key, amount, now, begin, end) -> None:
        lot = self.lots[key] = len(self.lots)
        new = [Unit(lot, max(begin or now, now), end or NEVER) for _ in range(amount)]
        self.units += new
        self.pay(new)

    def live(self, now) -> list[Unit]:
        free = [unit for unit in self.units if unit.where == "free"]
        return sorted((u for u in free if u.begin <= now < u.end), key=lambda u: (u.end, u.lot))

    def take(self, key, amount, now, *, partial, where="spent") -> int:
        """Return how much was taken: 0 when there is too little."""
        live = self.live(now)
        wanted = min(amount, len(live)) if partial else amount
        if wanted > len(live):
            return 0
        for unit in live[:wanted]:
            unit.where, unit.by = where, key
        return wanted

    def hold(self, key, amount, now, end, *, partial) -> int:
        held = self.take(key, amount, now, partial=partial, where="held")
        if held:
            self.ends[key] = end or NEVER
        return held

    def capture(self, key, hold, amount) -> int:
        kept = self.of(hold, "held")
        wanted = len(kept) if amount is None else amount
        if wanted > len(kept):
            return 0
        for unit in kept[:wanted]:
            unit.where, unit.by = "spent", key
        self.back(kept[wanted:])
        del self.ends[hold]
        return wanted

    def release(self, hold) -> None:
        self.back(self.of(hold, "held"))
        del self.ends[hold]

    def run_out(self, now) -> None:
        # Two that end at one instant: whichever was made first.
        for hold, end in sorted(self.ends.items(), key=lambda each: each[1]):
            if end <= now:
                self.release(hold)

    def reverse(self, grant, amount, now) -> int:
        lot, done = self.lots[grant], self.undone.get(grant, 0)
        own = [unit for unit in self.units if unit.lot == lot]
        over = [unit for unit in own if unit.where == "free" and unit.end <= now]
        left = max(0, len(own) - len(over) - done)
        wanted = left if amount is None else amount
        if wanted > left:
            return 0
        free = [u for u in self.units if u.where == "free" and u.end > now]
        free.sort(key=lambda u: (u.lot != lot, u.begin > now, u.end, u.lot))
        for unit in free[:wanted]:
            unit.where = "gone"
        self.debt += max(0, wanted - len(free))
        self.undone[grant] = done + wanted
        return wanted

    def refund(self, spend, amount) -> int:
        spent = self.of(spend, "spent")[::-1]
        wanted = len(spent) if amount is None else amount
        if wanted > len(spent):
            return 0
        self.back(spent[:wanted])
        return wanted

    def of(self, key, where) -> list[Unit]:
        mine = [unit for unit in self.units if unit.where == where and unit.by == key]
        return sorted(mine, key=lambda u: (u.end, u.lot))

    def back(self, units) -> None:
        for unit in units:
            unit.where, unit.by = "free", ""
        self.pay(sorted(units, key=lambda u: (u.end, u.lot)))

    def pay(self, units) -> None:
        paid = units[: self.debt]
        for unit in paid:
            unit.where = "gone"
        self.debt -= len(paid)

    def balance(self, now) -> tuple[int, int, int, int]:
        """Available, held, coming, owed."""
        coming = [u for u in self.units if u.where == "free" and u.begin > now]
        held = [u for u in self.units if u.where == "held"]
        return len(self.live(now)), len(held), len(coming), self.debt
