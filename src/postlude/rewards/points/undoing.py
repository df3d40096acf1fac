"""How much of an entry can still be undone."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from postlude.rewards.points.lots import Lot
from postlude.rewards.points.purse import Purse


def left_of_grant(  # noqa: PLR0913, PLR0917 - a sum has as many terms as it has
    purse: Purse, lot: int, amount: int, expired: int, undone: int, now: datetime
) -> int:
    """What of a grant may be taken back: not what its contact lost by expiry, nor a second time."""
    own = purse.lots.get(lot)
    over = own.free if own is not None and own.has_expired(now) else 0
    return max(0, amount - expired - over - undone)


def left_of_spend(taken: Iterable[Lot], returned: Mapping[int, int]) -> list[Lot]:
    """What of a spend may return, by lot: what it took less what came back before."""
    return [
        replace(lot, free=lot.free - returned.get(lot.id, 0))
        for lot in taken
        if lot.free > returned.get(lot.id, 0)
    ]
