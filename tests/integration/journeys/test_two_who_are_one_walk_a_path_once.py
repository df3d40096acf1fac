"""Contacts that are joined are one person on a path, too: once in their period by any name."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from postlude.journeys import api as journeys
from postlude.kernel import boundaries, work
from postlude.kernel import clock as kernel_clock
from postlude.people import api as people
from postlude.people.types import Actor

from . import paths_house
from .paths_house import BORN, DAY, Chain, path, send

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ANN = Actor(kind="staff", id="ann")


@pytest.fixture
def clock(db):
    with kernel_clock.use(kernel_clock.FrozenClock(NOW)) as clock:
        yield clock


@pytest.fixture
def house(clock) -> Chain:
    made = paths_house.build(clock)
    work.subscribe(people.JOINED, journeys.PATHS, journeys.on_walkers_joined)
    return made


def join(house: Chain, child: int, head: int) -> None:
    found = people.change_email(
        house.org, child, house.emails[head], actor=ANN, now=house.now, join=True
    )
    assert head == found.contact


def waits(**changes: Any) -> journeys.Path:
    return path(journeys.Wait("wait", "gift", length=DAY), send("gift"), **changes)


@pytest.mark.parametrize("first", ["child", "head"])
def test_who_walked_it_by_either_name_does_not_again(house, clock, first):
    child, head = house.people(2)
    house.put_up(path(send("gift")))
    walker = child if first == "child" else head
    house.closes(walker)
    house.go_on()
    join(house, child, head)
    house.closes(child, head)
    house.go_on()
    assert [(walker, "gift")] == house.told()
    assert {"done": 1} == house.stand()


def test_of_two_walks_of_one_person_the_first_goes_on(house, clock):
    child, head = house.people(2)
    house.put_up(waits())
    house.closes(child)
    house.go_on()
    clock.advance(hours=1)
    house.closes(head)
    house.go_on()
    assert {"wait": 2} == house.stand()
    join(house, child, head)
    house.go_on()
    assert {"wait": 1, "stopped": 1} == house.stand()
    assert {"duplicate": 1} == house.steps()["wait"].blocked
    clock.advance(days=2)
    house.go_on()
    assert 1 == len(house.told())


def test_what_the_second_walk_has_queued_is_cancelled(house, clock):
    child, head = house.people(2)
    house.put_up(
        path(send("gift", "wait"), journeys.Wait("wait", "discount", length=DAY), send("discount"))
    )
    house.closes(child, head)
    house.step()
    join(house, child, head)
    house.go_on()
    assert 1 == len(house.told())
    assert {"wait": 1, "stopped": 1} == house.stand()
    clock.advance(days=1)
    house.go_on()
    assert ["discount", "gift"] == sorted(name for _, name in house.told())


def test_two_inactivities_of_one_person_are_one_until_they_order_again(house, clock):
    child, head = house.people(2)
    house.put_up(path(send("gift"), once=journeys.Once.INACTIVITY))
    clock.advance(hours=21)
    house.closes(child, at=house.now - timedelta(hours=20))
    house.go_on()
    assert [(child, "gift")] == house.told()
    join(house, child, head)
    house.closes(head, at=house.now - timedelta(hours=2))
    house.go_on()
    assert [(child, "gift")] == house.told()
    clock.advance(days=3)
    house.closes(head)
    house.go_on()
    assert [(child, "gift"), (head, "gift")] == house.told()


def test_parted_or_never_joined_walk_for_themselves(house, clock):
    one, other = house.people(2)
    house.born(one, 5, 5)
    house.put_up(path(journeys.Check("check", BORN, "gift"), send("gift")))
    house.closes(one, other)
    house.go_on()
    assert [(one, "gift")] == house.told()
    join(house, one, other)  # the one who speaks now was stopped, and has no birthday
    house.closes(other)
    house.go_on()
    assert [(one, "gift")] == house.told()


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


def test_a_death_right_after_the_news_is_heeded_changes_nothing(house, clock, monkeypatch):
    child, head = house.people(2)
    house.put_up(waits())
    house.closes(child, head)
    house.go_on()
    join(house, child, head)

    def crossing(where: str) -> None:
        if where == "journeys.walkers_joined":
            raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(boundaries, "crossing", crossing)
        house.go_on()
    house.ends_the_dead()
    house.go_on()
    assert {"wait": 1, "stopped": 1} == house.stand()
    clock.advance(days=2)
    house.go_on()
    assert 1 == len(house.told())
