"""Lines of the journal before they are written, and the legs that each of them stands for."""

from dataclasses import dataclass
from datetime import datetime

from postlude.rewards.points.checking import OWN
from postlude.rewards.points.lots import Part
from postlude.rewards.types.points import Entry, Kind, Leg

# The system's side of an entry; a grant's is named by its reason.
_SYSTEM = {
    Kind.SPEND: "redeemed",
    Kind.CAPTURE: "redeemed",
    Kind.REFUND: "redeemed",
    Kind.EXPIRE: "expired",
    Kind.REVERSE: "reversed",
    Kind.LEAVE: "joined",
    Kind.ARRIVE: "joined",
}


@dataclass(frozen=True, slots=True)
class NewLot:
    """The lot that a grant makes."""

    id: int
    amount: int
    available_from: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """An entry to be written, with what it does to lots.

    `digest` tells requests with one key apart; it is empty for the ledger's own entries.
    """

    entry: Entry
    parts: tuple[Part, ...] = ()
    lot: NewLot | None = None
    digest: str = ""


def legs(entry: Entry) -> list[Leg]:
    """Return the two or more sides of an entry; they sum to 0."""
    sides = {"available": entry.available, "held": entry.held, "debt": -entry.debt}
    name = f"issued:{entry.reason}" if entry.kind == Kind.GRANT else _SYSTEM.get(entry.kind, "")
    sides[name] = -sum(sides.values())
    return [Leg(entry.id, account, amount) for account, amount in sides.items() if amount]


def disagreement(line: Line) -> str:
    """Say where an entry and its parts differ; empty when they agree."""
    entry = line.entry
    free = sum(part.free for part in line.parts) + (line.lot.amount if line.lot else 0)
    held = sum(part.held for part in line.parts)
    if entry.kind in {Kind.LEAVE, Kind.ARRIVE}:  # lots change hands whole
        return "" if not line.parts else "a move has parts"
    return "" if (free, held) == (entry.available, entry.held) else f"{free}, {held}"


def own_key(what: str, *numbers: int) -> str:
    """Return the key of an entry that the ledger writes by itself."""
    return ":".join([OWN + what, *map(str, numbers)])
