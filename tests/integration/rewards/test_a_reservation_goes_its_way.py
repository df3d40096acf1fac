"""A reservation moves through its states as the drawing says, and answers the same every time."""

from datetime import timedelta

import pytest

from postlude.rewards import api as rewards
from postlude.rewards.errors import KeyTaken, NotReserved
from postlude.rewards.reserving import expiring
from postlude.rewards.types.quotas import Kind
from postlude.rewards.types.reservations import (
    Claim,
    Confirm,
    LateConfirm,
    Reason,
    ReservationState,
)

HELD, REFUSED, CONFIRMED, CANCELLED, EXPIRED, REVERSED = ReservationState


def used(org, resource, clock) -> int:
    return rewards.level(org.id, resource, clock.now()).used


def test_held_until_it_is_sold_out(org, clock, quota, request_of) -> None:
    first = quota(2)
    made = rewards.reserve_many(org.id, [request_of(f"k{n}", first) for n in range(3)], clock.now())
    assert [HELD, HELD, REFUSED] == [each.state for each in made]
    assert (Reason.SOLD_OUT, 0) == (made[2].refusals[0].reason, made[2].refusals[0].left)
    assert 2 == used(org, first, clock)


def test_a_replay_tells_what_came_of_it(org, clock, quota, request_of) -> None:
    first = quota(1)
    for key, state in (("a", HELD), ("b", REFUSED)):
        once = rewards.reserve(org.id, request_of(key, first), clock.now())
        again = rewards.reserve(org.id, request_of(key, first), clock.now())
        assert state == once.state
        assert (False, True) == (once.replayed, again.replayed)
        assert (once.held, once.refusals) == (again.held, again.refusals)
    assert 1 == used(org, first, clock)


def test_another_request_under_the_same_key_is_an_error(org, clock, quota, request_of) -> None:
    first = quota(5)
    one, other = request_of("k", first, digest=b"1"), request_of("k", first, digest=b"2")
    rewards.reserve(org.id, one, clock.now())
    with pytest.raises(KeyTaken) as taken:
        rewards.reserve(org.id, other, clock.now())
    assert 409 == taken.value.http_status
    in_one = [request_of("x", first, digest=b"1"), request_of("x", first, digest=b"2")]
    held, error = rewards.reserve_many(org.id, in_one, clock.now())
    assert HELD == held.state
    assert isinstance(error, KeyTaken)
    assert 2 == used(org, first, clock)


def test_a_cancel_that_comes_first_leaves_a_tombstone(org, clock, quota, request_of) -> None:
    first = quota(5)
    assert [CANCELLED] == [each.state for each in rewards.cancel_many(org.id, ["k"], clock.now())]
    assert CANCELLED == rewards.reserve(org.id, request_of("k", first), clock.now()).state
    assert 0 == used(org, first, clock)


@pytest.mark.parametrize("end", [CANCELLED, EXPIRED, REFUSED])
def test_a_try_after_the_end_takes_nothing(end, org, clock, quota, request_of) -> None:
    first = quota(0 if end == REFUSED else 1)
    request = request_of("k", first)
    rewards.reserve(org.id, request, clock.now())
    if end == CANCELLED:
        rewards.cancel_many(org.id, ["k"], clock.now())
    if end == EXPIRED:
        clock.advance(minutes=30)
        assert 1 == expiring.sweep(clock.now())
    assert end == rewards.reserve(org.id, request, clock.now()).state
    assert 0 == used(org, first, clock)


def test_a_confirm_of_nothing_is_a_retriable_error(org, clock) -> None:
    (error,) = rewards.confirm_many(org.id, [Confirm("k")], clock.now())
    assert isinstance(error, NotReserved)
    assert (404, True) == (error.http_status, error.retriable)
    assert {} == rewards.reservations(org.id, ["k"])


def test_confirmed_stays_taken_whatever_comes(org, clock, quota, request_of) -> None:
    first = quota(1)
    rewards.reserve(org.id, request_of("k", first), clock.now())
    for _ in range(2):
        (made,) = rewards.confirm_many(org.id, [Confirm("k")], clock.now())
        assert CONFIRMED == made.state
    assert [CONFIRMED] == [each.state for each in rewards.cancel_many(org.id, ["k"], clock.now())]
    clock.advance(hours=1)
    assert 0 == expiring.sweep(clock.now())
    assert 1 == used(org, first, clock)


def test_a_late_confirm_is_refused(org, clock, quota, request_of) -> None:
    first = quota(1)
    rewards.reserve(org.id, request_of("k", first), clock.now())
    clock.advance(minutes=30)
    expiring.sweep(clock.now())
    (made,) = rewards.confirm_many(org.id, [Confirm("k")], clock.now())
    assert EXPIRED == made.state
    assert 0 == used(org, first, clock)


def test_a_late_confirm_may_take_again_what_is_there(org, clock, quota, request_of) -> None:
    first = quota(1)
    rewards.reserve(org.id, request_of("k", first), clock.now())
    clock.advance(minutes=30)
    expiring.sweep(clock.now())
    rewards.reserve(org.id, request_of("quick", first), clock.now())
    late = Confirm("k", late=LateConfirm.REACQUIRE)
    (made,) = rewards.confirm_many(org.id, [late], clock.now())
    assert EXPIRED == made.state
    assert Reason.SOLD_OUT == made.refusals[0].reason
    rewards.cancel_many(org.id, ["quick"], clock.now())
    (made,) = rewards.confirm_many(org.id, [late], clock.now())
    assert CONFIRMED == made.state
    assert 1 == used(org, first, clock)


