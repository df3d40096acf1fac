"""What must hold of reservations at every commit, whatever was done to them."""

from collections import Counter as Tally

from django.db import connection

from postlude.rewards.models import Counter, Coupon, Reservation, Share

_COUNTED = """
    SELECT c.id, c.used, c.most, c.ceiling, COALESCE(SUM(
        CASE WHEN r.state IN ('held', 'confirmed') THEN l.quantity ELSE 0 END), 0)
    FROM rewards_counter c
    LEFT JOIN rewards_reserved l ON l.counter = c.id
    LEFT JOIN rewards_reservation r ON r.id = l.reservation
    WHERE c.org_id = %s GROUP BY c.id, c.used, c.most, c.ceiling
"""
_CODES = """
    SELECT q.id, (SELECT COUNT(*) FROM rewards_coupon k
        WHERE k.quota_id = q.id AND k.reservation IS NOT NULL AND k.state <> 'returned'
        AND EXISTS (SELECT 1 FROM rewards_reservation r WHERE r.id = k.reservation
            AND r.state IN ('held', 'confirmed'))),
        (SELECT SUM(c.used) FROM rewards_counter c WHERE c.quota_id = q.id),
        (SELECT COUNT(*) FROM rewards_coupon k WHERE k.quota_id = q.id AND k.state = 'free'),
        q.most
    FROM rewards_quota q WHERE q.org_id = %s AND q.kind = 'coupons'
"""


def faults(org: int) -> list[str]:
    """Return everything that is wrong with the reservations of an organisation."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [org])
        for counter, used, most, ceiling, held in cursor.fetchall():
            if used != held:
                found.append(f"counter {counter}: {used} used, {held} held or confirmed")
            if not 0 <= used <= ceiling or (ceiling == most and used > most):
                found.append(f"counter {counter}: {used} of {most}, ceiling {ceiling}")
        cursor.execute(_CODES, [org])
        for quota, given, used, free, most in cursor.fetchall():
            if given != used or free != most - used:
                found.append(
                    f"list {quota}: {given} codes given, {used} used, {free} free of {most}"
                )
    return [*found, *_shares(org), *_codes(org)]


def _shares(org: int) -> list[str]:
    alive = set(
        Reservation.objects.filter(org=org, state__in=("held", "confirmed")).values_list(
            "id", flat=True
        )
    )
    counters = Counter.objects.filter(org=org).values_list("id", flat=True)
    owners = Share.objects.filter(counter__in=list(counters)).values_list("reservation", flat=True)
    return [f"a share of {each}, which holds nothing" for each in owners if each not in alive]


def _codes(org: int) -> list[str]:
    rows = Coupon.objects.filter(org=org).values_list("state", "reservation", "contact")
    tally = Tally(
        state for state, reservation, _ in rows if (state == "free") != (reservation is None)
    )
    return [f"{count} codes are {state} and yet somebody's" for state, count in tally.items()]
