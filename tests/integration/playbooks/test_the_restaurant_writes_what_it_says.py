"""Two weeks of the restaurant playbook through the form gateway, against a plain reading of it.

The plain reading knows people as rows of a list, and the texts as the seed has them; it never asks
Postlude anything but the order of contacts, which is the order of turns.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from postlude.journeys import api as journeys
from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs
from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.api import ShopOrderSeen, Stage
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor, CustomerSeen
from postlude.playbooks import api as playbooks
from postlude.rewards import api as rewards
from postlude.sandbox.server import Sandbox
from postlude.wiring import registry

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "restaurant.yaml"
MOSCOW = ZoneInfo("Europe/Moscow")
BEGIN = datetime(2026, 10, 20, 9, tzinfo=MOSCOW)
DAYS, PEOPLE = 14, 40
TILL = Actor("cli", "till")

FEEDBACK = "Все понравилось? Оцени заказ в приложении и получи 100 баллов!"
GIFT = "Как насчет подарков? Дарим 100 бонусов на 2 недели"
PRO10 = "Как насчет скидки? -10% по промокоду PRO10"
PROFILE = "Привет! Заполни дату рождения у себя в профиле и получи 100 бонусов на счет!"
DISCOUNT = "У вас скоро день рождения: дарим скидку 15% на всю следующую неделю"
POINTS = "С Днем рождения! Дарим 500 бонусов на 2 недели"


def balance(points: int) -> str:
    return f"На счету {points} бонусов! Потрать их в новом заказе"


@dataclass
class Person:
    """A row of the plain reading."""

    phone: str
    last: datetime
    birthday: tuple[int, int] | None
    said_yes: bool
    contact: int = 0
    invited: bool = False
    greeted: bool = False
    given: list[tuple[datetime, int]] = field(default_factory=list)

    def points(self, now: datetime) -> int:
        return sum(amount for at, amount in self.given if now < at + timedelta(days=14))


def everybody() -> list[Person]:
    """Last orders from one to 119 days ago, birthdays around the fortnight, a no here and there."""
    found = []
    for n in range(PEOPLE):
        born = BEGIN.date() + timedelta(days=(n * 5) % 40)
        found.append(
            Person(
                f"8909158{2000 + n}",
                BEGIN - timedelta(days=1 + 3 * n, hours=n % 9),
                (born.month, born.day) if n % 3 else None,
                said_yes=n % 7 != 0,
            )
        )
    return found


def plainly(everyone: list[Person], deliveries: list[str]) -> Counter[tuple[str, str]]:
    """What the playbook's words come to: how often each phone gets each text."""
    sent: Counter[tuple[str, str]] = Counter((phone, FEEDBACK) for phone in deliveries)
    turns: Counter[str] = Counter()
    in_order = sorted(everyone, key=lambda each: each.contact)
    for number in range(DAYS):
        day = BEGIN.date() + timedelta(days=number)
        invite(in_order, at(day, 12), turns, sent)
        if day.day == 1:
            profile(in_order, day, sent)
        birthday(in_order, at(day, 13), turns, sent)
    return sent


def invite(
    everyone: list[Person], noon: datetime, turns: Counter[str], sent: Counter[tuple[str, str]]
) -> None:
    two, four = noon - timedelta(weeks=2), noon - timedelta(weeks=4)
    three_months = noon.replace(month=noon.month - 3)
    ways = {"long": [GIFT, GIFT, PRO10], "short": [GIFT, GIFT]}
    for name, after, before in (("long", three_months, four), ("short", four, two)):
        for each in everyone:
            if not after < each.last < before or each.invited or not each.said_yes:
                continue
            way = turns[name] % len(ways[name])
            turns[name] += 1
            text = ways[name][way]
            if way == 0 and each.points(noon) > 0:
                text = balance(each.points(noon))
            if text == GIFT:
                each.given.append((noon, 100))
            each.invited = True
            sent[each.phone, text] += 1


def profile(everyone: list[Person], day: date, sent: Counter[tuple[str, str]]) -> None:
    month = (day - timedelta(days=1)).month
    for each in everyone:
        if each.birthday is None and each.last.astimezone(MOSCOW).month == month:
            sent[each.phone, PROFILE] += 1


def birthday(
    everyone: list[Person], one: datetime, turns: Counter[str], sent: Counter[tuple[str, str]]
) -> None:
    ahead = [(one + timedelta(days=n)).date() for n in range(1, 15)]
    soon = {(each.month, each.day) for each in ahead}
    for each in everyone:
        if each.birthday not in soon or each.greeted or not each.said_yes:
            continue
        text = (DISCOUNT, POINTS)[turns["birthday"] % 2]
        turns["birthday"] += 1
        if text == POINTS:
            each.given.append((one, 500))
        each.greeted = True
        sent[each.phone, text] += 1


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), MOSCOW)


