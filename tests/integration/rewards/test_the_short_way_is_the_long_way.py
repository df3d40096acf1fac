"""A rush that takes the short way leaves the rows and the answers of the long one."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postlude.kernel import clock, ids
from postlude.orgs import api as orgs
from postlude.rewards import api as rewards
from postlude.rewards.models import Counter, Reservation, Reserved
from postlude.rewards.quotas import plenty
from postlude.rewards.reserving import hurrying
from postlude.rewards.types.quotas import Kind, QuotaSpec, Window
from postlude.rewards.types.reservations import Claim, ReservationState, ReserveRequest

QUOTAS = {
    "wide": {"limit": 1_000},
    "tight": {"limit": 7},
    "capped": {"limit": 1_000, "per_person": 1},
    "shut": {"limit": 1_000, "open": False},
    "daily": {"limit": 9, "window": Window.DAY},
}
KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=3)
ODD = st.sampled_from(["a", 'b"', "c\\", "{d,e}", "NULL", "f%s", "g;", "é"])
REQUESTS = st.tuples(ODD | KEYS, st.sampled_from([b"x", b"x", b"x", b"y"]), st.integers(0, 3))
CLAIM = st.builds(
    Claim,
    st.sampled_from([*(f"quota:{name}" for name in QUOTAS), "budget:money", "quota:wide"]),
    st.integers(1, 3),
    st.booleans(),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), st.lists(REQUESTS, min_size=1, max_size=6), CLAIM),
        st.tuples(st.just("cancel"), st.lists(ODD, min_size=1, max_size=3)),
        st.tuples(st.just("limit"), st.sampled_from(["wide", "tight"]), st.integers(0, 20)),
        st.tuples(st.just("shut"), st.just("wide"), st.booleans()),
        st.tuples(st.just("cap"), st.just("wide"), st.none() | st.just(2)),
    ),
    min_size=1,
    max_size=8,
)


def play(steps: Sequence[Any], now: Any) -> tuple[Any, ...]:
    """Do the steps in an organisation of their own; what was said, and what is stored."""
    org = orgs.create(f"s{ids.new_id()}", "S", zone="UTC", currency="EUR").id
    for name, spec in QUOTAS.items():
        rewards.define_quota(org, QuotaSpec(name, **spec))
    rewards.define_quota(org, QuotaSpec("money", 500, Kind.BUDGET, currency="EUR"))
    said: list[Any] = []
    for step in steps:
        match step:
            case ("reserve", wanted, claim):
                said.append(rewards.reserve_many(org, requests_of(wanted, claim, now), now))
            case ("cancel", keys):
                said.append(rewards.cancel_many(org, keys, now))
            case ("limit", name, limit):
                rewards.define_quota(org, QuotaSpec(name, limit))
            case ("shut", name, is_open):
                rewards.define_quota(org, QuotaSpec(name, 1_000, open=is_open))
            case ("cap", name, cap):
                rewards.define_quota(org, QuotaSpec(name, 1_000, per_person=cap))
    return [[repr(each) for each in answers] for answers in said], *stored(org)


def requests_of(wanted: Sequence[Any], claim: Claim, now: Any) -> list[ReserveRequest]:
    return [
        ReserveRequest(key, digest, contact or None, (claim,), now + timedelta(minutes=contact + 1))
        for key, digest, contact in wanted
    ]


def stored(org: int) -> tuple[Any, ...]:
    rows = {row["id"]: row for row in Reservation.objects.filter(org=org).values()}
    lines = list(Reserved.objects.filter(reservation__in=rows).values())
    keys = {number: row["key"] for number, row in rows.items()}
    quotas = dict(Counter.objects.filter(org=org).values_list("id", "quota__key"))
    for row in rows.values():
        del row["id"], row["org_id"]
    for line in lines:
        line["reservation"] = keys[line["reservation"]]
        line["counter"] = quotas.get(line["counter"])
    used = Counter.objects.filter(org=org).values_list("quota__key", "most", "used")
    return (
        sorted(map(repr, rows.values())),
        sorted(map(repr, lines)),
        sorted(used),
    )


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_the_short_way_is_the_long_way(steps, db, monkeypatch) -> None:
    now = clock.now()
    with transaction.atomic():
        short = play(steps, now)
    with monkeypatch.context() as patched, transaction.atomic():
        patched.setattr(plenty, "of", lambda _org, _name: None)
        long = play(steps, now)
    assert long == short


def test_a_rush_takes_the_short_way(org, quota, request_of, clock) -> None:
    hot = quota(50)
    now = clock.now()
    first = rewards.reserve_many(org.id, [request_of("a", hot)], now)
    wanted = [request_of(f"b{n}", hot) for n in range(40)]
    short = hurrying.hold(org.id, wanted, now)
    assert short is not None
    assert {ReservationState.HELD} == {each.state for each in [*first, *short]}
    assert 41 == rewards.level(org.id, hot, now).used
    assert set(short) == set(rewards.reservations(org.id, [each.key for each in wanted]).values())


@pytest.mark.parametrize("known", ["a", "b0", "b9"])
def test_one_known_key_sends_all_of_them_the_long_way(
    known: str, org, quota, request_of, clock
) -> None:
    """And nothing of the short one is left."""
    hot = quota(50)
    rewards.reserve_many(org.id, [request_of(key, hot) for key in ("z", known)], clock.now())
    wanted = [request_of(key, hot) for key in ("a", *(f"b{n}" for n in range(10)))]
    assert hurrying.hold(org.id, wanted, clock.now()) is None
    assert 2 == rewards.level(org.id, hot, clock.now()).used
    assert {known, "z"} == set(Reservation.objects.filter(org=org.id).values_list("key", flat=True))
    assert 2 == Reserved.objects.count()


@pytest.mark.parametrize(
    "changed", [{"limit": 5}, {"limit": 50, "open": False}, {"limit": 50, "per_person": 1}]
)
def test_a_hint_that_is_no_longer_true_gives_nothing(
    changed: dict[str, Any], org, quota, request_of, clock
) -> None:
    hot = quota(50)
    rewards.reserve_many(org.id, [request_of("a", hot)], clock.now())
    rewards.define_quota(org.id, QuotaSpec("first", **changed))
    assert plenty.of(org.id, hot) is not None
    wanted = [request_of(f"b{n}", hot) for n in range(10)]
    assert hurrying.hold(org.id, wanted, clock.now()) is None
    assert plenty.of(org.id, hot) is None
    assert 1 == rewards.level(org.id, hot, clock.now()).used
