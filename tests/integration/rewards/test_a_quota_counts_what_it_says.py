"""Limits count for each person, each local day or month, and may be moved while things are held."""

from datetime import UTC, datetime, timedelta

import pytest

from postlude.kernel.errors import AppError
from postlude.orgs import api as orgs
from postlude.rewards import api as rewards
from postlude.rewards.types.quotas import Kind, QuotaSpec, Window
from postlude.rewards.types.reservations import Claim, Confirm, Reason, ReservationState

HELD, REFUSED = ReservationState.HELD, ReservationState.REFUSED


def test_one_person_gets_no_more_than_the_cap(org, clock, quota, request_of) -> None:
    first = quota(10, per_person=2)
    requests = [request_of(f"k{n}", first, contact=7) for n in range(3)]
    made = rewards.reserve_many(org.id, requests, clock.now())
    assert [HELD, HELD, REFUSED] == [each.state for each in made]
    assert Reason.PER_PERSON == made[2].refusals[0].reason
    rewards.cancel_many(org.id, ["k0"], clock.now())
    again = rewards.reserve(org.id, request_of("k4", first, contact=7), clock.now())
    assert HELD == again.state
    assert HELD == rewards.reserve(org.id, request_of("k5", first, contact=8), clock.now()).state


def test_a_capped_quota_needs_a_person(org, clock, quota, request_of) -> None:
    first = quota(10, per_person=2)
    made = rewards.reserve(org.id, request_of("k", first), clock.now())
    assert Reason.PER_PERSON == made.refusals[0].reason


def test_part_of_a_capped_hold_gives_its_shares_back(org, clock, quota, request_of) -> None:
    first = quota(10, per_person=3)
    rewards.reserve(org.id, request_of("k", Claim(first, 3), contact=7), clock.now())
    rewards.confirm_many(org.id, [Confirm("k", {first: 1})], clock.now())
    two = request_of("l", Claim(first, 2), contact=7)
    assert HELD == rewards.reserve(org.id, two, clock.now()).state
    assert REFUSED == rewards.reserve(org.id, request_of("m", first, contact=7), clock.now()).state


def test_a_lowered_limit_refuses_new_and_keeps_old(org, clock, quota, request_of) -> None:
    first = quota(5)
    rewards.reserve_many(org.id, [request_of(f"k{n}", first) for n in range(4)], clock.now())
    quota(2)
    assert REFUSED == rewards.reserve(org.id, request_of("x", first), clock.now()).state
    level = rewards.level(org.id, first, clock.now())
    assert (2, 4, 0) == (level.limit, level.used, level.left)
    rewards.confirm_many(org.id, [Confirm("k0")], clock.now())
    rewards.cancel_many(org.id, ["k1", "k2", "k3"], clock.now())
    assert HELD == rewards.reserve(org.id, request_of("y", first), clock.now()).state
    quota(9)
    assert 7 == rewards.level(org.id, first, clock.now()).left


@pytest.mark.parametrize(
    "turn",
    [
        (Window.DAY, datetime(2023, 9, 1, 16, tzinfo=UTC)),
        (Window.MONTH, datetime(2023, 9, 30, 16, tzinfo=UTC)),
    ],
)
def test_a_window_turns_at_local_midnight(turn, org, clock, quota, request_of) -> None:
    window, following = turn
    same = following - timedelta(seconds=1)
    first = quota(1, window=window)
    long = request_of("a", first, minutes=60 * 24 * 60)
    assert HELD == rewards.reserve(org.id, long, clock.now()).state
    assert not rewards.peek(org.id, [Claim(first)], None, same).available
    rewards.confirm_many(org.id, [Confirm("a")], clock.now())
    assert REFUSED == rewards.reserve(org.id, request_of("b", first), same).state
    assert rewards.peek(org.id, [Claim(first)], None, following).available
    assert HELD == rewards.reserve(org.id, request_of("c", first), following).state
    assert 1 == rewards.level(org.id, first, following).used


def test_a_cancel_gives_back_to_the_window_it_came_from(org, clock, quota, request_of) -> None:
    first = quota(1, window=Window.DAY)
    rewards.reserve(org.id, request_of("a", first, minutes=3000), clock.now())
    clock.advance(days=1)
    rewards.reserve(org.id, request_of("b", first), clock.now())
    rewards.cancel_many(org.id, ["a"], clock.now())
    assert 1 == rewards.level(org.id, first, clock.now()).used


@pytest.mark.parametrize(
    "spec",
    [
        QuotaSpec("", 1),
        QuotaSpec("k", -1),
        QuotaSpec("k", 1, per_person=0),
        QuotaSpec("k", 1, Kind.BUDGET),
        QuotaSpec("k", 1, currency="TWD"),
        QuotaSpec("k", 1, Kind.BUDGET, per_person=1, currency="TWD"),
        QuotaSpec("k", 1, Kind.COUPONS),
    ],
)
def test_what_cannot_be_a_quota_is_none(spec, org) -> None:
    with pytest.raises(AppError) as error:
        rewards.define_quota(org.id, spec)
    assert "rewards.bad_quota" == error.value.code


def test_what_was_counted_in_a_window_stays_in_it(org, quota) -> None:
    quota(5)
    with pytest.raises(AppError):
        quota(5, window=Window.DAY)


def test_another_organisation_has_nothing_of_it(org, clock, quota, request_of) -> None:
    first = quota(5)
    rewards.reserve(org.id, request_of("k", first), clock.now())
    other = orgs.create("other", "Other", zone="UTC", currency="EUR").id
    made = rewards.reserve(other, request_of("k", first), clock.now())
    assert Reason.UNKNOWN_RESOURCE == made.refusals[0].reason
    assert {} == rewards.reservations(other, ["nothing"])
    with pytest.raises(AppError):
        rewards.level(other, first, clock.now())
    rewards.cancel_many(other, ["k"], clock.now())
    assert HELD == rewards.reservations(org.id, ["k"])["k"].state
