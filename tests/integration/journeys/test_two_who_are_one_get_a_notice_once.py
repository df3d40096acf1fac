"""Contacts that are joined are one person: a mark of either holds for both, whenever it is made."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from postlude.journeys import api as journeys
from postlude.journeys.models import Mark, Portion, Run
from postlude.journeys.recurring import freezing, walking
from postlude.kernel import boundaries, jobs, work
from postlude.kernel import clock as kernel_clock
from postlude.kernel.models import WorkRow
from postlude.orders import api as orders
from postlude.people import api as people
from postlude.people.models import Alias
from postlude.people.types import Actor

from . import notices_house
from .notices_house import DISCOUNT, GIFT, SHORT, Restaurants, invite, plain

NOON = datetime(2026, 11, 21, 9, tzinfo=UTC)  # 12:00 in Moscow
ANN = Actor(kind="staff", id="ann")
EVERYBODY = journeys.Condition("!birthday_known")


@pytest.fixture
def house(db):
    with kernel_clock.use(kernel_clock.FrozenClock(NOON)) as clock:
        it = notices_house.build(clock)
        work.subscribe(people.JOINED, "orders", orders.on_contacts_joined)
        work.subscribe(people.JOINED, "journeys", journeys.on_contacts_joined)
        yield it


def join(house: Restaurants, child: int, head: int, *, heeded: bool = True) -> None:
    """Say that two contacts are one person; `head` speaks from now on."""
    email = house.emails[head]
    found = people.change_email(house.org, child, email, actor=ANN, now=house.now, join=True)
    assert head == found.contact
    if heeded:
        jobs.run_until_idle(groups=("pipeline",))


def days_ago(house: Restaurants, contact: int, days: float) -> None:
    house.ordered([contact], house.now - timedelta(days=days))


def next_day(house: Restaurants) -> None:
    kernel_clock._clock.advance(days=1)  # type: ignore[attr-defined]
    house.work()


PERIODS: list[dict[str, Any]] = [
    {"once_per": journeys.OncePer.EVER},
    {"once_per": journeys.OncePer.MONTH},
    {"once_per": journeys.OncePer.INACTIVITY},
    {"once_per": journeys.OncePer.INACTIVITY, "remind_again": True},
]


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("served", ["child", "head"])
def test_who_was_written_to_by_either_name_is_not_again(house, period, served) -> None:
    """Their last orders are of other days, and the person's is the later one."""
    (child,) = house.people(1, consent=served == "child")
    (head,) = house.people(1, consent=served == "head")
    days_ago(house, child, 20)
    days_ago(house, head, 16)
    first = child if served == "child" else head
    house.publish(plain(**period))
    house.work()
    assert [first] == [contact for contact, _ in house.told()]
    join(house, child, head)
    house.agree(head)
    next_day(house)
    assert [first] == [contact for contact, _ in house.told()]
    assert 1 == house.books()["sent"]


def test_an_inactivity_is_the_persons_not_the_names(house: Restaurants) -> None:
    """Written to since the last order of all names: that an order was another name's is no news."""
    (child,), (head,) = house.people(1, consent=False), house.people(1)
    days_ago(house, child, 16)
    days_ago(house, head, 20)
    house.publish(plain())
    house.work()
    assert [head] == [contact for contact, _ in house.told()]
    join(house, child, head)
    days_ago(house, head, 16)  # as the orders of the child count for the person
    next_day(house)
    assert 1 == len(house.told())


def test_a_birthday_is_kept_once(house: Restaurants) -> None:
    child, head = house.people(2)
    who = journeys.Condition(
        "birthday_within", {"birthday_within": {"days_before": 14, "on_the_day": False}}
    )
    house.born(child, 12, 1)
    house.publish(plain(who, once_per=journeys.OncePer.BIRTHDAY))
    house.work()
    assert [child] == [contact for contact, _ in house.told()]
    house.born(head, 12, 1)
    join(house, child, head)
    next_day(house)
    assert 1 == len(house.told())


def test_a_new_order_begins_anew_for_both_names(house: Restaurants) -> None:
    child, head = house.people(2)
    days_ago(house, child, 20)
    house.publish(plain())
    house.work()
    join(house, child, head)
    days_ago(house, head, 0)
    kernel_clock._clock.advance(days=15)  # type: ignore[attr-defined]
    house.work()
    assert [child, head] == [contact for contact, _ in house.told()]


