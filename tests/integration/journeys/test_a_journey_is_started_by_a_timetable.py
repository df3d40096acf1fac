"""Journeys that look for people: everybody for whom a condition holds, or who newly fits it."""

from datetime import UTC, datetime, timedelta

import pytest

from postlude.journeys import api as journeys
from postlude.journeys.models import Inside, Intake
from postlude.journeys.paths import looking
from postlude.journeys.recurring.timetables import parse
from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs

from . import paths_house
from .notices_house import SHORT
from .paths_house import BORN, Chain, path, send

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)  # 11:00 in Moscow
DAILY = parse("daily 12:00")


@pytest.fixture
def clock(db):
    with kernel_clock.use(kernel_clock.FrozenClock(NOW)) as clock:
        yield clock


@pytest.fixture
def house(clock, monkeypatch) -> Chain:
    monkeypatch.setattr(looking, "PAGE", 2)
    return paths_house.build(clock)


def daily(who: journeys.Condition = BORN, **changes: object) -> journeys.Path:
    newly = bool(changes.pop("newly", False))
    inside = bool(changes.pop("inside_already", False))
    trigger = journeys.Selected(DAILY, who, newly=newly, inside_already=inside)
    return path(send("gift"), trigger=trigger, **changes)


def born(house: Chain, *contacts: int) -> None:
    for contact in contacts:
        house.born(contact, 5, 5)


def test_everybody_for_whom_it_holds_enters_once_in_the_period(house, clock):
    five = house.people(5)
    born(house, *five[:3])
    house.put_up(daily(once=journeys.Once.MONTH))
    house.go_on()
    assert [] == house.told()  # it is 11:00
    clock.advance(hours=1)
    house.go_on()
    assert five[:3] == [contact for contact, _ in house.told()]
    born(house, five[3])
    clock.advance(days=1)
    house.go_on()
    assert five[:4] == [contact for contact, _ in house.told()]
    clock.advance(days=9)  # 1 December
    house.go_on()
    assert 8 == len(house.told())
    assert [3, 4, 4] == list(Intake.objects.order_by("id").values_list("selected", flat=True))
    assert [0, 3, 0] == list(Intake.objects.order_by("id").values_list("passed_over", flat=True))


def test_an_inactivity_is_walked_once_and_a_new_order_begins_another(house, clock):
    (person,) = house.people(1)
    house.ordered([person], NOW - timedelta(days=20))
    house.put_up(daily(SHORT, once=journeys.Once.INACTIVITY))
    clock.advance(hours=1)
    house.go_on()
    clock.advance(days=1)
    house.go_on()
    assert 1 == len(house.told())
    house.ordered([person], clock.now() - timedelta(days=15))
    clock.advance(days=1)
    house.go_on()
    assert 2 == len(house.told())


def test_who_newly_fits_enters_and_coming_back_counts_again(house, clock):
    inside, comes, later = house.people(3)
    house.ordered([inside], NOW - timedelta(days=20))
    house.put_up(daily(SHORT, newly=True, once=journeys.Once.EACH))
    clock.advance(hours=1)
    house.go_on()
    assert ([], 1) == (house.told(), Inside.objects.count())  # the first look only notes them
    house.ordered([comes], clock.now() - timedelta(days=20))
    clock.advance(days=1)
    house.go_on()
    assert [comes] == [contact for contact, _ in house.told()]
    house.ordered([comes], clock.now())  # out again
    clock.advance(days=1)
    house.go_on()
    assert (1, 1) == (len(house.told()), Inside.objects.count())
    house.ordered([comes, later], clock.now() - timedelta(days=20))
    clock.advance(days=1)
    house.go_on()
    house.go_on()
    assert [comes, comes, later] == [contact for contact, _ in house.told()]


def test_who_is_inside_already_may_be_meant_too(house, clock):
    people = house.people(3)
    born(house, *people)
    house.put_up(daily(newly=True, inside_already=True, once=journeys.Once.EACH))
    for _ in range(2):
        clock.advance(hours=1 if not house.told() else 24)
        house.go_on()
        assert people == [contact for contact, _ in house.told()]


def test_another_condition_looks_anew(house, clock):
    old, new = house.people(2)
    born(house, old)
    house.ordered([new], NOW - timedelta(days=20))
    house.put_up(daily(newly=True, once=journeys.Once.EACH))
    clock.advance(hours=1)
    house.go_on()
    house.put_up(daily(SHORT, newly=True, once=journeys.Once.EACH))
    clock.advance(days=1)
    house.go_on()
    assert ([], [new]) == (house.told(), list(Inside.objects.values_list("contact", flat=True)))


def test_a_look_is_as_of_its_own_time_and_is_made_up_for_once(house, clock):
    (person,) = house.people(1)
    house.ordered([person], datetime(2026, 10, 24, 9, 30, tzinfo=UTC))  # 4 weeks at 12:30
    house.put_up(daily(SHORT))
    clock.advance(hours=5)  # the scheduler slept until 16:00
    house.go_on()
    assert [person] == [contact for contact, _ in house.told()]
    house.go_on()
    assert 1 == Intake.objects.count()


def test_what_was_due_before_it_was_published_is_not_made_up_for(house, clock):
    (person,) = house.people(1)
    born(house, person)
    clock.advance(hours=2)
    house.put_up(daily())
    house.go_on()
    assert [] == house.told()


def test_two_schedulers_look_once(house, clock):
    house.put_up(daily())
    clock.advance(hours=1)
    assert 1 == sum(journeys.begin_looks(jobs.Budget(20)) for _ in range(4))


def test_a_look_waits_for_the_one_before(house, clock):
    born(house, *house.people(5))
    house.put_up(daily(newly=True, inside_already=True, once=journeys.Once.EACH))
    clock.advance(hours=1)
    journeys.begin_looks(jobs.Budget(20))
    clock.advance(days=1)
    journeys.begin_looks(jobs.Budget(20))
    first, _ = Intake.objects.order_by("id")
    Intake.objects.filter(id=first.id).update(owner="another", lease_until=NOW + timedelta(10_000))
    assert 0 == journeys.look(jobs.Budget(20))
    house.ends_the_dead()
    house.go_on()
    assert 5 == len(house.told())
    assert (5, 0) == tuple(Intake.objects.order_by("id").values_list("selected", flat=True))


def test_where_the_condition_begins_to_hold_only_at_a_check_it_is_asked_then(house, clock):
    """Who is looked for as of the look's time, and a check as of the walk's."""
    (person,) = house.people(1)
    house.ordered([person], NOW - timedelta(days=27))
    trigger = journeys.Selected(DAILY, SHORT)
    house.put_up(
        path(
            journeys.Wait("wait", "check", length=timedelta(days=2)),
            journeys.Check("check", SHORT, "gift"),
            send("gift"),
            trigger=trigger,
        )
    )
    clock.advance(hours=1)
    house.go_on()
    clock.advance(days=2)
    house.go_on()
    assert ({"filtered": 1}, []) == (house.steps()["check"].blocked, house.told())
