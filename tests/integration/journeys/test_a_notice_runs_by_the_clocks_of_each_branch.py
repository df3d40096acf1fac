"""A chain in several zones: each customer hears at noon of the branch they ordered at last."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from postlude.journeys import api as journeys
from postlude.journeys.models import Run, SendAttempt
from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs
from postlude.messages.models import Message
from postlude.orders import api as orders
from postlude.orders.models import Buyer
from postlude.orders.shop.types import ShopOrderSeen, Stage
from postlude.orgs import api as orgs

from . import notices_house
from .notices_house import COME_BACK, Restaurants, plain

MOSCOW_NOON = datetime(2026, 11, 21, 9, tzinfo=UTC)
EAST_NOON, WEST_NOON = MOSCOW_NOON - timedelta(hours=2), MOSCOW_NOON + timedelta(hours=1)
THREE_WEEKS = timedelta(days=20)


@pytest.fixture
def house(db):
    with kernel_clock.use(kernel_clock.FrozenClock(EAST_NOON - timedelta(hours=1))) as clock:
        it = notices_house.build(clock)
        it.branches = {
            slug: orgs.add_branch(it.org, slug, slug, zone=zone).id
            for slug, zone in (
                ("arbat", ""),
                ("east", "Asia/Yekaterinburg"),
                ("ural", "Asia/Yekaterinburg"),
                ("west", "Europe/Kaliningrad"),
            )
        }
        yield it


def lives(house: Restaurants, contact: int, branch: str | None) -> None:
    number = house.branches[branch] if branch else None
    Buyer.objects.filter(org=house.org, contact=contact).update(branch=number)


def at(house: Restaurants, when: datetime) -> list[int]:
    """Go to an instant, work, and return to whom something was sent since."""
    before = len(house.mail.sent)
    kernel_clock._clock.advance(seconds=(when - house.now).total_seconds())
    house.work()
    return sorted(mail.contact for mail in house.mail.sent[before:])


def test_each_hears_at_noon_of_their_own_branch_and_nobody_twice(house: Restaurants) -> None:
    home, east, ural, west, nowhere = house.people(5)
    house.ordered([home, east, ural, west, nowhere], MOSCOW_NOON - THREE_WEEKS)
    for contact, branch in ((home, "arbat"), (east, "east"), (ural, "ural"), (west, "west")):
        lives(house, contact, branch)
    house.publish(plain())
    assert [] == at(house, EAST_NOON - timedelta(minutes=1))
    assert sorted([east, ural]) == at(house, EAST_NOON)
    assert 0 == house.tick()  # a second scheduler
    assert sorted([home, nowhere]) == at(house, MOSCOW_NOON)
    assert [west] == at(house, WEST_NOON)
    assert [] == at(house, WEST_NOON + timedelta(hours=3))
    runs = Run.objects.filter(org=house.org).order_by("due_at")
    assert [
        ("day:2026-11-21@Asia/Yekaterinburg", EAST_NOON, 2),
        ("day:2026-11-21", MOSCOW_NOON, 2),
        ("day:2026-11-21@Europe/Kaliningrad", WEST_NOON, 1),
    ] == list(runs.values_list("scope", "due_at", "frozen"))
    assert {"entered": 5, "passed_over": 0, "sent": 5} == house.books()
    (it,) = journeys.notices(house.org, now=house.now)
    assert EAST_NOON + timedelta(days=1) == it.next_at


def test_the_message_and_what_became_of_it_carry_the_branch(house: Restaurants) -> None:
    one, two = house.people(2)
    house.ordered([one, two], MOSCOW_NOON - THREE_WEEKS)
    lives(house, one, "arbat")
    house.publish(plain())
    at(house, MOSCOW_NOON)
    wanted = {one: house.branches["arbat"], two: None}
    assert wanted == dict(SendAttempt.objects.values_list("contact", "branch"))
    found = {each.contact: each.context.get("branch") for each in Message.objects.all()}
    assert wanted == found


def test_who_moves_to_another_zone_in_between_is_not_written_to_again(house: Restaurants) -> None:
    """Neither where the mark is of a year, nor where it is of a day that is another one there."""
    (ann,) = house.people(1)
    night = datetime(2026, 10, 31, 21, 30, tzinfo=UTC)  # 1 November in Moscow, not in Kaliningrad
    house.ordered([ann], night)
    house.born(ann, 11, 28)
    lives(house, ann, "east")
    house.publish(plain())
    birthday = journeys.Condition("birthday_within", {"birthday_within": {"days_before": 14}})
    house.publish(plain(birthday, slug="birthday", once_per=journeys.OncePer.BIRTHDAY))
    assert [ann, ann] == at(house, EAST_NOON)
    lives(house, ann, "west")
    assert [] == at(house, MOSCOW_NOON)
    assert [] == at(house, WEST_NOON)
    assert 2 == house.books()["passed_over"]


def test_an_order_is_asked_about_by_the_hours_of_its_own_branch(house: Restaurants) -> None:
    """Hourly 11:00 to 22:00: one closed at 08:00 in Moscow is asked about at 11:00 there."""
    asks = journeys.Selection(
        "deliveries",
        (journeys.Way("ask", COME_BACK),),
        orders=journeys.ClosedOrders("delivery", ("Site",)),
    )
    feedback = plain(
        slug="feedback",
        timetable=journeys.timetable("hourly 11:00 to 22:00"),
        once_per=journeys.OncePer.ORDER,
    )
    here, east, none = house.people(3)
    start = EAST_NOON - timedelta(hours=2)  # 10:00 in the east, 08:00 in Moscow
    kernel_clock._clock.advance(seconds=(start - house.now).total_seconds())
    house.publish(journeys.Recurring(feedback.slug, feedback.timetable, (asks,), feedback.once_per))
    told = [
        ShopOrderSeen(
            f"o{contact}",
            Stage.CLOSED,
            start + timedelta(minutes=1),
            contact=contact,
            branch=branch,
            kind="delivery",
            source="Site",
        )
        for contact, branch in (
            (here, house.branches["arbat"]),
            (east, house.branches["east"]),
            (none, None),
        )
    ]
    kernel_clock._clock.advance(minutes=2)
    orders.take_shop_orders(house.org, told, now=house.now)
    lives(house, east, "arbat")  # where they ordered last says nothing about this order
    assert [east] == at(house, EAST_NOON - timedelta(hours=1))
    assert [] == at(house, EAST_NOON)
    assert sorted([here, none]) == at(house, MOSCOW_NOON - timedelta(hours=1))
    branch = dict(SendAttempt.objects.values_list("contact", "branch"))
    assert {here: house.branches["arbat"], east: house.branches["east"], none: None} == branch


def test_it_is_quiet_by_the_clocks_of_the_branch(house: Restaurants) -> None:
    """At 08:30 in Moscow it is 10:30 in the east: quiet until 10:00 holds the one, not the other."""
    orgs.configure(house.org, quiet_from=time(22), quiet_to=time(10))
    early = MOSCOW_NOON - timedelta(hours=3, minutes=30)
    east, here = house.people(2)
    kernel_clock._clock.advance(seconds=(early - house.now).total_seconds())
    house.ordered([east, here], early - THREE_WEEKS)
    lives(house, east, "east")
    lives(house, here, "arbat")
    house.publish(plain())
    journeys.begin_by_hand(house.org, "invite", now=house.now)
    house.work()
    assert [east] == [mail.contact for mail in house.mail.sent]
    assert [here] == at(house, MOSCOW_NOON - timedelta(hours=1, minutes=59))


def test_a_run_by_hand_is_of_everybody(house: Restaurants) -> None:
    one, two = house.people(2)
    house.ordered([one, two], MOSCOW_NOON - THREE_WEEKS)
    lives(house, one, "west")
    house.publish(plain())
    journeys.begin_by_hand(house.org, "invite", now=house.now)
    house.work()
    assert sorted([one, two]) == sorted(mail.contact for mail in house.mail.sent)
    assert [] == at(house, WEST_NOON)


def test_the_branches_of_others_change_nothing(house: Restaurants) -> None:
    """A rival whose branch is in the east: no run of ours is for it, no customer is of it."""
    rival = orgs.create("rival", "Rival", zone="Europe/Moscow", currency="RUB")
    theirs = orgs.add_branch(rival.id, "theirs", "Theirs", zone="Asia/Vladivostok")
    (ann,) = house.people(1)
    house.ordered([ann], MOSCOW_NOON - THREE_WEEKS)
    Buyer.objects.filter(contact=ann).update(branch=theirs.id)
    house.publish(plain())
    assert [ann] == at(house, MOSCOW_NOON)
    zones = set(Run.objects.values_list("zone", flat=True))
    assert {"Europe/Moscow", "Asia/Yekaterinburg"} == zones
    assert {} == orders.last_branches(rival.id, [ann])
    assert {} == orders.branches_of_orders(rival.id, [1])
    assert theirs.id not in orgs.zones(house.org)


def test_as_many_questions_for_many_people_as_for_few(house: Restaurants) -> None:
    def questions(count: int, when: datetime) -> int:
        some = house.people(count)
        house.ordered(some, when - THREE_WEEKS)
        Buyer.objects.filter(contact__in=some).update(branch=house.branches["arbat"])
        kernel_clock._clock.advance(seconds=(when - house.now).total_seconds())
        assert 1 <= house.tick()
        with CaptureQueriesContext(connection) as asked:
            journeys.freeze_runs(jobs.Budget(60))
            journeys.walk_runs(jobs.Budget(60))
        return len(asked)

    house.publish(plain())
    at(house, EAST_NOON)
    few = questions(3, MOSCOW_NOON)
    at(house, WEST_NOON)
    at(house, EAST_NOON + timedelta(days=1))
    assert few >= questions(120, MOSCOW_NOON + timedelta(days=1))
    assert 123 == Message.objects.count()
