"""Rotation, points and texts in one commit; what never reached anybody leaves nothing behind."""

import contextlib
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

import postlude
from postlude.channels.types import Verdict
from postlude.journeys import api as journeys
from postlude.journeys.models import Portion, Run, Turn
from postlude.journeys.recurring import freezing
from postlude.kernel import boundaries, jobs
from postlude.kernel import clock as kernel_clock
from postlude.messages import api as messages
from postlude.messages.models import Message
from postlude.messages.types import Outcome
from postlude.orders import api as orders
from postlude.orders.shop.types import ShopOrderSeen, Stage
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Give, Take

from . import notices_house
from .notices_house import BALANCE, DISCOUNT, GIFT, SHORT, Restaurants, invite

NOON = datetime(2026, 11, 21, 9, tzinfo=UTC)  # 12:00 in Moscow


@pytest.fixture
def clock():
    with kernel_clock.use(kernel_clock.FrozenClock(NOON - timedelta(days=1, hours=1))) as it:
        yield it


@pytest.fixture
def house(db, clock) -> Restaurants:
    return notices_house.build(clock)


def go(clock, when: datetime) -> None:
    clock.advance(seconds=(when - clock.now()).total_seconds())


def give(house: Restaurants, contact: int, amount: int) -> None:
    wanted = Give(f"before:{contact}", contact, amount, "order")
    rewards.give_many(house.org, [wanted], now=house.now)


def only(*ways: journeys.Way) -> journeys.Recurring:
    return invite(selections=(journeys.Selection("short", ways, who=SHORT),))


def test_the_seeds_invite(house, clock):
    """1, 2, 3, 1, 2 in the order of contacts; without a balance ① becomes ②, as that turn."""
    five = house.people(5)
    house.ordered(five, NOON - timedelta(days=40))
    give(house, five[0], 30)
    house.publish(invite())
    go(clock, NOON)
    house.work()

    assert ["balance", "gift", "discount", "gift", "gift"] == [it for _, it in house.told()]
    assert [30, 100, 0, 100, 100] == [house.points(each) for each in five]
    (first,) = [mail for mail in house.mail.sent if mail.contact == five[0]]
    assert "На счету 30 бонусов! Потрать их в новом заказе" == first.text.strip()
    assert [("long", 5)] == list(Turn.objects.values_list("selection", "turns"))


def test_points_have_their_reason_and_end_at_the_same_local_time(house, clock):
    (person,) = house.people(1)
    house.ordered([person], NOON - timedelta(days=20))
    house.publish(only(GIFT))
    go(clock, NOON)
    house.work()
    (entry,) = rewards.history(house.org, person)
    assert ("invite", 100, "invite.short") == (entry.reason, entry.amount, entry.campaign)
    ends = rewards.expiring(house.org, person, before=NOON + timedelta(days=99), now=clock.now())
    assert [(NOON + timedelta(days=14), 100)] == ends


def test_the_balance_is_that_of_the_moment_of_sending(house, clock):
    (person,) = house.people(1)
    house.ordered([person], NOON - timedelta(days=20))
    give(house, person, 30)
    house.publish(only(BALANCE, GIFT))
    go(clock, NOON)
    house.tick()
    house.walk()
    rewards.take_many(house.org, [Take("till", person, 10, "order")], now=clock.now())
    house.work()
    assert "На счету 20 бонусов" in house.mail.sent[0].text


def test_what_failed_gives_the_unspent_points_and_the_mark_back(house, clock):
    """The customer never learnt of it; what was spent stays spent, and no debt is made."""
    spent, kept = house.people(2)
    house.ordered([spent, kept], NOON - timedelta(days=20))
    house.publish(only(GIFT))
    go(clock, NOON)
    house.tick()
    house.walk()
    assert [100, 100] == [house.points(spent), house.points(kept)]
    rewards.take_many(house.org, [Take("till", spent, 60, "order")], now=clock.now())
    house.mail.answer = lambda _: Verdict("failed", "no such box")
    house.work()

    assert ([0, 0], 0) == ([house.points(spent), house.points(kept)], house.marks())
    assert 0 == rewards.balances(house.org, [spent], now=clock.now())[spent].debt
    assert {"entered": 2, "passed_over": 0, "failed": 2} == house.books()
    house.mail.answer = None
    clock.advance(days=1)
    house.work()
    assert [(spent, "gift"), (kept, "gift")] == house.told()
    assert [100, 100] == [house.points(spent), house.points(kept)]