def test_part_of_a_hold_is_confirmed_and_the_rest_goes_back(org, clock, quota, request_of) -> None:
    money = quota(1000, kind=Kind.BUDGET, currency="TWD")
    rewards.reserve(org.id, request_of("k", Claim(money, 600)), clock.now())
    (made,) = rewards.confirm_many(org.id, [Confirm("k", {money: 250})], clock.now())
    assert 250 == made.held[0].quantity
    assert 250 == used(org, money, clock)
    (again,) = rewards.confirm_many(org.id, [Confirm("k", {money: 100})], clock.now())
    assert made.held == again.held


def test_more_than_was_held_cannot_be_confirmed(org, clock, quota, request_of) -> None:
    first = quota(10)
    rewards.reserve(org.id, request_of("k", Claim(first, 2)), clock.now())
    (error,) = rewards.confirm_many(org.id, [Confirm("k", {first: 3})], clock.now())
    assert "rewards.bad_quota" == error.code
    assert HELD == rewards.reservations(org.id, ["k"])["k"].state


def test_a_hold_is_extended_once(org, clock, quota, request_of) -> None:
    first = quota(1)
    made = rewards.reserve(org.id, request_of("k", first), clock.now())
    later = made.expires_at + timedelta(minutes=10)
    assert later == rewards.extend(org.id, "k", later, clock.now()).expires_at
    even_later = later + timedelta(minutes=10)
    assert later == rewards.extend(org.id, "k", even_later, clock.now()).expires_at
    clock.advance(minutes=35)
    assert 0 == expiring.sweep(clock.now())
    clock.advance(minutes=5)
    assert 1 == expiring.sweep(clock.now())


def test_what_is_confirmed_can_be_reversed_once(org, clock, quota, request_of) -> None:
    first = quota(1)
    rewards.reserve(org.id, request_of("k", first), clock.now())
    (held,) = rewards.reverse_reservations(org.id, ["k"], clock.now())
    assert HELD == held.state
    rewards.confirm_many(org.id, [Confirm("k")], clock.now())
    for _ in range(2):
        (made,) = rewards.reverse_reservations(org.id, ["k"], clock.now())
        assert REVERSED == made.state
        assert 0 == used(org, first, clock)
    (error,) = rewards.reverse_reservations(org.id, ["unknown"], clock.now())
    assert isinstance(error, NotReserved)


def test_a_full_house_lets_go_of_what_nobody_swept(org, clock, quota, request_of) -> None:
    """A sweeper that has died never closes a sale."""
    first = quota(2, per_person=1)
    for n in range(2):
        rewards.reserve(org.id, request_of(f"old{n}", first, contact=n), clock.now())
    clock.advance(minutes=30)
    assert rewards.peek(org.id, [Claim(first)], 1, clock.now()).available
    made = rewards.reserve(org.id, request_of("new", first, contact=1), clock.now())
    assert HELD == made.state
    assert EXPIRED == rewards.reservations(org.id, ["old1"])["old1"].state
    assert 1 == used(org, first, clock)


def test_all_claims_or_none(org, clock, quota, request_of) -> None:
    places, gifts = quota(10, "places"), quota(3, "gifts")
    wanted = (places, Claim(gifts, 2))
    made = rewards.reserve_many(
        org.id, [request_of("a", *wanted), request_of("b", *wanted)], clock.now()
    )
    assert [HELD, REFUSED] == [each.state for each in made]
    assert [(gifts, Reason.NOT_ENOUGH, 1)] == [
        (each.resource, each.reason, each.left) for each in made[1].refusals
    ]
    assert (1, 2) == (used(org, places, clock), used(org, gifts, clock))


def test_an_optional_claim_may_fail_by_itself(org, clock, quota, request_of) -> None:
    places, gifts = quota(1, "places"), quota(0, "gifts")
    made = rewards.reserve(
        org.id, request_of("a", Claim(gifts, 1, optional=True), places), clock.now()
    )
    assert HELD == made.state
    assert [places] == [each.resource for each in made.held]
    assert [gifts] == [each.resource for each in made.refusals]
    again = rewards.reserve(
        org.id, request_of("a", Claim(gifts, 1, optional=True), places), clock.now()
    )
    assert (made.held, made.refusals) == (again.held, again.refusals)


def test_what_does_not_exist_or_is_closed_is_refused(org, clock, quota, request_of) -> None:
    closed = quota(5, open=False)
    made = rewards.reserve(org.id, request_of("a", closed, "quota:no", "nonsense"), clock.now())
    assert [Reason.OFFLINE, Reason.UNKNOWN_RESOURCE, Reason.UNKNOWN_RESOURCE] == [
        each.reason for each in made.refusals
    ]


def test_it_is_undone_with_the_callers_transaction(org, clock, quota, request_of) -> None:
    from postlude.kernel import store

    first = quota(5)
    with pytest.raises(RuntimeError), store.write():
        rewards.reserve(org.id, request_of("a", first), clock.now())
        rewards.reserve_many(org.id, [request_of("b", first)], clock.now())
        raise RuntimeError
    assert 0 == used(org, first, clock)
    assert {} == rewards.reservations(org.id, ["a", "b"])