@pytest.mark.parametrize("size", [1, 500])
@pytest.mark.parametrize("ways", [(GIFT, DISCOUNT), (DISCOUNT, GIFT)])
def test_joined_between_freezing_and_serving(house, monkeypatch, size, ways) -> None:
    """Both were frozen, in one portion or two: one message, one turn, balanced books."""
    monkeypatch.setattr(freezing, "PORTION", size)
    child, head, third = house.people(3)
    for contact in (child, head, third):
        days_ago(house, contact, 20)
    house.publish(invite(selections=(journeys.Selection("all", ways, who=SHORT),)))
    house.tick()
    journeys.freeze_runs(jobs.Budget(60))
    join(house, child, head)
    journeys.walk_runs(jobs.Budget(60))
    jobs.run_until_idle(groups=("pipeline", "deliver"))
    slugs = [way.name for way in ways]
    assert [(head, slugs[0]), (third, slugs[1])] == house.told()
    assert {"entered": 2, "passed_over": 1, "sent": 2} == house.books()


@pytest.mark.parametrize("walked", [0, 1, 2])
def test_joined_between_two_portions(house, monkeypatch, walked: int) -> None:
    """Whoever of the two is decided first, and whatever was decided: nobody is decided twice."""
    monkeypatch.setattr(freezing, "PORTION", 1)
    child, head = house.people(2, consent=False)
    house.publish(plain(EVERYBODY, once_per=journeys.OncePer.EVER))
    house.tick()
    journeys.freeze_runs(jobs.Budget(60))
    run = Run.objects.get()
    Run.objects.update(owner=work.OWNER)
    for _ in range(walked):
        assert (1, True) == walking._portion(run.id, house.now)
    join(house, child, head)
    house.ends_the_dead()
    journeys.walk_runs(jobs.Budget(60))
    books = house.books()
    assert 0 == Portion.objects.count()
    assert (2, max(1, walked)) == (books["entered"] + books["passed_over"], books["blocked"])
    assert {"no_consent": max(1, walked)} == house.reasons()


def test_whom_the_condition_no_longer_means_is_left_out(house: Restaurants) -> None:
    """The child stayed away; the person they turn out to be was here yesterday."""
    child, head = house.people(2)
    days_ago(house, child, 20)
    days_ago(house, head, 1)
    house.publish(plain())
    house.tick()
    journeys.freeze_runs(jobs.Budget(60))
    join(house, child, head)
    journeys.walk_runs(jobs.Budget(60))
    assert {"entered": 0, "passed_over": 1} == house.books()


def test_what_is_queued_twice_goes_once(house: Restaurants) -> None:
    """Decided for both, joined before either left: the later one is cancelled, with its points."""
    child, head = house.people(2)
    for contact in (child, head):
        days_ago(house, contact, 20)
    house.publish(invite(selections=(journeys.Selection("all", (GIFT,), who=SHORT),)))
    house.tick()
    house.walk()
    assert (100, 100, 2) == (house.points(child), house.points(head), house.marks())
    join(house, child, head)
    jobs.run_until_idle(groups=("pipeline", "deliver"))
    assert [(child, "gift")] == house.told()
    assert (100, 0, 1) == (house.points(child), house.points(head), house.marks())
    assert {"entered": 2, "passed_over": 0, "sent": 1, "blocked": 1} == house.books()
    next_day(house)
    assert 1 == len(house.told())


def test_a_death_after_the_second_was_cancelled_changes_nothing(house, monkeypatch) -> None:
    child, head = house.people(2)
    house.publish(plain(EVERYBODY, once_per=journeys.OncePer.EVER))
    house.tick()
    house.walk()
    join(house, child, head, heeded=False)

    def crossing(where: str) -> None:
        if where == "journeys.joined":
            raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(boundaries, "crossing", crossing)
        with pytest.raises(SystemExit):
            work.drain(lambda: False)
    WorkRow.objects.update(lease_until=None)
    jobs.run_until_idle(groups=("pipeline", "deliver"))
    assert [(child, "come-back")] == house.told()
    assert 1 == house.marks()


def test_other_notices_that_are_queued_stay(house: Restaurants) -> None:
    """One of each notice."""
    child, head = house.people(2)
    for contact in (child, head):
        days_ago(house, contact, 20)
    house.publish(plain())
    house.publish(plain(slug="other", letter=journeys.Letter("mail", "gift")))
    house.tick()
    house.walk()
    join(house, child, head)
    jobs.run_until_idle(groups=("pipeline", "deliver"))
    assert [(child, "come-back"), (child, "gift")] == house.told()


def test_who_is_parted_again_has_the_marks_that_were_made_for_them(house: Restaurants) -> None:
    (child,), (head,) = house.people(1), house.people(1, consent=False)
    days_ago(house, child, 20)
    house.publish(plain(EVERYBODY, once_per=journeys.OncePer.EVER))
    house.work()
    join(house, child, head)
    house.agree(head)
    next_day(house)
    assert [child] == list(Mark.objects.values_list("contact", flat=True))
    Alias.objects.all().delete()
    next_day(house)
    assert [child, head] == [contact for contact, _ in house.told()]
    next_day(house)
    assert 2 == len(house.told())