def test_what_nobody_knows_keeps_both_until_somebody_does(house, clock):
    (person,) = house.people(1)
    house.ordered([person], NOON - timedelta(days=20))
    house.publish(only(GIFT))
    house.mail.answer = lambda _: Verdict("unknown", "the connection was lost")
    go(clock, NOON)
    house.work()
    assert (100, 1) == (house.points(person), house.marks())
    assert {"entered": 1, "passed_over": 0, "waiting": 1} == house.books()

    message = Message.objects.get().id
    failed = Outcome(message, "failed", words="it never came")
    messages.resolve_unknown(house.org, message, failed, now=clock.now())
    house.work()
    assert (0, 0) == (house.points(person), house.marks())
    assert {"entered": 1, "passed_over": 0, "failed": 1} == house.books()


def test_what_is_too_late_is_taken_back(house, clock):
    """It waited past its deadline: nobody learns of points that are given for nothing."""
    (person,) = house.people(1)
    house.ordered([person], NOON - timedelta(days=20))
    house.publish(only(GIFT))
    go(clock, NOON)
    house.tick()
    house.walk()
    clock.advance(days=2)
    messages.recover(clock.now())
    jobs.run_until_idle(groups=("pipeline",))
    assert (0, 0, []) == (house.points(person), house.marks(), house.told())


def test_whoever_cannot_be_written_to_has_no_turn_and_no_points(house, clock):
    one, _, three = house.people(1)[0], *house.people(1, consent=False), *house.people(1)
    house.ordered(sorted(house.emails), NOON - timedelta(days=20))
    house.publish(only(DISCOUNT, GIFT))
    go(clock, NOON)
    house.work()
    assert [(one, "discount"), (three, "gift")] == house.told()
    assert 2 == Turn.objects.get().turns


def test_a_birthday_is_from_tomorrow_to_in_fourteen_days(house, clock):
    """0 no, 1 yes, 14 yes, 15 no; over the turn of the year, and once for that birthday."""
    noon = datetime(2026, 12, 20, 9, tzinfo=UTC)
    people = house.people(4)
    for contact, days in zip(people, (0, 1, 14, 15), strict=True):
        day = noon + timedelta(days=days)
        house.born(contact, day.month, day.day)
    near = journeys.Condition(
        "birthday_within", {"birthday_within": {"days_before": 14, "on_the_day": False}}
    )
    gift = journeys.Way("gift", GIFT.send, journeys.Points(500, "birthday", timedelta(days=14)))
    house.publish(
        invite(
            slug="birthday",
            timetable=journeys.timetable("daily 13:00"),
            selections=(journeys.Selection("soon", (DISCOUNT, gift), who=near),),
            once_per=journeys.OncePer.BIRTHDAY,
        )
    )
    go(clock, noon + timedelta(hours=1))
    house.work()
    assert [(people[1], "discount"), (people[2], "gift")] == house.told()
    for day in range(1, 20):  # the one in 15 days comes next, nobody twice
        go(clock, noon + timedelta(days=day, hours=1))
        house.work()
    assert sorted(people[1:]) == [contact for contact, _ in house.told()]


def _closed(contact: int, number: int, at: datetime, **more) -> ShopOrderSeen:
    told = {"contact": contact, "kind": "delivery", "source": "Site", **more}
    return ShopOrderSeen(f"o{number}", Stage.CLOSED, at, **told)


def test_each_closed_order_is_asked_about_once(house, clock, monkeypatch):
    """`feedback`: several orders of one person are several messages; old ones never any."""
    monkeypatch.setattr(freezing, "PAGE", 2)
    person, other = house.people(2)
    published = clock.now()
    soon = published + timedelta(minutes=10)
    seen = [
        _closed(person, 1, published - timedelta(hours=1)),
        _closed(person, 2, soon),
        _closed(person, 3, soon),
        _closed(other, 4, soon, source="App"),
        _closed(other, 5, soon, source="till"),
        _closed(other, 6, soon, kind="hall"),
        _closed(other, 7, soon, test=True),
    ]
    seen += [_closed(other, 10 + n, published - timedelta(days=9)) for n in range(300)]
    ask = journeys.Way("ask", journeys.Letter("mail", "come-back", "service"))
    of = journeys.ClosedOrders(sources=("Site", "App"))
    house.publish(
        invite(
            slug="feedback",
            timetable=journeys.timetable("hourly 11:00 to 22:00"),
            selections=(journeys.Selection("closed", (ask,), orders=of),),
            once_per=journeys.OncePer.ORDER,
        )
    )
    clock.advance(minutes=30)
    orders.take_shop_orders(house.org, seen, now=clock.now())
    for _ in range(30):
        clock.advance(hours=1)
        house.work()
    assert Counter({person: 2, other: 1}) == Counter(contact for contact, _ in house.told())
    asked = [each["order"] for each in Message.objects.values_list("context", flat=True)]
    named = orders.shop_orders_named(house.org, ["o2", "o3", "o4"])
    assert sorted(each.id for each in named.values()) == sorted(asked)


