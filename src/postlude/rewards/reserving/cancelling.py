"""Letting go: HELD → CANCELLED.

And none → CANCELLED, so that a try that comes later takes nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from postlude.kernel import store
from postlude.rewards.reserving import fence, outcomes
from postlude.rewards.reserving.releasing import release
from postlude.rewards.types.reservations import Reservation, ReservationState


def cancel_many(org: int, keys: Sequence[str], now: datetime) -> list[Reservation]:
    """Let go of what is held under keys; what is not held answers with what it is.

    An unknown key gets a tombstone. Joins the caller's transaction.
    """
    with store.write():
        rows = fence.lock(org, keys)
        missing = set(keys) - rows.keys()
        buried = fence.bury(org, missing, now) if missing else set()
        # What was neither there nor could be buried: a try that we have waited for.
        rows |= fence.lock(org, missing - buried) if missing - buried else {}
        held = [row for row in rows.values() if row.state == ReservationState.HELD.value]
        numbers = [row.id for row in held]
        fence.settle(numbers, ReservationState.CANCELLED, now)
        release(numbers)
        rows |= {row.key: row._replace(state=ReservationState.CANCELLED.value) for row in held}
        told = outcomes.stored(rows.values())
    tombstone = {key: Reservation(key, ReservationState.CANCELLED) for key in buried}
    return [(told | tombstone)[key] for key in keys]
