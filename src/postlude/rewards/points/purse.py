"""One contact's account of one currency while it is locked: every decision of the ledger is here.

A purse knows what is left (lots, open holds, debt) and gathers the lines to be written. It knows no
database and no clock: given the same purse, request and `now`, it always decides the same.

The rules. Free units of live lots are spent, the earliest expiry first. A debt arises when what is
taken back is no longer there, and takes from whatever comes in first, so that nobody has both a
debt and units that could pay it. A hold that has run out counts as released at that very instant.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from postlude.rewards.points.checking import MOST_ON_ACCOUNT
from postlude.rewards.points.errors import TooMuch
from postlude.rewards.points.lines import Line, NewLot, own_key
from postlude.rewards.points.lots import Lot, Part, choose, in_order
from postlude.rewards.types.points import Entry, Kind

# Why an account was left: two contacts turned out to be one person, or two after all.
JOINED, PARTED = "joined", "parted"


@dataclass(frozen=True, slots=True)
class Wish:
    """Under which key an entry is asked for, why, and when; `digest` tells wishes apart."""

    key: str
    reason: str
    now: datetime
    digest: str = ""
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """An open hold: what it has of which lots, and when it runs out by itself."""

    id: int
    expires_at: datetime | None
    parts: Mapping[int, int]

    @property
    def amount(self) -> int:
        return sum(self.parts.values())

    def has_run_out(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


@dataclass(slots=True)
class Purse:
    """`available` and `held` are as posted: of all lots, also of those to come and those over."""

    contact: int
    currency: str
    new_id: Callable[[], int] = field(default=int, repr=False)
    available: int = 0
    held: int = 0
    debt: int = 0
    lots: dict[int, Lot] = field(default_factory=dict)
    holds: dict[int, Hold] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    def give(self, wish: Wish, amount: int, begin: datetime, end: datetime | None) -> Entry:
        """Add a lot; a debt is paid from it first."""
        if self.available + self.held + amount > MOST_ON_ACCOUNT:
            hint = TooMuch.hint.format(most=MOST_ON_ACCOUNT)
            raise TooMuch(contact=self.contact, hint=hint)
        lot = NewLot(self.new_id(), amount, max(begin, wish.now), end)
        self.lots[lot.id] = Lot(lot.id, 0, 0, lot.available_from, end, amount)
        entry = self._write(wish, Kind.GRANT, amount, lot=lot)
        self._repay(entry, {lot.id: amount})
        return entry

    def spendable(self, now: datetime) -> list[Lot]:
        return [lot for lot in self.lots.values() if lot.is_live(now)]

    def spend(self, wish: Wish, amount: int) -> Entry:
        """Spend `amount`, which the caller has seen to be there."""
        chosen = choose(self.spendable(wish.now), amount)
        return self._write(wish, Kind.SPEND, amount, [Part(lot, -n) for lot, n in chosen])

    def hold(self, wish: Wish, amount: int, until: datetime | None) -> Entry:
        """Set `amount` apart, which the caller has seen to be there."""
        chosen = choose(self.spendable(wish.now), amount)
        parts = [Part(lot, -n, n) for lot, n in chosen]
        entry = self._write(wish, Kind.HOLD, amount, parts, until=until)
        self.holds[entry.id] = Hold(entry.id, until, dict(chosen))
        return entry

    def capture(self, wish: Wish, hold: int, amount: int) -> Entry:
        """Spend `amount` of a hold, at most what it has, the earliest expiry first.

        The rest returns to its lots.
        """
        kept = self.holds.pop(hold)
        spent = dict(choose([self._copy(lot, n) for lot, n in kept.parts.items()], amount))
        back = {lot: n - spent.get(lot, 0) for lot, n in kept.parts.items()}
        parts = [Part(lot, back[lot], -n) for lot, n in kept.parts.items()]
        entry = self._write(wish, Kind.CAPTURE, amount, parts, of=hold)
        self._repay(entry, back)
        return entry

    def release(self, wish: Wish, hold: int) -> Entry:
        """Return what a hold has to the same lots; of those that are over the sweep expires it."""
        kept = self.holds.pop(hold)
        parts = [Part(lot, n, -n) for lot, n in kept.parts.items()]
        entry = self._write(wish, Kind.RELEASE, kept.amount, parts, of=hold)
        self._repay(entry, kept.parts)
        return entry

    def run_out(self, now: datetime) -> int:
        """Release each hold that has run out, as of when it did; return how many."""
        over = [
            (hold.expires_at, hold.id)
            for hold in self.holds.values()
            if hold.expires_at is not None and hold.has_run_out(now)
        ]
        for at, hold in sorted(over):
            self.release(Wish(own_key("runout", hold), "expired", at), hold)
        return len(over)

    def expire(self, now: datetime) -> int:
        """Post what time has done already to lots that are over; return how many."""
        over = [lot for lot in in_order(self.lots.values()) if lot.free and lot.has_expired(now)]
        for lot in over:
            self._expire(lot, lot.expires_at or now)
        return len(over)

    def give_grace(
        self, released: Entry, lots: Iterable[int], reasons: Mapping[int, str], grace: timedelta
    ) -> None:
        """Give again, for a while longer, what has returned to lots that were over already."""
        for lot in in_order(self.lots[each] for each in lots):
            if lot.free and lot.has_expired(released.at):
                amount = self._expire(lot, released.at).amount
                key = own_key("grace", lot.id, released.id)
                wish = Wish(key, reasons[lot.id], released.at)
                self.give(wish, amount, released.at, released.at + grace)

    def reverse(self, wish: Wish, grant: int, own_lot: int, amount: int) -> Entry:
        """Take a grant back: of its own lot, of other lots; what is gone becomes a debt."""
        usable = [lot for lot in self.lots.values() if not lot.has_expired(wish.now)]
        own = [lot for lot in usable if lot.id == own_lot]
        others = [lot for lot in usable if lot.id != own_lot]
        live = [lot for lot in others if lot.is_live(wish.now)]
        coming = [lot for lot in others if not lot.is_live(wish.now)]
        parts, left = [], amount
        for lots in (own, live, coming):
            for lot, taken in choose(lots, left):
                parts.append(Part(lot, -taken))
                left -= taken
        return self._write(wish, Kind.REVERSE, amount, parts, debt=left, of=grant)

    def refund(self, wish: Wish, spend: int, amount: int, returns: Sequence[Lot]) -> Entry:
        """Return what was spent to its lots, the last taken first; `free` of each may return."""
        parts, left = [], amount
        for lot in reversed(in_order(returns)):
            back = min(lot.free, left)
            if back:
                mine = Lot(lot.id, 0, 0, lot.available_from, lot.expires_at, lot.amount)
                self.lots.setdefault(lot.id, mine)
                parts.append(Part(lot.id, back))
                left -= back
        entry = self._write(wish, Kind.REFUND, amount, parts, of=spend)
        self._repay(entry, {part.lot: part.free for part in parts})
        return entry

    def take_over(self, other: "Purse", now: datetime) -> None:
        """Everything of `other` comes here, because both are one person; a debt is paid at once."""
        amount = other.available + other.held + other.debt
        if not amount:
            return
        left = other._move(Kind.LEAVE, amount, other, -1, None, now)  # noqa: SLF001
        arrived = self._move(Kind.ARRIVE, amount, left, -1, left.id, now)
        self.lots |= other.lots
        self.holds |= other.holds
        other.lots, other.holds = {}, {}
        free = {lot.id: lot.free for lot in self.lots.values() if not lot.has_expired(now)}
        self._repay(arrived, free)

    def give_back(self, other: "Purse", lots: Iterable[int], now: datetime) -> None:
        """Return what is left of lots to `other`, whose they were: the two are not one after all.

        The lots hold nothing: what is set apart stays with its hold.
        """
        going = list(lots)
        amount = sum(self.lots[lot].free for lot in going)
        if amount:
            wish = Wish("", PARTED, now)
            left = self._post(wish, Kind.LEAVE, amount, (-amount, 0, 0), of=None)
            other._post(wish, Kind.ARRIVE, amount, (amount, 0, 0), of=left.id)  # noqa: SLF001
        for lot in going:
            other.lots[lot] = self.lots.pop(lot)

    def _move(  # noqa: PLR0913, PLR0917 - what moves, and which way
        self,
        kind: Kind,
        amount: int,
        what: "Purse | Entry",
        sign: int,
        of: int | None,
        at: datetime,
    ) -> Entry:
        wish = Wish("", JOINED, at)
        change = (sign * what.available, sign * what.held, sign * what.debt)
        return self._post(wish, kind, amount, change, of=of)

    def _expire(self, lot: Lot, at: datetime) -> Entry:
        key = own_key("expire", lot.id, self.new_id())  # a lot may end twice: a hold returns late
        return self._write(
            Wish(key, "expired", at), Kind.EXPIRE, lot.free, [Part(lot.id, -lot.free)]
        )

    def _copy(self, lot: int, free: int) -> Lot:
        mine = self.lots[lot]
        return Lot(lot, free, 0, mine.available_from, mine.expires_at)

    def _repay(self, after: Entry, came: Mapping[int, int]) -> None:
        """Pay a debt from what has just come in: of each lot at most so much."""
        if not self.debt:
            return
        chosen = choose([self._copy(lot, free) for lot, free in came.items()], self.debt)
        paid = sum(taken for _, taken in chosen)
        if paid:
            wish = Wish(own_key("repay", after.id), "debt", after.at)
            parts = [Part(lot, -taken) for lot, taken in chosen]
            self._write(wish, Kind.REPAY, paid, parts, debt=-paid, of=after.id)

    def _write(  # noqa: PLR0913 - an entry has as many fields as it has
        self,
        wish: Wish,
        kind: Kind,
        amount: int,
        parts: Sequence[Part] = (),
        *,
        lot: NewLot | None = None,
        debt: int = 0,
        of: int | None = None,
        until: datetime | None = None,
    ) -> Entry:
        free = sum(part.free for part in parts) + (lot.amount if lot else 0)
        change = (free, sum(part.held for part in parts), debt)
        for part in parts:
            self.lots[part.lot].free += part.free
            self.lots[part.lot].held += part.held
        if lot is not None:
            self.lots[lot.id].free += lot.amount
        return self._post(wish, kind, amount, change, of=of, until=until, parts=parts, lot=lot)

    def _post(  # noqa: PLR0913 - an entry has as many fields as it has
        self,
        wish: Wish,
        kind: Kind,
        amount: int,
        change: tuple[int, int, int],
        *,
        of: int | None = None,
        until: datetime | None = None,
        parts: Sequence[Part] = (),
        lot: NewLot | None = None,
    ) -> Entry:
        number = self.new_id()
        entry = Entry(
            id=number,
            key=wish.key or own_key(kind.value, number),
            contact=self.contact,
            currency=self.currency,
            kind=kind,
            amount=amount,
            available=change[0],
            held=change[1],
            debt=change[2],
            reason=wish.reason,
            at=wish.now,
            campaign=wish.campaign,
            of=of,
            until=until,
        )
        self.available += change[0]
        self.held += change[1]
        self.debt += change[2]
        self.lines.append(Line(entry, tuple(parts), lot, wish.digest))
        return entry