def test_who_ordered_last_month_is_asked_for_the_birth_date(house, clock):
    """`profile`: by the calendar month of Moscow, also of who ordered again on the first."""
    run = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    inside, again, known, before, after = house.people(5)
    house.born(known, 5, 5)
    begin, end = datetime(2026, 10, 31, 21, tzinfo=UTC), datetime(2026, 11, 30, 21, tzinfo=UTC)
    go(clock, run - timedelta(hours=1))
    seen = [
        _closed(inside, 1, begin),
        _closed(again, 2, end - timedelta(seconds=1)),
        _closed(again, 3, end + timedelta(hours=1)),
        _closed(known, 4, begin),
        _closed(before, 5, begin - timedelta(seconds=1)),
        _closed(after, 6, end),
    ]
    orders.take_shop_orders(house.org, seen, now=clock.now())
    house.publish(
        invite(
            slug="profile",
            timetable=journeys.timetable("monthly 1st 12:30"),
            selections=(
                journeys.Selection(
                    "buyers",
                    (DISCOUNT,),
                    who=journeys.Condition("ordered_in_month && !birthday_known"),
                ),
            ),
            once_per=journeys.OncePer.MONTH,
        )
    )
    go(clock, run)
    house.work()
    assert [inside, again] == [contact for contact, _ in house.told()]


_NAMES = sorted(
    name
    for path in (Path(postlude.__file__).parent / "journeys" / "recurring").rglob("*.py")
    for name in re.findall(r'boundaries\.crossing\("([^"]+)"\)', path.read_text())
)
_ELSEWHERE = {"journeys.paused", "journeys.joined"}
# 14 of 40 turns are ①; seven of these people have no balance and get ② instead.
_SHARES = {"balance": 7, "gift": 20, "discount": 13}


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


def _world(house) -> None:
    people = house.people(40)
    house.people(5, consent=False)
    house.ordered(sorted(house.emails), NOON - timedelta(days=40))
    for contact in people[::6]:
        give(house, contact, 5)
    house.publish(invite())


def _lives(house, clock) -> None:
    for _ in range(8):
        house.ends_the_dead()
        house.work()
        clock.advance(minutes=1)


def _facts(house) -> tuple[object, ...]:
    turns = list(Turn.objects.values_list("selection", "turns"))
    return [subject for _, subject in house.told()], turns, house.books(), house.marks()


@pytest.fixture
def unharmed(house, clock, monkeypatch):
    monkeypatch.setattr(freezing, "PORTION", 7)
    monkeypatch.setattr(freezing, "PAGE", 14)
    _world(house)
    go(clock, NOON)
    return house


def test_unharmed_all_of_it_is_worked_off(unharmed, clock):
    _lives(unharmed, clock)
    told, turns, books, marks = _facts(unharmed)
    assert (40, [("long", 40)], 40) == (len(told), turns, marks)
    assert {"entered": 45, "passed_over": 0, "sent": 40, "blocked": 5} == books
    assert _SHARES == dict(Counter(told))
    assert 0 == Portion.objects.count()


@pytest.mark.parametrize("name", [each for each in _NAMES if each not in _ELSEWHERE])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_death_at_any_boundary_changes_nothing(unharmed, clock, monkeypatch, name, nth):
    """Nobody twice, nobody missed, still by turns."""
    left, died = [nth], []

    def crossing(where: str) -> None:
        if where == name:
            left[0] -= 1
            if left[0] == 0:
                died.append(where)
                raise Killed

    monkeypatch.setattr(boundaries, "crossing", crossing)
    with contextlib.suppress(Killed):
        _lives(unharmed, clock)
    assert died or nth == 2  # some are crossed once
    monkeypatch.setattr(boundaries, "crossing", lambda _: None)
    _lives(unharmed, clock)
    told, turns, books, marks = _facts(unharmed)
    assert _SHARES == dict(Counter(told))
    assert (40, [("long", 40)], 40) == (len(told), turns, marks)
    assert {"entered": 45, "passed_over": 0, "sent": 40, "blocked": 5} == books
    assert [None] == list(Run.objects.values_list("lease_until", flat=True))


@pytest.mark.parametrize("statement", range(0, 30, 2))
def test_a_death_inside_the_commit_undoes_all_of_it(unharmed, clock, monkeypatch, statement):
    """At any statement of a portion: marks, turns, points and messages go back together."""
    unharmed.tick()
    journeys.freeze_runs(jobs.Budget(60))
    left = [statement]

    def dies(execute, sql, params, many, context):
        if connection.in_atomic_block:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(dies), pytest.raises(Killed):
        journeys.walk_runs(jobs.Budget(60))
    assert 0 == unharmed.marks() == Turn.objects.count() == Message.objects.count()
    _lives(unharmed, clock)
    told, turns, books, _ = _facts(unharmed)
    assert _SHARES == dict(Counter(told))
    assert ([("long", 40)], 45) == (turns, books["entered"])
