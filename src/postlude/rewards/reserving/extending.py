"""More time for a hold, once."""

from datetime import datetime

from postlude.kernel import store
from postlude.rewards.errors import NotReserved
from postlude.rewards.models import Reservation as ReservationRow
from postlude.rewards.reserving import fence, outcomes
from postlude.rewards.types.reservations import Reservation, ReservationState


def extend(org: int, key: str, until: datetime, now: datetime) -> Reservation:
    """Let a hold end later, if it is held, not past its time and was never extended.

    Else nothing changes, and the answer shows what is: compare its `expires_at`. Raises
    NotReserved. Joins the caller's transaction.
    """
    with store.write():
        row = fence.lock(org, [key]).get(key)
        if row is None:
            raise NotReserved(key=key)
        if _may(row, until, now):
            ReservationRow.objects.filter(id=row.id).update(expires_at=until, extended=True)
            row = row._replace(expires_at=until)
        return outcomes.stored([row])[key]


def _may(row: fence.Row, until: datetime, now: datetime) -> bool:
    in_time = row.expires_at is not None and now < row.expires_at < until
    return row.state == ReservationState.HELD.value and not row.extended and in_time
