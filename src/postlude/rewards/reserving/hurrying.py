"""The short way of a rush: everybody wants the same of one thing, and there is plenty of it.

It writes the very rows of the long way, all of them in one go, and only where each key is new and
the counter has room for all. If anything is otherwise, it undoes what it did and says so.
"""

from collections.abc import Sequence
from datetime import datetime

from postlude.kernel import ids, store, together
from postlude.rewards.coupons import units
from postlude.rewards.models import Reservation as ReservationRow
from postlude.rewards.models import Reserved
from postlude.rewards.quotas import plenty
from postlude.rewards.types.reservations import (
    Claim,
    Held,
    Reservation,
    ReservationState,
    ReserveRequest,
)


def hold(org: int, requests: Sequence[ReserveRequest], now: datetime) -> list[Reservation] | None:
    """Hold what every request wants; None where the long way has to see to it.

    The requests are sound and their keys are distinct. Joins the caller's transaction.
    """
    claim = _the_same(requests)
    hint = plenty.of(org, claim.resource) if claim else None
    if claim is None or hint is None or hint.left < claim.quantity * len(requests):
        return None
    with store.write():
        kept = _write(org, requests, claim, hint, now)
    if not kept:
        plenty.forget(org, claim.resource)
        return None
    hint.left -= claim.quantity * len(requests)
    held, state = (Held(claim.resource, claim.quantity),), ReservationState.HELD
    return [Reservation(each.key, state, held, (), each.expires_at) for each in requests]


def _the_same(requests: Sequence[ReserveRequest]) -> Claim | None:
    first = requests[0].claims
    if len(first) != 1 or first[0].resource.startswith(units.PREFIX):
        return None
    if all(each.claims is first or each.claims == first for each in requests):
        return first[0]
    return None


def _write(
    org: int, requests: Sequence[ReserveRequest], claim: Claim, hint: plenty.Hint, now: datetime
) -> bool:
    count = len(requests)
    numbers = ids.new_ids(count)
    # Sorted, so that two batches of the same keys never wait for one another.
    rows = sorted(
        (each.key, each.digest.hex(), number, each.contact, each.expires_at)
        for each, number in zip(requests, numbers, strict=True)
    )
    keys, digests, sorted_numbers, contacts, expiries = map(list, zip(*rows, strict=True))
    made = {
        "id": sorted_numbers,
        "org": org,
        "key": keys,
        "digest": digests,
        "contact": contacts,
        "state": ReservationState.HELD.value,
        "created_at": now,
        "expires_at": expiries,
        "extended": False,
        "settled_at": None,
    }
    total = claim.quantity * count
    steps = (
        together.insert(ReservationRow, made, unless=("org", "key")),
        together.insert(Reserved, _lines(numbers, claim, hint.counter)),
        together.update(plenty.TAKE, [total, hint.counter, total, org, now]),
    )
    return together.keep_if(steps, [count, count, 1])


def _lines(numbers: list[int], claim: Claim, counter: int) -> dict[str, object]:
    return {
        "reservation": numbers,
        "position": 0,
        "resource": claim.resource,
        "counter": counter,
        "asked": claim.quantity,
        "optional": claim.optional,
        "quantity": claim.quantity,
        "reason": "",
        "left": None,
    }
