"""Rule orders under pressure: what is scarce goes to exactly as many as there is for."""

import threading
from collections import Counter as Tally
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections

from postlude.kernel.money import Money
from postlude.orgs import api as orgs
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks
from postlude.rewards import api as rewards
from postlude.rewards.types.reservations import ReservationState
from postlude.rules import api as rules
from postlude.rules.adapters import top_up
from postlude.rules.types import Order, Why
from support import scarce

PLAYBOOK = Path(__file__).resolve().parents[2] / "playbooks" / "gift-cards.yaml"
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
BUYERS = 64
SCARCE, ALWAYS = "opening-30", "every-200"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def org() -> int:
    playbooks.apply(PLAYBOOK, org=None, actor=Actor("cli", "ann"), now=NOW)
    return orgs.by_slug("lantern").id


def all_at_once(work, count: int, threads: int = BUYERS) -> list:
    gate = threading.Barrier(min(threads, count))

    def one(number: int):
        try:
            if number < gate.parties:
                gate.wait(60)
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(count)))


def buy(org: int, buyer: int, key: str | None = None) -> Order:
    ask = top_up.ask(top_up.TopUp(1_000 + buyer, Money(200_00, "CNY")))
    wanted = rules.ReserveOrder(key or f"sale-{buyer}", b"x", ask, NOW + timedelta(minutes=15))
    return rules.reserve(org, wanted, now=NOW)


def given(order: Order) -> set[str]:
    return {each.rule for each in order.gifts}


def test_28_have_their_coupons_and_the_29th_knows_before_paying(org: int) -> None:
    """30 places and 140 coupons are enough for 28; all others get what the next rule gives."""
    orders = all_at_once(lambda n: buy(org, n), BUYERS)
    assert Tally(SCARCE in given(each) for each in orders) == {True: 28, False: BUYERS - 28}
    assert all(given(each) == {ALWAYS} for each in orders if SCARCE not in given(each))
    assert rewards.level(org, "quota:first-30", NOW).used == 28
    assert rewards.level(org, "coupons:tea-5", NOW).left == 0
    offer = rules.preview(org, top_up.ask(top_up.TopUp(5, Money(200_00, "CNY"))), now=NOW)
    assert SCARCE not in {each.rule for each in offer.gifts}
    assert (SCARCE, Why.CLAIM) in {(each.rule, each.why) for each in offer.missed}
    assert [] == scarce.faults(org)


def test_one_key_asked_by_many_is_one_order(org: int) -> None:
    """Whoever repeats a request, and however often, has one order, and one place is held."""
    orders = all_at_once(lambda _: buy(org, 1, "same"), 16, threads=16)
    assert Tally(each.replayed for each in orders) == {False: 1, True: 15}
    assert all(each.gifts == orders[0].gifts for each in orders)
    assert rewards.level(org, "quota:first-30", NOW).used == 1


def test_confirms_and_cancels_at_once_agree_and_give_once(org: int) -> None:
    """Of a confirm and a cancel that race one wins; only the confirmed are given their bonus."""
    for buyer in range(20):
        buy(org, buyer)

    def settle(number: int) -> None:
        key = f"sale-{number % 20}"
        (rules.cancel if number % 3 == 0 else rules.confirm)(org, [key], now=NOW)

    all_at_once(settle, 120, threads=24)
    states = {n: rules.order(org, f"sale-{n}").state for n in range(20)}
    assert set(states.values()) <= {ReservationState.CONFIRMED, ReservationState.CANCELLED}
    balances = rewards.balances(org, [1_000 + n for n in states], now=NOW, currency="bonus:CNY")
    assert {n: balances[1_000 + n].available for n in states} == {
        n: 20_00 if state is ReservationState.CONFIRMED else 0 for n, state in states.items()
    }
    assert [] == scarce.faults(org)
