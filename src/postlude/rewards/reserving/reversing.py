"""Giving back what was final: CONFIRMED → REVERSED, as an entry of its own."""

from collections.abc import Collection, Sequence
from datetime import datetime

from postlude.kernel import ids, store
from postlude.kernel.errors import AppError
from postlude.rewards.coupons import units
from postlude.rewards.errors import NotReserved
from postlude.rewards.models import Reversal
from postlude.rewards.quotas import counters, defining, shares
from postlude.rewards.reserving import fence, lines, outcomes
from postlude.rewards.types.reservations import Reservation, ReservationState


def reverse_many(org: int, keys: Sequence[str], now: datetime) -> list[Reservation | AppError]:
    """Take back what was confirmed under keys; what is not confirmed answers with what it is.

    Places and money can be had again. A coupon's code has been seen, so it ends, and the stock is
    that much smaller; one that was redeemed stays so. NotReserved, as a value, for an unknown key.
    What was reversed before is `replayed`. Joins the caller's transaction.
    """
    with store.write():
        rows = fence.lock(org, keys)
        final = [row for row in rows.values() if row.state == ReservationState.CONFIRMED.value]
        numbers = [row.id for row in final]
        _enter(org, numbers, now)
        fence.settle(numbers, ReservationState.REVERSED, now)
        _give_back(numbers)
        rows |= {row.key: row._replace(state=ReservationState.REVERSED.value) for row in final}
        told = outcomes.stored(rows.values(), changed={row.key for row in final})
    return [told.get(key) or NotReserved(key=key) for key in keys]


def _enter(org: int, numbers: Sequence[int], now: datetime) -> None:
    made = ids.new_ids(len(numbers))
    rows = [(made[n], org, number, now) for n, number in enumerate(numbers)]
    store.insert_many(Reversal, ("id", "org", "reservation", "at"), rows)


def _give_back(numbers: Collection[int]) -> None:
    if not numbers:
        return
    seen = {
        line.counter
        for found in lines.of(numbers).values()
        for line in found
        if line.counter is not None and line.resource.startswith(units.PREFIX)
    }
    amounts = lines.amounts(numbers)
    defining.lower({counter: amounts[counter] for counter in seen}, locking=amounts)
    counters.give_back(amounts)
    shares.drop(numbers)
    units.take_back(numbers)
