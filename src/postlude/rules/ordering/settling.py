"""After the sale: confirm, cancel or reverse what was held, and give or take back with it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from postlude.kernel import store
from postlude.kernel.errors import AppError
from postlude.rewards import api as rewards
from postlude.rewards.types.reservations import (
    Confirm,
    LateConfirm,
    Reservation,
    ReservationState,
)
from postlude.rules.errors import UnknownOrder
from postlude.rules.ordering import giving, stored
from postlude.rules.types import Order

Answer = Order | AppError
Told = Reservation | AppError


def confirm(
    org: int, keys: Sequence[str], *, now: datetime, late: LateConfirm = LateConfirm.REFUSE
) -> list[Answer]:
    """Make held orders final and give what they promise, in one commit; the answers are in order.

    UnknownOrder, as a value, where nothing was written yet: it may be asked again. An order that
    has expired stays so, unless `late` says to take again what is still there. All else answers
    with what it is. Joins the caller's transaction.
    """
    with store.write():
        told = rewards.confirm_many(org, [Confirm(key, late=late) for key in keys], now)
        known = _known(org, keys, told)
        giving.give(org, _moved(known, told, ReservationState.CONFIRMED), now)
    return _answers(keys, known, told)


def cancel(org: int, keys: Sequence[str], *, now: datetime) -> list[Answer]:
    """Let go of what orders hold. An unknown key is remembered: a later try holds nothing.

    What is confirmed stays so: that is what `reverse` is for. Joins the caller's transaction.
    """
    with store.write():
        told = rewards.cancel_many(org, keys, now)
        known = _known(org, keys, told)
    return _answers(keys, known, told)


def reverse(org: int, keys: Sequence[str], *, now: datetime) -> list[Answer]:
    """Take back confirmed orders, say after a refund: places, points, coupons that are not used.

    Points that were spent become a debt, paid by the next ones. A second time changes nothing.
    Joins the caller's transaction.
    """
    with store.write():
        told = rewards.reverse_reservations(org, keys, now)
        known = _known(org, keys, told)
        giving.take_back(org, _moved(known, told, ReservationState.REVERSED), now)
    return _answers(keys, known, told)


def extend(org: int, key: str, until: datetime, *, now: datetime) -> Order:
    """Give a held order more time, once; the answer's `expires_at` says whether it was given.

    Raises UnknownOrder.
    """
    with store.write():
        found = order(org, key)
        held = rewards.extend(org, key, until, now)
        return replace(found, state=held.state, expires_at=held.expires_at or found.expires_at)


def order(org: int, key: str) -> Order:
    """Return an order as it stands. Raises UnknownOrder."""
    found = stored.orders(org, [key]).get(key)
    if found is None:
        raise UnknownOrder(key=key)
    return found


def _known(org: int, keys: Sequence[str], told: Sequence[Told]) -> dict[str, Order]:
    there = {each.key for each in told if isinstance(each, Reservation)}
    return stored.orders(org, there & set(keys)) if there else {}


def _moved(
    known: Mapping[str, Order], told: Sequence[Told], state: ReservationState
) -> list[Order]:
    """Return the orders that this very call has brought into a state.

    What was there before was given, or taken back, in the commit that brought it there: giving it
    again would count its days from another now, and undo what has become of its tags since.
    """
    fresh = {
        each.key
        for each in told
        if isinstance(each, Reservation) and each.state is state and not each.replayed
    }
    return [order for key, order in known.items() if key in fresh]


def _answers(keys: Sequence[str], known: Mapping[str, Order], told: Sequence[Told]) -> list[Answer]:
    answers: list[Answer] = []
    for key, said in zip(keys, told, strict=True):
        if key in known:
            answers.append(known[key])
        elif isinstance(said, Reservation):
            answers.append(stored.tombstone(said))
        else:
            answers.append(UnknownOrder(key=key))
    return answers
