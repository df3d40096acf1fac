"""Time is up: HELD → EXPIRED."""

from datetime import datetime

from postlude.kernel import store
from postlude.kernel.jobs import Budget
from postlude.rewards.reserving import fence, stale
from postlude.rewards.reserving.releasing import release
from postlude.rewards.types.reservations import ReservationState

_BATCH = 200


def expire(budget: Budget) -> int:
    """Let go of what is past its time, oldest first, until nothing is or the budget is spent.

    What another transaction has in hand is left for the next sweep. Returns how many ended.
    """
    total = 0
    while not budget.spent():
        done = sweep(budget.now())
        total += done
        if not done:
            break
    return total


def sweep(now: datetime, *, batch: int = _BATCH) -> int:
    """Let go of one batch; return how many ended."""
    if not stale.any_late(now):  # a look first: on SQLite it would queue for the pen
        return 0
    with store.write():
        numbers = stale.next_late(now, batch)
        fence.settle(numbers, ReservationState.EXPIRED, now)
        release(numbers)
    return len(numbers)
