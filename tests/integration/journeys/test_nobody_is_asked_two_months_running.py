"""`profile`: once for each calendar month of orders, or, as an option, never two months running."""

from datetime import UTC, datetime, timedelta

import pytest

from postlude.journeys import api as journeys
from postlude.kernel import clock as kernel_clock
from postlude.orders import api as orders
from postlude.orders.shop.types import ShopOrderSeen, Stage

from . import notices_house
from .notices_house import DISCOUNT, Restaurants, invite

FIRSTS = [datetime(2026, month, 1, 9, 30, tzinfo=UTC) for month in (9, 10, 11, 12)]


@pytest.fixture
def clock():
    with kernel_clock.use(kernel_clock.FrozenClock(FIRSTS[0] - timedelta(days=1))) as it:
        yield it


@pytest.fixture
def house(db, clock) -> Restaurants:
    return notices_house.build(clock)


@pytest.mark.parametrize(("skip", "months"), [(False, [9, 10, 11, 12]), (True, [9, 11])])
def test_who_orders_every_month(house, clock, skip: bool, months: list[int]):
    """At 12:30 in Moscow; a second look on the same day asks nobody again."""
    (person,) = house.people(1)
    who = journeys.Condition("ordered_in_month && !birthday_known")
    house.publish(
        invite(
            slug="profile",
            timetable=journeys.timetable("monthly 1st 12:30"),
            selections=(journeys.Selection("unknown", (DISCOUNT,), who=who),),
            once_per=journeys.OncePer.MONTH,
            skip_if_sent_last_month=skip,
        )
    )
    asked = []
    for number, first in enumerate(FIRSTS):
        seen = ShopOrderSeen(f"o{number}", Stage.CLOSED, clock.now(), contact=person)
        orders.take_shop_orders(house.org, [seen], now=clock.now())
        clock.advance(seconds=(first - clock.now()).total_seconds())
        before = len(house.told())
        house.work()
        clock.advance(hours=2)
        house.work()
        asked += [first.month] * (len(house.told()) - before)
        clock.advance(days=10)
    assert months == asked
