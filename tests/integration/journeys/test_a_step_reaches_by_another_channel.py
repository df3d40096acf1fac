"""A text of a journey in steps has an order of channels of its own, at each step another."""

from datetime import UTC, datetime

import pytest

from postlude.journeys import api as journeys
from postlude.kernel import clock as kernel_clock
from postlude.people import api as people

from . import paths_house
from .paths_house import DAY, Chain, path
from .test_a_letter_falls_back_to_another_channel import GONE, House, chain, passed

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)  # 12:00 in Moscow
PUSH_FIRST = journeys.Letter("app", "gift", or_else=journeys.Letter("mail", "gift"))
CHAT_FIRST = journeys.Letter("chat", "come-back", or_else=PUSH_FIRST)
POINTS = journeys.Points(100, "welcome")


class Steps(Chain, House):
    """A chain of restaurants with an app and a chat beside the mails."""


@pytest.fixture
def clock(db):
    with kernel_clock.use(kernel_clock.FrozenClock(NOW)) as it:
        yield it


@pytest.fixture
def house(clock) -> Steps:
    made = paths_house.build(clock)
    house = Steps(made.org, made.mail)
    house.clock = clock
    house.channel("app", "push")
    house.channel("chat", "line")
    house.put_up(
        path(
            journeys.Send("gift", PUSH_FIRST, POINTS, "wait"),
            journeys.Wait("wait", "again", DAY),
            journeys.Send("again", CHAT_FIRST),
        )
    )
    return house


def test_each_step_has_its_own_order(house, clock):
    """Nobody waits for a text: they walk on, whatever it is reached by."""
    both, bare = sorted(house.people(2))
    house.reached_by(both, "push")
    house.reached_by(both, "line")
    house.closes(both, bare)
    house.go_on()
    assert {"app": [both], "mail": [bare]} == house.went()
    assert [("app", "no_address")] == passed(house, bare)
    clock.advance(days=1)
    house.go_on()
    assert {"app": [both], "mail": [bare, bare], "chat": [both]} == house.went()
    assert [("chat", "no_address"), ("app", "no_address")] == passed(house, bare)
    assert {"done": 2} == house.stand()


def test_what_definitely_fails_goes_on_to_the_next_and_counts_once(house, clock):
    (person,) = house.people(1)
    house.reached_by(person, "push")
    house.app.answer = lambda _: GONE
    house.closes(person)
    house.go_on()
    assert [("push", "failed", None), ("email", "accepted", 0)] == chain(house, person)
    step = house.steps()["gift"]
    assert (1, 1, 0, 100) == (step.entered, step.sent, step.failed, house.points(person))
    assert {"wait": 1} == house.stand()


def test_where_the_last_fails_too_the_points_and_the_mark_go_back(house, clock):
    """A walk of which nothing arrived leaves nothing: a later order begins it anew."""
    (person,) = house.people(1)
    house.app.answer = house.mail.answer = lambda _: GONE
    house.reached_by(person, "push")
    house.closes(person)
    house.go_on()
    assert (1, 0) == (house.steps()["gift"].failed, house.points(person))
    clock.advance(days=1)
    house.go_on()
    assert ["order.closed:"] == sorted({each[:13] for each in house.marked()})
    house.app.answer = house.mail.answer = None
    house.closes(person)
    house.go_on()
    assert ({"app": [person]}, 100) == (house.went(), house.points(person))


def test_whoever_says_no_meanwhile_gets_no_next_text(house):
    (person,) = house.people(1)
    house.reached_by(person, "push")
    house.app.answer = lambda _: GONE
    house.closes(person)
    house.step()
    people.set_consent(house.org, person, "email", granted=False, source="t", now=house.now)
    house.go_on()
    assert [("push", "failed", None)] == chain(house, person)
    assert ({}, 1) == (house.went(), house.steps()["gift"].failed)
