"""Views of one order in any order of arrival, told again, beside what pages tell of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from postlude.kernel.money import Money
from postlude.orders.shop.hearing import Known, hear
from postlude.orders.shop.standing import stand
from postlude.orders.shop.types import ShopOrderSeen, ShopOrderStanding, Stage

BEGIN = datetime(2026, 3, 10, 4, tzinfo=UTC)


def view(minute: int, stage: Stage, amount: int = 1000, **more) -> ShopOrderStanding:
    at = BEGIN + timedelta(minutes=minute)
    return ShopOrderStanding(
        "1", stage, at, at, BEGIN, Money(amount, "TWD"), source="shopify", **more
    )


LIVES = {
    "bought and paid": [view(0, Stage.OPENED), view(1, Stage.CLOSED)],
    "partly given back": [
        view(0, Stage.OPENED),
        view(1, Stage.CLOSED),
        view(9, Stage.CLOSED, 400),
    ],
    "given back": [view(0, Stage.OPENED), view(1, Stage.CLOSED), view(9, Stage.CANCELLED)],
    "never paid": [view(0, Stage.OPENED), view(5, Stage.CANCELLED)],
    "paid in the second it was made": [view(0, Stage.OPENED), view(0, Stage.CLOSED)],
    "edited in one second": [
        view(0, Stage.OPENED),
        view(1, Stage.CLOSED),
        view(1, Stage.CLOSED, 7),
    ],
    "whose it was came late": [view(0, Stage.OPENED), view(1, Stage.CLOSED, contact=7)],
}


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_every_order_of_arrival_ends_the_same_and_repeats_change_nothing(life) -> None:
    ends = []
    for order in permutations([*life, life[-1]]):
        known = Known()
        for each in order:
            known = stand(known, each)
        assert known == stand(known, life[0])
        ends.append(known)
    assert all(each == ends[0] for each in ends)
    newest = life[-1]
    assert (newest.stage, newest.amount) == (ends[0].state, ends[0].amount)


def test_it_was_closed_when_a_view_first_said_so() -> None:
    views = [view(1, Stage.CLOSED), view(9, Stage.CLOSED, 400)]
    for order in (views, views[::-1]):
        known = stand(stand(Known(), order[0]), order[1])
        assert views[0].at == known.closed_at


@pytest.mark.parametrize("first", [True, False])
def test_what_a_page_tells_adds_its_browser_and_nothing_else(first) -> None:
    page = ShopOrderSeen("1", Stage.OPENED, BEGIN, amount=Money(1, "TWD"), visitor=5)
    known = Known() if first else stand(Known(), view(1, Stage.CLOSED))
    known = hear(known, page) or known
    if first:
        known = stand(known, view(1, Stage.CLOSED))
    assert (5, Money(1000, "TWD"), Stage.CLOSED) == (known.visitor, known.amount, known.state)
    closing = replace(page, stage=Stage.CLOSED, visitor=None)
    again = hear(known, closing)
    assert again is not None
    assert (known.amount, known.closed_at) == (again.amount, again.closed_at)
