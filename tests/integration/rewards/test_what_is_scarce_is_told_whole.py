"""Of everything scarce: what is used, what is held for whom has not paid, and what is left."""

from datetime import UTC, datetime, timedelta

import pytest

from postlude.orgs import api as orgs
from postlude.rewards import api as rewards
from postlude.rewards.reserving.expiring import sweep
from postlude.rewards.types.coupons import CouponListSpec
from postlude.rewards.types.quotas import Kind, QuotaSpec, Window
from postlude.rewards.types.reservations import Claim, Confirm, ReserveRequest

NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)


@pytest.fixture
def house(db: None) -> int:
    org = orgs.create("lantern", "Lantern", zone="Asia/Shanghai", currency="CNY").id
    rewards.define_quota(org, QuotaSpec("first", 10))
    rewards.define_quota(org, QuotaSpec("daily", 5, window=Window.DAY))
    rewards.define_quota(org, QuotaSpec("spring", 100_00, Kind.BUDGET, currency="CNY"))
    rewards.define_coupons(org, CouponListSpec("tea"))
    rewards.generate_codes(org, "tea", 8)
    return org


def reserve(org: int, key: str, minutes: int = 15) -> None:
    claims = (
        Claim("quota:first"),
        Claim("quota:daily"),
        Claim("budget:spring", 20_00),
        Claim("coupons:tea", 2),
    )
    until = NOW + timedelta(minutes=minutes)
    rewards.reserve(org, ReserveRequest(key, b"x", None, claims, until), NOW)


def told(org: int, now: datetime = NOW) -> dict[str, tuple[int, int, int]]:
    return {each.resource: (each.used, each.held, each.left) for each in rewards.stocks(org, now)}


def test_held_becomes_used_or_is_left_again(house: int) -> None:
    """One is confirmed, one waits, one runs out, swept or not: each is where it belongs."""
    for key in ("paid", "waits"):
        reserve(house, key, 60)
    reserve(house, "late", 1)
    rewards.confirm_many(house, [Confirm("paid")], NOW)
    assert told(house) == {
        "budget:spring": (20_00, 40_00, 40_00),
        "coupons:tea": (2, 4, 2),
        "quota:daily": (1, 2, 2),
        "quota:first": (1, 2, 7),
    }
    later = NOW + timedelta(minutes=2)
    wanted = {
        "budget:spring": (20_00, 20_00, 60_00),
        "coupons:tea": (2, 2, 4),
        "quota:daily": (1, 1, 3),
        "quota:first": (1, 1, 8),
    }
    assert told(house, later) == wanted
    sweep(later)
    assert told(house, later) == wanted


def test_a_window_begins_anew(house: int) -> None:
    """What was used yesterday of a daily quota is not used today."""
    reserve(house, "paid")
    rewards.confirm_many(house, [Confirm("paid")], NOW)
    tomorrow = told(house, NOW + timedelta(days=1))
    assert (tomorrow["quota:daily"], tomorrow["quota:first"]) == ((0, 0, 5), (1, 0, 9))


def test_codes_are_counted_by_state_and_another_organisation_has_none(house: int) -> None:
    """Of a list it is told how many codes are free, held and out."""
    reserve(house, "paid")
    reserve(house, "waits")
    rewards.confirm_many(house, [Confirm("paid")], NOW)
    tea = next(each for each in rewards.stocks(house, NOW) if each.kind is Kind.COUPONS)
    assert dict(tea.codes) == {"free": 4, "held": 2, "issued": 2}
    other = orgs.create("rival", "Rival", zone="Asia/Shanghai", currency="CNY").id
    assert rewards.stocks(other, NOW) == ()