@pytest.fixture
def house(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator["House"]:
    with (
        Sandbox() as sandbox,
        kernel_clock.use(kernel_clock.FrozenClock(BEGIN)) as clock,
    ):
        url = sandbox.url("form_gateway") + "/bonus/send-sms.html"
        monkeypatch.setenv("GATEWAY_URL", url)
        monkeypatch.setenv("GATEWAY_KEY", "sandbox-gateway-key")
        registry.register_all()
        yield House(sandbox, clock, everybody())


@dataclass
class House:
    sandbox: Sandbox
    clock: kernel_clock.FrozenClock
    everyone: list[Person]
    org: int = 0

    def open(self) -> None:
        """Apply the playbook and tell of the customers, who have all ordered before."""
        playbooks.apply(PLAYBOOK, org=None, actor=TILL, now=self.clock.now())
        self.org = orgs.by_slug("restaurant").id
        seen = [
            CustomerSeen(
                phone=each.phone,
                birthday=each.birthday,
                consents=(("sms", True),) if each.said_yes else (),
            )
            for each in self.everyone
        ]
        kept = people.upsert_customers(self.org, seen, actor=TILL, now=self.clock.now())
        for each, known in zip(self.everyone, kept, strict=True):
            each.contact = known.contact or 0
        self.closed([(each, each.last, "delivery", "App") for each in self.everyone], "past")

    def closed(self, told: list[tuple[Person, datetime, str, str]], name: str) -> None:
        seen = [
            ShopOrderSeen(
                f"{name}-{n}",
                Stage.CLOSED,
                when,
                contact=each.contact,
                kind=kind,
                source=source,
                amount=Money(150000, "RUB"),
                opened_at=when - timedelta(hours=1),
            )
            for n, (each, when, kind, source) in enumerate(told)
        ]
        orders.take_shop_orders(self.org, seen, now=self.clock.now())

    def go(self, when: datetime) -> None:
        self.clock.advance(seconds=(when - self.clock.now()).total_seconds())
        jobs.run_once("journeys.begin_runs")
        jobs.run_until_idle()

    def live(self) -> None:
        """Fourteen days: whatever is due is looked at every hour of a day, and at half past."""
        for number in range(DAYS):
            day = BEGIN.date() + timedelta(days=number)
            for hour, minute in ((11, 0), (12, 0), (12, 30), (13, 0), (22, 0)):
                self.go(at(day, hour, minute))

    def heard(self) -> Counter[tuple[str, str]]:
        return Counter((each["to"], each["text"]) for each in self.sandbox.client.texts())


def test_a_fortnight_is_what_a_plain_reading_says(house: House) -> None:
    house.open()
    young, tilled, *_ = sorted(house.everyone, key=lambda each: each.last, reverse=True)
    house.go(at(BEGIN.date(), 10))
    for each, source in ((young, "New app"), (tilled, "till")):
        each.last = at(BEGIN.date(), 9, 30)
        house.closed([(each, each.last, "delivery", source)], source)
    house.live()

    wanted = plainly(house.everyone, [young.phone])
    assert wanted == house.heard()
    kinds = {text.split("!")[0] for _, text in wanted}
    assert {each.split("!")[0] for each in (FEEDBACK, GIFT, PRO10, PROFILE, DISCOUNT, POINTS)} <= (
        kinds
    )
    now = house.clock.now()
    had = rewards.balances(house.org, [each.contact for each in house.everyone], now=now)
    assert {each.contact: each.points(now) for each in house.everyone} == {
        contact: found.available for contact, found in had.items()
    }


def test_a_first_start_writes_to_nobody_about_old_orders(house: House) -> None:
    house.open()
    for hour in range(11, 23):
        house.go(at(BEGIN.date(), hour))
    assert not [text for _, text in house.heard() if text == FEEDBACK]


def test_what_is_applied_twice_is_one_version(house: House) -> None:
    house.open()
    again = playbooks.apply(PLAYBOOK, org=None, actor=TILL, now=house.clock.now())
    assert not again.changes
    assert {"feedback", "invite", "profile", "birthday"} == {
        each.slug for each in journeys.notices(house.org, now=house.clock.now())
    }


def test_begin_is_an_instant() -> None:
    assert datetime(2026, 10, 20, 6, tzinfo=UTC) == BEGIN
