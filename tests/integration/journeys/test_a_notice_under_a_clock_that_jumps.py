"""The clock jumps while notices run: a day ahead and back, an hour back. Nobody twice, nobody lost."""

from datetime import UTC, datetime, timedelta

import pytest

from postlude.journeys.models import Run
from postlude.journeys.recurring import freezing
from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs, set_back
from postlude.messages import api as messages

from . import notices_house
from .notices_house import Restaurants, invite

NOON = datetime(2026, 11, 21, 9, tzinfo=UTC)  # 12:00 in Moscow
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def clock(db):
    with kernel_clock.use(kernel_clock.FrozenClock(NOON - HOUR)) as it:
        yield it


@pytest.fixture
def house(clock) -> Restaurants:
    return notices_house.build(clock)


def set_to(clock, when: datetime) -> None:
    clock.advance(seconds=(when - clock.now()).total_seconds())


def works(house: Restaurants) -> None:
    """What the scheduler and its workers do, with their housekeeping."""
    set_back.wake(house.now)
    messages.recover(house.now)
    house.work()


def heard(house: Restaurants) -> list[int]:
    return sorted(contact for contact, _ in house.told())


def test_a_day_ahead_and_back_nobody_hears_twice(house, clock):
    """The run of that day has been by then; whoever it could not know is in the next one."""
    early = house.people(3)
    house.ordered(early, NOON - timedelta(days=20))
    house.publish(invite())
    set_to(clock, NOON + DAY)  # the clock is wrong by a day
    works(house)
    assert early == heard(house)
    set_to(clock, NOON)
    late = house.people(2)
    house.ordered(late, NOON - timedelta(days=18))
    for hours in (0, 1, 24, 25):
        set_to(clock, NOON + hours * HOUR)
        works(house)
    assert sorted([*early, *late]) == heard(house)
    assert 2 == Run.objects.count()
    assert 5 == house.books()["sent"]


def test_decided_a_day_ahead_it_goes_when_the_clock_is_right(house, clock):
    """It was decided and not yet sent: it does not wait for the day that the clock showed."""
    people = house.people(4)
    house.ordered(people, NOON - timedelta(days=20))
    house.publish(invite())
    set_to(clock, NOON + DAY)
    house.tick()
    house.walk()
    assert [] == house.told()
    set_to(clock, NOON + timedelta(minutes=1))
    works(house)
    assert people == heard(house)
    assert {"entered": 4, "passed_over": 4, "sent": 4} == house.books()  # by today's run


def test_an_hour_back_in_the_middle_of_a_run(house, clock, monkeypatch):
    """Half of the people are served; the run goes on, and the same noon begins no other."""
    monkeypatch.setattr(freezing, "PORTION", 2)
    monkeypatch.setattr(freezing, "PAGE", 4)
    people = house.people(10)
    house.ordered(people, NOON - timedelta(days=20))
    house.publish(invite())
    set_to(clock, NOON + timedelta(minutes=30))
    house.tick()
    house.ends_the_dead()
    freezing.freeze_runs(jobs.Budget(60))
    set_to(clock, NOON - timedelta(minutes=30))
    for minutes in range(0, 120, 15):
        set_to(clock, NOON + timedelta(minutes=minutes - 30))
        works(house)
    assert people == heard(house)
    assert 1 == Run.objects.count()
    assert {"entered": 10, "passed_over": 0, "sent": 10} == house.books()
