"""Which lots a spend takes, and what of a lot may be used at an instant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Lot:
    """What is left of one grant: `free` may be taken, `held` is promised to open holds."""

    id: int
    free: int
    held: int
    available_from: datetime
    expires_at: datetime | None
    amount: int = 0

    def has_expired(self, now: datetime) -> bool:
        """Say whether it is over at `now`; the instant of expiry itself is over."""
        return self.expires_at is not None and self.expires_at <= now

    def is_live(self, now: datetime) -> bool:
        return self.available_from <= now and not self.has_expired(now)


@dataclass(frozen=True, slots=True)
class Part:
    """What one entry did to one lot, signed."""

    lot: int
    free: int = 0
    held: int = 0


def in_order(lots: Iterable[Lot]) -> list[Lot]:
    """The earliest expiry first, then those without one, then the oldest."""
    return sorted(lots, key=lambda lot: (lot.expires_at or _NEVER, lot.id))


def choose(lots: Iterable[Lot], amount: int) -> list[tuple[int, int]]:
    """Take `amount` from the free units of these lots, in order: (lot, how much).

    It is less when there is less.
    """
    chosen, left = [], amount
    for lot in in_order(lots):
        taken = min(lot.free, left)
        if taken:
            chosen.append((lot.id, taken))
            left -= taken
    return chosen
