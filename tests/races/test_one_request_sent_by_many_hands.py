"""A request that many hands send at once under one key is done once, and everybody hears the same."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from postlude.console.models import ApiRequest
from postlude.kernel import ids
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Give
from support import shop_rules
from support.shop_rules import Till

HANDS = 8


@pytest.fixture
def till(db, clock) -> Till:
    return shop_rules.open_shop(clock)


def at_once(one: Callable[[int], Any]) -> list[Any]:
    gate = threading.Barrier(HANDS)

    def hand(number: int) -> Any:
        try:
            gate.wait(10)
            return one(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(hand, range(HANDS)))


def grant(till: Till, units: str = "100") -> Any:
    amount = {"amount": units, "currency": "points"}
    body = {"contact": till.token, "amount": amount, "reason": "order", "days": 14}
    return till.post("/points/grant", body, "g1")


def test_looking_first_whether_it_was_done_gives_to_all(till: Till) -> None:
    """The race is real: a look and a gift apart give as often as somebody looked."""
    looked = threading.Barrier(HANDS)

    def naive(number: int) -> None:
        done = ApiRequest.objects.filter(org=till.org, key="g1").exists()
        looked.wait(10)
        if not done:
            give = Give(f"naive:{number}:{ids.new_id()}", till.contact, 100, "order")
            rewards.give_many(till.org, [give], now=till.clock.now())

    at_once(naive)
    assert 100 * HANDS == till.balance()


def test_it_is_done_once_and_all_hear_the_same(till: Till) -> None:
    """One grant with one end, whoever was first; the others are told that it is a replay."""
    answers = at_once(lambda _: grant(till))
    assert {200} == {each.status_code for each in answers}
    assert 1 == len({str(each.json()["entry"]) for each in answers})
    assert 1 == [each.json()["replayed"] for each in answers].count(False)
    assert 100 == till.balance()


def test_of_two_requests_under_one_key_one_is_done(till: Till) -> None:
    """Whichever came first stands; every hand with the other one hears 409."""
    answers = at_once(
        lambda number: (number % 2, grant(till, ("100", "7")[number % 2]).status_code)
    )
    won = {which for which, status in answers if status == 200}
    assert 1 == len(won)
    assert {409} == {status for which, status in answers if which not in won}
    assert (100, 7)[won.pop()] == till.balance()


def test_one_order_is_held_once(till: Till) -> None:
    """A top-up that is asked for by many hands under one key takes one of the two places."""
    body = {"contact": till.token, "paid": {"amount": "200.00", "currency": "CNY"}}
    answers = at_once(lambda _: till.post("/promotions/top-up", body, "sale-1"))
    assert {(200, "held")} == {(each.status_code, each.json()["state"]) for each in answers}
    assert 1 == [each.json()["replayed"] for each in answers].count(False)
    assert 1 == rewards.level(till.org, "quota:first-2", till.clock.now()).used
