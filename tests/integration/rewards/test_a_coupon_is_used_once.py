"""A code goes to one person, is used once, and is never given to another after it was seen."""

from datetime import timedelta

import pytest
from django.db import connection

from postlude.orgs import api as orgs
from postlude.rewards import api as rewards
from postlude.rewards.errors import KeyTaken, UnknownQuota
from postlude.rewards.models import Coupon
from postlude.rewards.types.coupons import (
    CouponListSpec,
    CouponState,
    IssueRequest,
    NotRedeemed,
    RedeemRequest,
)
from postlude.rewards.types.reservations import Claim, Confirm, Reason, ReservationState


@pytest.fixture
def gifts(org) -> int:
    rewards.define_coupons(org.id, CouponListSpec("gifts", valid_days=10))
    rewards.upload_codes(org.id, "gifts", "code\nAAA\nBBB\nCCC\n")
    return org.id


def issue(org: int, clock, key: str = "k", contact: int = 7, quantity: int = 1):
    return rewards.issue_many(org, [IssueRequest(key, "gifts", contact, quantity)], clock.now())[0]


def redeem(org: int, clock, code: str, key: str = "r", contact: int | None = 7):
    return rewards.redeem(org, RedeemRequest(key, code, contact), clock.now())


def test_issued_redeemed_and_that_is_all(gifts, clock) -> None:
    issued = issue(gifts, clock, quantity=2)
    assert ["AAA", "BBB"] == [each.code for each in issued.coupons]
    assert issued.coupons == issue(gifts, clock, quantity=2).coupons
    assert redeem(gifts, clock, " aa-a ").reason is None
    assert redeem(gifts, clock, "AAA").replayed
    assert NotRedeemed.ALREADY_REDEEMED == redeem(gifts, clock, "AAA", key="other").reason
    with pytest.raises(KeyTaken):
        redeem(gifts, clock, "BBB")
    states = [(each.code, each.state) for each in rewards.held(gifts, 7, clock.now())]
    assert [("AAA", CouponState.REDEEMED), ("BBB", CouponState.ISSUED)] == states
    with connection.cursor() as cursor:
        cursor.execute("SELECT list, contact, state FROM rewards_facts_coupon WHERE contact = 7")
        assert {("gifts", 7, "redeemed"), ("gifts", 7, "issued")} == set(cursor.fetchall())


def test_a_refusal_says_why_and_takes_nothing(gifts, clock) -> None:
    issue(gifts, clock)
    assert NotRedeemed.UNKNOWN == redeem(gifts, clock, "XXX").reason
    assert NotRedeemed.NOT_ISSUED == redeem(gifts, clock, "BBB").reason
    assert NotRedeemed.NOT_YOURS == redeem(gifts, clock, "AAA", contact=8).reason
    other = orgs.create("other", "Other", zone="UTC", currency="EUR").id
    assert NotRedeemed.UNKNOWN == redeem(other, clock, "AAA").reason
    clock.advance(days=10)
    assert NotRedeemed.EXPIRED == redeem(gifts, clock, "AAA").reason
    assert rewards.held(gifts, 7, clock.now())[0].expired
    assert redeem(gifts, clock, "AAA", contact=None).reason == NotRedeemed.EXPIRED


def test_at_a_till_whoever_shows_it_may_use_it(gifts, clock) -> None:
    issue(gifts, clock)
    assert redeem(gifts, clock, "AAA", contact=None).reason is None


def test_a_held_code_goes_back_but_a_seen_one_ends(gifts, clock, request_of) -> None:
    three = Claim("coupons:gifts", 3)
    held = rewards.reserve(gifts, request_of("h", three, contact=1), clock.now())
    assert 3 == len(held.held[0].units)
    assert [] == rewards.held(gifts, 1, clock.now())
    rewards.cancel_many(gifts, ["h"], clock.now())
    assert 3 == Coupon.objects.filter(state="free", contact=None).count()
    issue(gifts, clock, quantity=2)
    redeem(gifts, clock, "AAA")
    (made,) = rewards.reverse_reservations(gifts, ["k"], clock.now())
    assert ReservationState.REVERSED == made.state
    states = dict(Coupon.objects.values_list("code", "state"))
    assert {"AAA": "redeemed", "BBB": "returned", "CCC": "free"} == states
    assert NotRedeemed.RETURNED == redeem(gifts, clock, "BBB", key="x").reason
    level = rewards.level(gifts, "coupons:gifts", clock.now())
    assert (1, 0, 1) == (level.limit, level.used, level.left)
    refused = issue(gifts, clock, key="l", quantity=2)
    assert Reason.NOT_ENOUGH == refused.refusals[0].reason
    assert 1 == len(issue(gifts, clock, key="m").coupons)


def test_part_of_a_hold_of_coupons_is_confirmed(gifts, clock, request_of) -> None:
    rewards.reserve(gifts, request_of("h", Claim("coupons:gifts", 3), contact=1), clock.now())
    rewards.confirm_many(gifts, [Confirm("h", {"coupons:gifts": 2})], clock.now())
    assert ["AAA", "BBB"] == [each.code for each in rewards.held(gifts, 1, clock.now())]
    assert ["CCC"] == [each.code for each in issue(gifts, clock).coupons]


def test_a_list_that_has_ended_gives_nothing(org, clock) -> None:
    ends = clock.now() + timedelta(days=1)
    rewards.define_coupons(org.id, CouponListSpec("gifts", per_person=1, expires_at=ends))
    assert 5 == rewards.generate_codes(org.id, "gifts", 5)
    assert 0 == rewards.generate_codes(org.id, "gifts", 5)
    coupon = issue(org.id, clock).coupons[0]
    assert ends == coupon.expires_at
    assert 14 == len(coupon.code)
    assert Reason.PER_PERSON == issue(org.id, clock, key="again").refusals[0].reason
    clock.advance(days=1)
    assert Reason.OFFLINE == issue(org.id, clock, key="late", contact=9).refusals[0].reason
    assert NotRedeemed.EXPIRED == redeem(org.id, clock, coupon.code).reason


def test_a_file_is_taken_once_and_whole_or_not_at_all(gifts, clock) -> None:
    again = rewards.upload_codes(
        gifts, "gifts", "\ufeffname;code\n".replace(";", ",") + "x,bbb\ny,DDD\n"
    )
    assert (1, 1, ()) == (again.added, again.known, again.errors)
    rewards.define_coupons(gifts, CouponListSpec("more"))
    bad = rewards.upload_codes(gifts, "more", 'EEE\nAAA\n" "\n\nÜÜÜ\nEE-E\nx,\n')
    assert [(2, "elsewhere"), (5, "bad_code"), (6, "twice")] == [
        (each.line, each.code) for each in bad.errors
    ][:3]
    assert 0 == rewards.level(gifts, "coupons:more", clock.now()).limit
    assert 4 == rewards.level(gifts, "coupons:gifts", clock.now()).limit
    with pytest.raises(UnknownQuota):
        rewards.upload_codes(gifts, "none", "A")
