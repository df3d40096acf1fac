"""Coupons over HTTP: used once, by whom they are, and seen by whoever may."""

import pytest

from postlude.rewards import api as rewards
from postlude.rewards.types.coupons import CouponListSpec, IssueRequest
from support import shop_rules
from support.shop_rules import Till


@pytest.fixture
def till(db, clock) -> Till:
    till = shop_rules.open_shop(clock)
    rewards.define_coupons(till.org, CouponListSpec("tea-5"))
    rewards.upload_codes(till.org, "tea-5", "TEA-1\nTEA-2\nTEA-3\n")
    rewards.issue_many(till.org, [IssueRequest("i1", "tea-5", till.contact, 2)], clock.now())
    return till


def test_a_coupon_is_used_once(till: Till) -> None:
    """The same request says the same; another finds it used; one key is one coupon."""
    first, second = (each["code"] for each in till.get(f"/coupons/{till.token}/held").json())
    done = [till.post("/coupons/redeem", {"code": first}, "r1").json() for _ in range(2)]
    assert [{"redeemed": True, "replayed": each} for each in (False, True)] == done
    again = till.post("/coupons/redeem", {"code": first}, "r2")
    assert (409, "already_redeemed") == (again.status_code, again.json()["error"]["fields"]["reason"])  # fmt: skip
    other = till.post("/coupons/redeem", {"code": second}, "r1")
    assert (409, "idempotency_key_used") == (other.status_code, other.json()["error"]["code"])
    states = {each["code"]: each["state"] for each in till.get(f"/coupons/{till.token}/held").json()}  # fmt: skip
    assert {first: "redeemed", second: "issued"} == states


def test_a_refusal_says_why_and_leaves_the_key_free(till: Till) -> None:
    """Nothing is used up by a code that is unknown, or was given to nobody yet."""
    mine = [each["code"] for each in till.get(f"/coupons/{till.token}/held").json()]
    given = {each.replace("-", "") for each in mine}
    nobodys = next(each for each in ("TEA1", "TEA2", "TEA3") if each not in given)
    for code, reason in (("NOPE", "unknown"), (nobodys, "not_issued")):
        answer = till.post("/coupons/redeem", {"code": code, "contact": till.token}, "r1")
        assert (409, reason) == (answer.status_code, answer.json()["error"]["fields"]["reason"])
        assert code not in answer.content.decode()
    assert 200 == till.post("/coupons/redeem", {"code": mine[0], "contact": till.token}, "r1").status_code  # fmt: skip
