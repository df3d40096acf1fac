"""Everything that is scarce, and how much of each is held, used and left now."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Count, Sum

from postlude.orgs import api as orgs
from postlude.rewards.models import Counter as CounterRow
from postlude.rewards.models import Coupon, Quota, Reservation, Reserved
from postlude.rewards.quotas.windows import label
from postlude.rewards.types.quotas import Kind, Stock, Window
from postlude.rewards.types.reservations import ReservationState


def stocks(org: int, now: datetime) -> tuple[Stock, ...]:
    """Return every quota, budget and list of coupons, by kind and key, in its window of `now`.

    What is held past its time counts as left: whoever asks for it next gets it.
    """
    quotas = list(Quota.objects.filter(org=org).order_by("kind", "key"))
    day = orgs.local_day(org, now)
    counters = {(row.quota_id, row.window): row for row in CounterRow.objects.filter(org=org)}
    mine = {
        quota.id: counters.get((quota.id, label(Window(quota.window), day))) for quota in quotas
    }
    held, late = _held(org, now)
    codes = _codes(org)
    found = []
    for quota in quotas:
        row = mine[quota.id]
        used = (row.used - late[row.id]) if row else 0
        waiting = held[row.id] if row else 0
        found.append(
            Stock(
                resource=f"{quota.kind}:{quota.key}",
                kind=Kind(quota.kind),
                limit=quota.most,
                held=waiting,
                used=used - waiting,
                per_person=quota.per_person,
                window=Window(quota.window),
                currency=quota.currency,
                open=quota.open and (quota.closes_at is None or now < quota.closes_at),
                codes=codes.get(quota.id, {}),
            )
        )
    return tuple(found)


def _held(org: int, now: datetime) -> tuple[Counter[int], Counter[int]]:
    """Return what is held of each counter, in time and past it."""
    held, late = Counter[int](), Counter[int]()
    waiting = Reservation.objects.filter(org=org, state=ReservationState.HELD.value)
    for sums, rows in (
        (held, waiting.filter(expires_at__gt=now)),
        (late, waiting.filter(expires_at__lte=now)),
    ):
        lines = Reserved.objects.filter(reservation__in=rows.values("id"), counter__isnull=False)
        for counter, quantity in lines.values_list("counter").annotate(Sum("quantity")):
            sums[counter] += quantity
    return held, late


def _codes(org: int) -> Mapping[int, dict[str, int]]:
    """Return how many codes of each list are in which state."""
    found: dict[int, dict[str, int]] = {}
    rows = Coupon.objects.filter(org=org).values_list("quota", "state").annotate(Count("id"))
    for quota, state, count in rows:
        found.setdefault(quota, {})[state] = count
    return found
