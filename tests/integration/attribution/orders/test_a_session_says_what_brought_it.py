"""Source, medium and campaign of an order's session; another campaign is another session (A-26)."""

from datetime import date, timedelta

import pytest

from postlude.activity.types import Campaign
from postlude.attribution import api as attribution
from postlude.kernel import clock, store
from postlude.kernel.money import Money
from support.crediting import Shop, at

SPRING, SUMMER = ("news", "email", "spring"), ("search", "cpc", "summer")


@pytest.fixture
def visited(shop) -> Shop:
    """One browser comes by a mail, goes on, comes again by an advertisement, and buys."""
    shop.browser("v1")
    shop.look("v1", at("10:00:00"))
    shop.look("v1", at("10:10:00"), campaign=SPRING)
    shop.look("v1", at("10:20:00"))
    shop.look("v1", at("10:30:00"), campaign=SUMMER)
    shop.look("v1", at("10:31:00"), campaign=SUMMER)
    shop.order("o1", at("10:40:00"), visitor="v1")
    shop.heed()
    return shop


def session(shop: Shop) -> tuple[object, Campaign]:
    [it] = attribution.credited(shop.org, shop.orders.values()).values()
    receipt = attribution.receipt(shop.org, it.order)
    assert receipt.agrees
    return it.session_started_at, it.session_campaign


def by_campaign(shop: Shop, *, wanted: bool) -> None:
    attribution.credit_within(shop.org, {}, by_campaign=wanted, now=clock.now())
    shop.look_again()


def test_a_pause_alone_parts_sessions_unless_said(visited):
    assert (at("10:00:00"), Campaign(*SPRING)) == session(visited)
    by_campaign(visited, wanted=True)
    assert (at("10:30:00"), Campaign(*SUMMER)) == session(visited)
    checked = attribution.recompute_orders(visited.org, now=clock.now(), mend=False)
    assert () == checked.differences
    by_campaign(visited, wanted=False)
    assert (at("10:00:00"), Campaign(*SPRING)) == session(visited)


def test_a_page_that_is_told_late_begins_it_sooner_or_later(visited):
    by_campaign(visited, wanted=True)
    visited.look("v1", at("10:35:00"), campaign=SPRING, late=True)
    visited.heed()
    assert (at("10:35:00"), Campaign(*SPRING)) == session(visited)


def test_orders_are_added_up_by_what_brought_them(visited):
    visited.browser("v2")
    visited.order("o2", at("11:00:00"), 500, visitor="v2")
    visited.order("till", at("11:00:00"), 9_000)
    visited.heed()
    day = date(2026, 3, 10)
    found = attribution.by_source(visited.org, day, day)
    assert [
        (Campaign(*SPRING), 1, Money(1_000, "TWD")),
        (Campaign(), 1, Money(500, "TWD")),
    ] == [(each.campaign, each.orders, each.amount) for each in found]
    assert [] == attribution.by_source(
        visited.org, day + timedelta(days=1), day + timedelta(days=2)
    )
    rows = store.rows_sql(
        "SELECT source, medium, campaign FROM attribution_facts_session WHERE org = %s "
        "ORDER BY uid",
        [visited.org],
    )
    assert [SPRING, ("", "", "")] == [tuple(row) for row in rows]
