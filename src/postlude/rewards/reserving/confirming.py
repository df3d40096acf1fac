"""Making holds final: HELD → CONFIRMED, whole or in part."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from postlude.kernel import store
from postlude.kernel.errors import AppError
from postlude.rewards.coupons import units
from postlude.rewards.errors import BadQuota, NotReserved
from postlude.rewards.quotas import counters
from postlude.rewards.reserving import fence, keeping, lines, outcomes, taking_again
from postlude.rewards.reserving.fence import Row
from postlude.rewards.reserving.lines import Line
from postlude.rewards.types.reservations import (
    Confirm,
    LateConfirm,
    Reservation,
    ReservationState,
)

Answer = Reservation | AppError
Found = Mapping[int, list[Line]]


def confirm_many(org: int, wishes: Sequence[Confirm], now: datetime) -> list[Answer]:
    """Confirm what is held; everything else answers with what it is, and changes nothing.

    What this call has made final is not `replayed`, so a caller can give with it, and once.

    NotReserved, as a value, where there is nothing (yet): it may be asked again and never makes
    anything. A hold that nobody has swept is still its owner's, whatever the time. Joins the
    caller's transaction.
    """
    firsts = {wish.key: wish for wish in reversed(wishes)}
    with store.write():
        rows = fence.lock(org, firsts.keys())
        open_rows = [row for row in rows.values() if _may(row, firsts[row.key])]
        found = lines.of([row.id for row in open_rows])
        faults = {row.key: fault for row in open_rows if (fault := _fault(row, firsts, found))}
        final = _settle(
            org, [row for row in open_rows if row.key not in faults], firsts, found, now
        )
        now_final = {row.key: row._replace(state=ReservationState.CONFIRMED.value) for row in final}
        told = outcomes.stored((rows | now_final).values(), changed=now_final)
    return [_answer(wish.key, told, faults) for wish in wishes]


def _settle(
    org: int, rows: Sequence[Row], wishes: Mapping[str, Confirm], found: Found, now: datetime
) -> list[Row]:
    """Confirm rows that may be; return those that were."""
    held = [row for row in rows if row.state == ReservationState.HELD.value]
    late = [row for row in rows if row.state != ReservationState.HELD.value]
    again = taking_again.plan(org, late, found, now)
    partial = [row for row in rows if wishes[row.key].keep]
    touched = {line.counter for row in partial for line in found.get(row.id, ()) if line.counter}
    if again.scene.left or touched:  # all of them first, and in order
        counters.lock(again.scene.left.keys() | touched)
    final = [*held, *taking_again.take(org, again, now)]
    keeping.keep([(row, wishes[row.key].keep) for row in final if wishes[row.key].keep])
    numbers = [row.id for row in final]
    fence.settle(numbers, ReservationState.CONFIRMED, now)
    if any(_has_codes(found.get(number, ())) for number in numbers):
        units.issue(numbers, now)
    return final


def _has_codes(found: Iterable[Line]) -> bool:
    return any(line.resource.startswith(units.PREFIX) for line in found)


def _may(row: Row, wish: Confirm) -> bool:
    return row.state == ReservationState.HELD.value or (
        row.state == ReservationState.EXPIRED.value and wish.late == LateConfirm.REACQUIRE
    )


def _fault(row: Row, wishes: Mapping[str, Confirm], found: Found) -> BadQuota | None:
    for resource, count in wishes[row.key].keep.items():
        asked = sum(line.asked for line in found.get(row.id, ()) if line.resource == resource)
        if not 0 <= count <= asked or not asked:
            return BadQuota(what=resource, value=count)
    return None


def _answer(
    key: str, told: Mapping[str, Reservation], faults: Mapping[str, BadQuota]
) -> Reservation | AppError:
    if key in faults:
        return faults[key]
    return told.get(key) or NotReserved(key=key)
