"""Holds past their time that nobody has swept: let go by whoever needs what they hold.

A sweeper that has died must never close a sale.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from postlude.kernel import store
from postlude.rewards.coupons import units
from postlude.rewards.models import Reservation, Reserved
from postlude.rewards.quotas import shares
from postlude.rewards.reserving import fence, lines
from postlude.rewards.types.reservations import ReservationState

_MOST_AT_ONCE = 1_000
_SUMS = """
    SELECT l.counter, SUM(l.quantity)
    FROM rewards_reservation r JOIN rewards_reserved l ON l.reservation = r.id
    WHERE r.state = 'held' AND r.expires_at <= %s AND l.counter IN ({marks})
    GROUP BY l.counter
"""


@dataclass(slots=True)
class Expired:
    """Reservations whose rows we hold, and what they hold of each counter."""

    reservations: list[int] = field(default_factory=list)
    amounts: dict[int, int] = field(default_factory=dict)


def quantities(counters: Collection[int], now: datetime) -> dict[int, int]:
    """Return how much of counters is held past its time, looking only."""
    if not counters:
        return {}
    rows = store.rows_sql(_SUMS.replace("{marks}", store.marks(counters)), [now, *counters])
    return {int(counter): int(total) for counter, total in rows}


def of_contact(org: int, contact: int | None, now: datetime) -> list[int]:
    """Return the reservations of a contact that are past their time."""
    rows = _late(now).filter(org=org, contact=contact)
    return list(rows.values_list("id", flat=True))


def lock(
    org: int, counters: Collection[int], now: datetime, *, behind: Mapping[int, int]
) -> Expired:
    """Keep the late holds of some counters for ourselves, but for those that others have in hand.

    `behind`: counters that we have locked already. A hold that needs a lock before these is left
    alone: taking it now could make two transactions wait for one another.
    """
    holding = Reserved.objects.filter(reservation=OuterRef("id"), counter__in=counters)
    rows = _late(now).filter(Exists(holding), org=org).order_by("id")
    found = list(
        rows.select_for_update(skip_locked=True).values_list("id", flat=True)[:_MOST_AT_ONCE]
    )
    return _collect(lines.of(found), behind) if found else Expired()


def _collect(found: Mapping[int, Iterable[lines.Line]], behind: Mapping[int, int]) -> Expired:
    expired = Expired()
    total: defaultdict[int, int] = defaultdict(int)
    for reservation, rows in found.items():
        held = {line.counter: line.quantity for line in rows if line.counter is not None}
        if all(counter in behind or counter > max(behind, default=0) for counter in held):
            expired.reservations.append(reservation)
            for line in rows:
                if line.counter is not None:
                    total[line.counter] += line.quantity
    expired.amounts = dict(total)
    return expired


def expire(expired: Expired, now: datetime) -> None:
    """End them. Their counters, which the caller has locked, are the caller's to move."""
    if expired.reservations:
        fence.settle(expired.reservations, ReservationState.EXPIRED, now)
        shares.drop(expired.reservations)
        units.let_go(expired.reservations)


def _late(now: datetime) -> QuerySet[Reservation, Reservation]:
    return Reservation.objects.filter(state=ReservationState.HELD.value, expires_at__lte=now)


def any_late(now: datetime) -> bool:
    return _late(now).exists()


def next_late(now: datetime, limit: int) -> list[int]:
    """Keep the next late holds of all organisations for ourselves."""
    rows: QuerySet[Reservation, Any] = _late(now).order_by("expires_at")
    found = rows.select_for_update(skip_locked=True).values_list("id", flat=True)[:limit]
    return sorted(found)
