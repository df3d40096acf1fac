"""Clauses 18 to 21 of the spec with its worked examples, to the second."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from postlude.activity.models import Activity
from postlude.kernel import clock as kernel_clock
from postlude.kernel import work
from postlude.kernel.jobs import Budget
from postlude.orders import api as orders
from postlude.orders.api import ShopOrderSeen, Stage
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor, Visit
from postlude.tracking import api as tracking
from postlude.tracking.judging import judge as judge_them
from postlude.tracking.models import Unjudged, Verdict
from postlude.tracking.types import Reason, TouchKind
from postlude.wiring import registry
from support.march_the_tenth import HUMAN, Tenth
from support.touching import Street

SECOND = timedelta(seconds=1)


@pytest.fixture
def to(clock, street) -> Callable[..., None]:
    """Move the clock to a time of the day."""

    def move(text: str, days: int = 0) -> None:
        target = street.moment(text, days=days)
        clock.advance(seconds=(target - kernel_clock.now()).total_seconds())

    return move


@pytest.fixture
def wired(street) -> Street:
    """The street, with news going where they go in production."""
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    return street


def judge() -> int:
    return tracking.judge_due(Budget(60))


def listen() -> None:
    work.drain(lambda: False, lane=tracking.LANE)


def test_the_first_worked_example(street, to):
    tenth = Tenth(street)
    for tell in [*tenth.opens, *tenth.clicks, *tenth.acts]:
        tell()
    to("23:00")

    assert len(HUMAN) == judge()
    verdicts = street.verdicts()
    assert HUMAN == {name: verdicts[name] for name in HUMAN}
    assert {None} == {verdicts[name] for name in verdicts if name not in HUMAN}
    assert 0 == judge()


@pytest.mark.parametrize("seed", range(6))
def test_any_order_of_arrival_ends_the_same(wired, to, seed):
    """Clicks and activities come in any order, with checks and news in between."""
    chance = random.Random(seed)
    tenth = Tenth(wired, known=seed % 2 == 0)
    tell = [*tenth.clicks, *tenth.acts]
    chance.shuffle(tell)
    to("23:00", 1)
    for each in tell:
        each()
        if chance.random() < 0.3:
            judge()
        if chance.random() < 0.3:
            listen()
    judge()
    listen()

    assert HUMAN == wired.verdicts()
    assert 0 == Unjudged.objects.count()


@pytest.mark.parametrize(
    ("seconds", "human"), [(-121, False), (-120, True), (0, True), (300, True), (301, False)]
)
def test_the_ends_of_the_window_belong_to_it(street, to, seconds, human):
    sent = street.mailing.send()
    visitor = street.browser("b1").visitor
    at = street.moment("11:00")
    street.touch("click", sent, at, visitor=visitor)
    street.act(visitor, at + seconds * SECOND)
    to("12:00")
    judge()

    assert {"click": human} == street.verdicts()


def test_half_an_hour_is_judged_and_a_second_less_is_not(street, to):
    for name, at in (("old", "10:29:59"), ("edge", "10:30:00"), ("young", "10:30:01")):
        street.touch(name, street.mailing.send(), street.moment(at))
    street.touch("open", street.mailing.send(), street.moment("10:00"), kind=TouchKind.OPEN)
    to("11:00:00")
    judge()

    assert {"old": False, "edge": False, "young": None, "open": None} == street.verdicts()


def test_an_order_tries_the_clicks_of_three_days_and_only_says_yes(wired, to):
    buyer = wired.mailing.person("buyer")
    browser = wired.browser("b1", member="buyer").visitor
    listen()
    moments = {
        "edge": wired.moment("12:00:00", days=-3),
        "out": wired.moment("11:59:59", days=-3),
        "near": wired.moment("11:59:00"),
        "alone": wired.moment("11:00:00"),
    }
    for name, at in moments.items():
        wired.touch(name, wired.mailing.send(contact=buyer), at)
        if name != "alone":
            wired.act(browser, at + SECOND)
    after = wired.moment("12:00:01")
    wired.touch("after", wired.mailing.send(contact=buyer), after)
    wired.act(browser, after)
    to("12:00:00")
    order(wired.org, "o1", wired.moment("12:00:00"), contact=buyer)
    listen()

    said = {"edge": True, "out": None, "near": True, "alone": None, "after": None}
    assert said == wired.verdicts()


def test_an_order_of_nobody_tries_the_clicks_of_its_browser(wired, to):
    guest = wired.browser("guest").visitor
    other = wired.browser("other").visitor
    to("12:00")
    at = wired.moment("11:59")
    for name, visitor in (("mine", guest), ("theirs", other)):
        wired.touch(name, wired.mailing.send(), at, visitor=visitor)
        wired.act(visitor, at)
    order(wired.org, "o1", wired.moment("12:00:00"), visitor=guest)
    listen()

    assert {"mine": True, "theirs": None} == wired.verdicts()


def test_a_late_page_view_turns_a_no_into_a_yes_and_tells(wired, to):
    """The second worked example: the view of 11:51 comes at 12:30."""
    told: list[str] = []
    work.subscribe(tracking.JUDGED, "test", lambda batch: told.extend(batch.keys))
    browser = wired.browser("b1", member="A1").visitor
    sent = wired.mailing.send(contact=wired.mailing.person("A1"))
    wired.touch("C2", sent, wired.moment("11:50"))
    to("12:25")
    judge()
    assert {"C2": False} == wired.verdicts()
    before = Verdict.objects.get()

    to("12:30")
    wired.act(browser, wired.moment("11:51"), late=True)
    listen()
    work.drain(lambda: False)

    assert {"C2": True} == wired.verdicts()
    assert {str(wired.clicks["C2"])} == set(told)
    after = Verdict.objects.get()
    assert after.judged_at > before.judged_at
    assert after.first_judged_at == before.first_judged_at


def test_a_yes_is_not_taken_back(street, to):
    browser = street.browser("b1").visitor
    street.touch("click", street.mailing.send(), street.moment("11:00"), visitor=browser)
    kept = street.act(browser, street.moment("11:01"))
    to("12:00")
    judge()
    Activity.objects.filter(id=kept).delete()
    assert 0 == judge_them(street.org, street.clicks.values(), now=kernel_clock.now())
    assert {"click": True} == street.verdicts()


def test_a_click_of_a_known_browser_is_not_spoken_for_by_another_of_its_person(street, to):
    one = street.browser("b1", member="A1").visitor
    two = street.browser("b2", member="A1").visitor
    sent = street.mailing.send(contact=street.mailing.person("A1"))
    street.touch("known", sent, street.moment("11:00"), visitor=one)
    street.touch("unknown", sent, street.moment("11:00"), link=1)
    street.act(two, street.moment("11:01"))
    to("12:00")
    judge()

    assert {"known": False, "unknown": True} == street.verdicts()


def test_another_organisation_speaks_for_nobody(street, to):
    other = orgs.create("other", "Other", zone="Asia/Taipei", currency="TWD")
    browser = street.browser("b1").visitor
    street.touch("click", street.mailing.send(), street.moment("11:00"), visitor=browser)
    Street.act(_of(street, other.id), browser, street.moment("11:01"))
    to("12:00")
    judge()

    assert {"click": False} == street.verdicts()


def test_who_logs_in_later_speaks_for_their_clicks(wired, to):
    contact = wired.mailing.person("A1")
    guest = wired.browser("b1").visitor
    wired.touch("click", wired.mailing.send(contact=contact), wired.moment("11:00"))
    wired.act(guest, wired.moment("11:01"))
    to("12:00")
    judge()
    assert {"click": False} == wired.verdicts()

    login = Visit(cid="b1".ljust(16, "x"), at=wired.moment("12:00"), member="A1")
    people.visit_many(wired.org, [login], now=wired.moment("12:00"))
    listen()

    assert {"click": True} == wired.verdicts()


def test_who_is_one_person_speaks_for_both_and_parted_no_more(wired, to):
    actor = Actor("system", "test")
    one, two = wired.mailing.person("A1"), wired.mailing.person("A2")
    browser = wired.browser("b2", member="A2").visitor
    wired.touch("click", wired.mailing.send(contact=one), wired.moment("11:00"))
    wired.act(browser, wired.moment("11:01"))
    to("12:00")
    listen()
    judge()
    assert {"click": False} == wired.verdicts()

    people.merge(wired.org, one, two, why="one person", actor=actor, now=kernel_clock.now())
    listen()
    assert {"click": True} == wired.verdicts()

    people.unmerge(wired.org, one, why="two persons", actor=actor, now=kernel_clock.now())
    listen()
    assert {"click": False} == wired.verdicts()


def test_a_machine_that_runs_the_page_leaves_a_sign(wired, to):
    browser = wired.browser("b1").visitor
    wired.touch("click", wired.mailing.send(), wired.moment("11:00"), visitor=browser)
    wired.act(browser, wired.moment("11:00:01"), machine=True)
    to("12:00")
    judge()
    assert {"click": True} == wired.verdicts()
    assert Reason.DRIVEN in wired.reasons()["click"]

    wired.act(browser, wired.moment("11:02"), late=True)
    listen()
    assert Reason.DRIVEN not in wired.reasons()["click"]


def test_a_test_mail_is_not_judged(street, to):
    street.touch("click", street.mailing.send(testing=True), street.moment("11:00"))
    to("12:00")

    assert 0 == judge()
    assert {"click": None} == street.verdicts()


def order(org, uid, at, **whose):
    seen = ShopOrderSeen(uid=uid, stage=Stage.OPENED, at=at, **whose)
    orders.take_shop_orders(org, [seen], now=at)


def _of(street: Street, org: int) -> Street:
    """Return the same street under another organisation, without its people."""
    other = object.__new__(Street)
    other.__dict__.update(street.__dict__, org=org)
    return other
