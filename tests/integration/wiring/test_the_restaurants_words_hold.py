"""Sentences of the restaurant playbook, each by itself, with the playbook as it is shipped."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from postlude.kernel import clock as kernel_clock
from postlude.kernel import ids, store
from postlude.kernel.money import Money
from postlude.orders.api import Stage
from postlude.orders.models import ShopOrder
from postlude.orders.shop import rows
from postlude.orders.shop.hearing import Known
from postlude.orders.shop.rows import Line
from postlude.rules import api as rules
from postlude.sandbox.server import Sandbox
from support.months.house import House
from support.months.reading import DISCOUNT, FEEDBACK, POINTS, PROFILE
from support.months.scene import Guest, Order, Said, at

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "restaurant.yaml"
ZONE = "Europe/Moscow"
FIRST = date(2027, 2, 10)
MANY = 100_000


@pytest.fixture
def house(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    begin = at(FIRST, time(9), ZONE)
    with (
        Sandbox() as sandbox,
        kernel_clock.use(kernel_clock.FrozenClock(begin)) as clock,
    ):
        url = sandbox.url("form_gateway") + "/bonus/send-sms.html"
        monkeypatch.setenv("GATEWAY_URL", url)
        monkeypatch.setenv("GATEWAY_KEY", "sandbox-gateway-key")
        house = House(sandbox.client, clock)
        yield house


def guests(*birthdays: tuple[int, int] | None) -> list[Guest]:
    return [
        Guest(number, f"+7909158{number:04}", f"8909158{number:04}", birthday, said_yes=True)
        for number, birthday in enumerate(birthdays)
    ]


def texts(house: House, *moments: datetime) -> list[tuple[datetime, str, str]]:
    """Look at the clock at these moments; return when which phone got what."""
    found = []
    for moment in moments:
        house.go(moment)
        calls = house.work(thoroughly=False)
        found += [(moment, each.to, each.text) for each in calls if each.arrived]
    return found


def delivery(number: int, guest: int, closed: datetime) -> Order:
    opened = closed - timedelta(minutes=40)
    return Order(f"o{number}", guest, "delivery", "Site", 90_000, opened, closed, None)


def test_a_hundred_thousand_old_orders_bring_no_text(house: House) -> None:
    """They were closed before the notices were first published, the last ones a minute before."""
    house.open(PLAYBOOK, guests(*[(6, 1)] * 50))
    contacts, begin = list(house.contacts.values()), house.now()
    told = [
        rows.stored(
            house.org,
            Line(
                ids.new_id(),
                f"old-{number}",
                begin,
                None,
                Known(
                    contact=contacts[number % len(contacts)],
                    kind="delivery",
                    source="App",
                    amount=Money(90_000, "RUB"),
                    opened_at=begin - timedelta(minutes=41 + number),
                    closed_at=begin - timedelta(minutes=1 + number),
                ),
                (begin - timedelta(minutes=1 + number)).date(),
            ),
        )
        for number in range(MANY)
    ]
    with store.write():
        store.insert_many(ShopOrder, rows.COLUMNS, told)
    assert ShopOrder.objects.filter(state="closed").count() == MANY
    hours = [at(FIRST, time(hour), ZONE) for hour in range(11, 23)]
    assert [] == texts(house, *hours)

    house.order([(delivery(1, 0, house.now() + timedelta(minutes=1)), Stage.CLOSED)])
    eleven = at(FIRST + timedelta(days=1), time(11), ZONE)
    assert [(eleven, "89091580000", FEEDBACK)] == texts(house, eleven)


def test_what_closes_at_night_is_asked_about_at_eleven_and_for_a_day(house: House) -> None:
    """After 22:00 and until 11:00 sharp; what is told of more than a day late never."""
    house.open(PLAYBOOK, guests(*[None] * 6))
    night = at(FIRST, time(22), ZONE)
    assert [] == texts(house, night)
    eleven = night + timedelta(hours=13)
    house.go(eleven)
    closings = (
        night - timedelta(hours=11),
        night - timedelta(hours=11) + timedelta(seconds=1),
        night + timedelta(seconds=1),
        eleven,
        eleven + timedelta(seconds=1),
    )
    house.order(
        (delivery(number, number, closed), Stage.CLOSED) for number, closed in enumerate(closings)
    )
    phones = [each[1] for each in texts(house, eleven)]
    assert ["89091580001", "89091580002", "89091580003"] == sorted(phones)
    assert ["89091580004"] == [each[1] for each in texts(house, eleven + timedelta(hours=1))]


def test_29_february_is_greeted_as_the_28th_is(house: House) -> None:
    """14 days ahead of the 28th of a year without a 29th, and once."""
    house.open(PLAYBOOK, guests((2, 29), (2, 28), (3, 1)))
    found = [
        (when.astimezone(UTC).date(), phone, text)
        for when, phone, text in texts(
            house, *[at(FIRST + timedelta(days=day), time(13), ZONE) for day in range(25)]
        )
    ]
    assert [
        (date(2027, 2, 14), "89091580000", DISCOUNT),
        (date(2027, 2, 14), "89091580001", POINTS),
        (date(2027, 2, 15), "89091580002", DISCOUNT),
    ] == sorted(found)


@pytest.mark.parametrize(
    ("days_ago", "source", "percent"),
    [
        (-1, "till", None),
        (0, "till", 15),
        (7, "till", 15),
        (8, "till", None),
        (3, "Site", None),
        (3, "App", None),
    ],
)
def test_the_discount_of_a_birthday_is_of_its_week_and_the_till(
    house: House, days_ago: int, source: str, percent: int | None
) -> None:
    """Whatever was written to them: nothing was."""
    born = FIRST - timedelta(days=days_ago)
    house.open(PLAYBOOK, guests((born.month, born.day)))
    asked = rules.Checkout(house.contacts[0], Money(100_000, "RUB"), source=source)
    found = rules.preview(house.org, rules.ask_checkout(asked), now=house.now())
    assert ([] if percent is None else ["birthday-15"]) == [each.rule for each in found.gifts]
    if percent is not None:
        assert 1_000 * percent == found.gifts[0].value


def test_pro10_is_for_everybody_as_often_as_they_like(house: House) -> None:
    house.open(PLAYBOOK, guests(None))
    for number in range(3):
        asked = rules.Checkout(
            house.contacts[0], Money(100_000, "RUB"), source="till", coupons=("PRO10",)
        )
        until = house.now() + timedelta(minutes=15)
        request = rules.ReserveOrder(f"sale-{number}", b"sale", rules.ask_checkout(asked), until)
        order = rules.reserve(house.org, request, now=house.now())
        assert [("pro10", 10_000)] == [(each.rule, each.value) for each in order.gifts]
        rules.confirm(house.org, [f"sale-{number}"], now=house.now())


def test_who_tells_their_birthday_is_greeted_and_not_asked_for_it(house: House) -> None:
    """`profile` on the first of the month: of two who ordered, the one who has not told."""
    house.open(PLAYBOOK, guests(None, None))
    house.order(
        (delivery(each, each, house.now() - timedelta(days=2)), Stage.CLOSED) for each in (0, 1)
    )
    house.say([Said(0, house.now(), birthday=(3, 5))])
    first = at(date(2027, 3, 1), time(12, 30), ZONE)
    assert ["89091580001"] == [phone for _, phone, text in texts(house, first) if text == PROFILE]
