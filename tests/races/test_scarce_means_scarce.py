"""However many ask at once, in whatever order: exactly as much is given as there is."""

import random
import threading
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections

from postlude.rewards import api as rewards
from postlude.rewards.models import Counter, Reservation
from postlude.rewards.reserving import cancelling, expiring
from postlude.rewards.types.coupons import CouponListSpec
from postlude.rewards.types.quotas import QuotaSpec
from postlude.rewards.types.reservations import (
    Claim,
    Confirm,
    Reason,
    ReservationState,
    ReserveRequest,
)
from support import scarce

HELD = ReservationState.HELD
THREADS = 32


def race(work: Callable[[Any], Any], items: Sequence[Any], threads: int = THREADS) -> list[Any]:
    """Deal items out to threads that begin together; what each item came to."""
    start = threading.Barrier(threads)
    out: list[Any] = [None] * len(items)

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(60)
            for place in range(number, len(items), threads):
                out[place] = work(items[place])
        finally:
            connections.close_all()

    running = [threading.Thread(target=run, args=(n,)) for n in range(threads)]
    for each in running:
        each.start()
    for each in running:
        each.join()
    return out


def request(key: str, clock, *claims: Claim, contact: int | None = None) -> ReserveRequest:
    return ReserveRequest(key, b"d", contact, claims, clock.now() + timedelta(minutes=30))


def test_read_compare_write_gives_more_than_there_is(org, clock) -> None:
    """The race is real: this is what everybody writes first."""
    rewards.define_quota(org.id, QuotaSpec("first", 20))
    met = threading.Barrier(8)

    def naive(_: int) -> bool:
        counter = Counter.objects.get(org=org.id)
        met.wait(60)
        if counter.used >= counter.most:
            return False
        Counter.objects.filter(id=counter.id).update(used=counter.used + 1)
        return True

    assert sum(race(naive, range(80), threads=8)) > 20


@pytest.mark.parametrize("cap", [None, 2])
def test_exactly_as_many_as_there_are(cap, org, clock) -> None:
    rewards.define_quota(org.id, QuotaSpec("first", 100, per_person=cap))

    def ask(n: int) -> ReservationState:
        made = request(f"k{n}", clock, Claim("quota:first"), contact=n % 70)
        return rewards.reserve(org.id, made, clock.now()).state

    assert 100 == Tally(race(ask, range(210)))[HELD]
    assert [] == scarce.faults(org.id)


def test_no_place_is_held_without_its_coupons(org, clock) -> None:
    """The first 30 get 5 coupons each, and there are 140: 28 do, and the 29th hears it at once."""
    rewards.define_quota(org.id, QuotaSpec("first-30", 30))
    rewards.define_coupons(org.id, CouponListSpec("gift"))
    rewards.generate_codes(org.id, "gift", 140)
    claims = (Claim("quota:first-30"), Claim("coupons:gift", 5))

    def ask(n: int) -> Any:
        return rewards.reserve(org.id, request(f"k{n}", clock, *claims, contact=n), clock.now())

    made = race(ask, range(64), threads=64)
    held = [each for each in made if each.state == HELD]
    assert 28 == len(held)
    units = [unit for each in held for line in each.held for unit in line.units]
    assert (140, 140) == (len(units), len(set(units)))
    assert 28 == rewards.level(org.id, "quota:first-30", clock.now()).used
    assert 36 == sum(each.state == ReservationState.REFUSED for each in made)
    seen = rewards.peek(org.id, claims, 99, clock.now())
    assert [("coupons:gift", Reason.SOLD_OUT)] == [(e.resource, e.reason) for e in seen.refusals]
    assert not seen.available
    assert [] == scarce.faults(org.id)


KEYS, LIMIT = 240, 90


def shuffled(seed: int) -> list[tuple[str, str]]:
    """Return tries, confirms, cancels and sweeps of many keys, repeated and out of order."""
    dice = random.Random(seed)
    steps = [
        (verb, f"k{n}")
        for n in range(KEYS)
        for verb in dice.choices(("try", "try", "confirm", "cancel", "expire"), k=4)
    ]
    dice.shuffle(steps)
    return steps


def act(org: int, clock) -> Callable[[tuple[str, str]], None]:
    def one(step: tuple[str, str]) -> None:
        verb, key = step
        if verb == "try":
            minutes = 30 if int(key[1:]) % 3 else 0  # a third is stale as soon as it is held
            until = clock.now() + timedelta(minutes=minutes)
            rewards.reserve(
                org, ReserveRequest(key, b"d", 1, (Claim("quota:first"),), until), clock.now()
            )
        elif verb == "confirm":
            rewards.confirm_many(org, [Confirm(key)], clock.now())
        elif verb == "cancel":
            rewards.cancel_many(org, [key], clock.now())
        else:
            expiring.sweep(clock.now(), batch=5)

    return one


def suspended(org: int, steps: Sequence[tuple[str, str]]) -> set[str]:
    """Return what is held though a cancel of it was answered: nobody will ever let it go."""
    cancelled = {key for verb, key in steps if verb == "cancel"}
    held = Reservation.objects.filter(org=org, state="held").values_list("key", flat=True)
    return cancelled & set(held)


def test_whatever_comes_twice_and_out_of_order_nothing_is_lost(org, clock) -> None:
    rewards.define_quota(org.id, QuotaSpec("first", LIMIT))
    steps = shuffled(7)
    race(act(org.id, clock), steps)
    assert set() == suspended(org.id, steps)
    assert [] == scarce.faults(org.id)
    states = dict(Reservation.objects.filter(org=org.id).values_list("key", "state"))
    race(act(org.id, clock), [step for step in steps if step[0] != "expire"])
    again = dict(Reservation.objects.filter(org=org.id).values_list("key", "state"))
    ends = {"confirmed", "cancelled", "refused", "expired"}
    assert {k: v for k, v in states.items() if v in ends}.items() <= again.items()
    assert [] == scarce.faults(org.id)


def test_without_tombstones_places_are_held_for_nobody(org, clock, monkeypatch) -> None:
    """The fence is needed: a cancel that leaves nothing behind lets a late try take a place."""
    monkeypatch.setattr(cancelling.fence, "bury", lambda org, keys, now: set(keys))
    rewards.define_quota(org.id, QuotaSpec("first", LIMIT))
    steps = shuffled(7)
    race(act(org.id, clock), steps)
    assert suspended(org.id, steps)


def test_batches_that_cross_wait_for_nobody_for_ever(org, clock) -> None:
    """Several resources in every order, in batches: no two transactions wait for one another."""
    names = [f"q{n}" for n in range(4)]
    for name in names:
        rewards.define_quota(org.id, QuotaSpec(name, 60, per_person=50))
    dice = random.Random(3)
    batches = [
        [
            request(
                f"b{n}:{m}",
                clock,
                *(Claim(f"quota:{name}") for name in dice.sample(names, 2)),
                contact=dice.randrange(3),
            )
            for m in range(8)
        ]
        for n in range(24)
    ]

    def ask(batch: list[ReserveRequest]) -> None:
        rewards.reserve_many(org.id, batch, clock.now())
        rewards.cancel_many(org.id, [each.key for each in batch[::3]], clock.now())

    race(ask, batches, threads=8)
    assert [] == scarce.faults(org.id)
