"""From rows and decisions to what the asker is told."""

from collections.abc import Collection, Iterable, Mapping

from postlude.rewards.coupons import units
from postlude.rewards.reserving import lines
from postlude.rewards.reserving.deciding import Decision
from postlude.rewards.reserving.fence import Row
from postlude.rewards.reserving.lines import Line
from postlude.rewards.types.reservations import (
    Held,
    Reason,
    Refusal,
    Reservation,
    ReservationState,
    ReserveRequest,
)

_KEPT = frozenset({ReservationState.HELD, ReservationState.CONFIRMED})


def fresh(
    request: ReserveRequest, number: int, decision: Decision, codes: units.Units
) -> Reservation:
    """Tell what has just been decided."""
    if not decision.holds:
        refusals = tuple(decision.refused[place] for place in sorted(decision.refused))
        return Reservation(request.key, ReservationState.REFUSED, (), refusals, request.expires_at)
    held = tuple(
        Held(got.claim.resource, got.claim.quantity, codes.get((number, place), ()))
        for place, got in sorted(decision.got.items())
    )
    refusals = tuple(decision.refused[place] for place in sorted(decision.refused))
    return Reservation(request.key, ReservationState.HELD, held, refusals, request.expires_at)


def stored(
    rows: Collection[Row], *, replayed: bool = True, changed: Collection[str] = ()
) -> dict[str, Reservation]:
    """Tell what is stored, by key; `changed` are the keys that this very call has moved."""
    numbers = [row.id for row in rows]
    found = lines.of(numbers)
    coded = any(line.resource.startswith(units.PREFIX) for each in found.values() for line in each)
    codes = units.of(numbers) if coded else {}
    return {
        row.key: _stored(row, found.get(row.id, ()), codes, replayed and row.key not in changed)
        for row in rows
    }


def _stored(
    row: Row,
    found: Iterable[Line],
    codes: Mapping[tuple[int, int], tuple[int, ...]],
    replayed: bool,  # noqa: FBT001
) -> Reservation:
    state = ReservationState(row.state)
    held = [
        Held(line.resource, line.quantity, codes.get((row.id, line.position), ()))
        for line in found
        if line.quantity and state in _KEPT
    ]
    refusals = [
        Refusal(line.resource, Reason(line.reason), line.left) for line in found if line.reason
    ]
    return Reservation(row.key, state, tuple(held), tuple(refusals), row.expires_at, replayed)
