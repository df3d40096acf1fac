"""What a purse is worth at an instant: a pure reading, whatever the sweeps have done so far."""

from dataclasses import replace
from datetime import datetime
from itertools import count

from postlude.rewards.points.purse import Purse
from postlude.rewards.types.points import Balance


def balance_of(purse: Purse, now: datetime) -> Balance:
    """Count as if everything that time has done by `now` were posted; `purse` is left alone."""
    seen = seen_at(purse, now)
    live = sum(lot.free for lot in seen.spendable(now))
    coming = sum(lot.free for lot in seen.lots.values() if lot.available_from > now)
    return Balance(purse.contact, purse.currency, live, seen.held, coming, seen.debt)


def seen_at(purse: Purse, now: datetime) -> Purse:
    """Return a copy of a purse in which holds that have run out are released."""
    seen = replace(
        purse,
        new_id=count().__next__,
        lots={number: replace(lot) for number, lot in purse.lots.items()},
        holds=dict(purse.holds),
        lines=[],
    )
    seen.run_out(now)
    return seen
