"""Journeys in steps, from what starts them to the last step; the books agree at each look."""

from datetime import UTC, datetime, time, timedelta

import pytest

from postlude.journeys import api as journeys
from postlude.kernel import clock as kernel_clock
from postlude.people import api as people
from postlude.people.types import Description

from . import paths_house
from .paths_house import BORN, DAY, ORDER, WEEK, Chain, letter, path, send

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)  # 12:00 in Moscow


@pytest.fixture
def clock(db):
    with kernel_clock.use(kernel_clock.FrozenClock(NOW)) as clock:
        yield clock


@pytest.fixture
def house(clock) -> Chain:
    return paths_house.build(clock)


def test_a_closed_order_leads_through_wait_and_branch_to_a_text(house, clock):
    born, other = house.people(2)
    house.born(born, 5, 5)
    house.put_up(
        path(
            journeys.Wait("wait", "branch", length=DAY),
            journeys.Branch("branch", (journeys.Case("gift", BORN),), "discount"),
            send("gift", "end"),
            send("discount", "end"),
            journeys.End("end"),
        )
    )
    house.closes(born, other)
    house.go_on()
    assert {"wait": 2} == house.stand()
    clock.advance(hours=23)
    house.go_on()
    assert [] == house.told()
    clock.advance(hours=1)
    house.step()
    house.balance()
    assert (1, 0) == (house.steps()["gift"].waiting, house.steps()["gift"].sent)
    house.go_on()
    assert [(born, "gift"), (other, "discount")] == house.told()
    steps = house.steps()
    assert (2, 2, 0) == (steps["wait"].entered, steps["wait"].passed, steps["wait"].waiting)
    assert (1, 1) == (steps["gift"].sent, steps["discount"].sent)
    assert 2 == steps["end"].ended
    assert {"done": 2} == house.stand()


def test_whom_a_check_stops_is_counted_with_the_reason_and_may_come_again(house, clock):
    born, other = house.people(2)
    house.born(born, 5, 5)
    house.put_up(path(journeys.Check("check", BORN, "gift"), send("gift")))
    house.closes(born, other)
    house.go_on()
    assert [(born, "gift")] == house.told()
    assert ({"filtered": 1}, {"done": 1, "stopped": 1}) == (
        house.steps()["check"].blocked,
        house.stand(),
    )
    assert 1 == house.marked().count("ever")  # who got nothing is not marked
    house.born(other, 6, 6)
    house.closes(born, other)
    house.go_on()
    assert [(born, "gift"), (other, "gift")] == house.told()


def test_waiting_until_a_time_of_day_follows_the_clocks(house, clock):
    house.people(1)
    house.put_up(path(journeys.Wait("wait", "gift", length=DAY, until=time(10)), send("gift")))
    house.closes(*house.emails)
    house.go_on()
    clock.advance(hours=45, minutes=59)  # a day is over at 12:00, the next 10:00 is one later
    house.go_on()
    assert [] == house.told()
    clock.advance(minutes=1)
    house.go_on()
    assert 1 == len(house.told())


def test_what_is_waited_for_comes_or_does_not(house, clock):
    came, stayed_away = house.people(2)
    house.put_up(
        path(
            journeys.Wait("wait", "gift", what=ORDER, at_most=WEEK, otherwise="come-back"),
            send("gift", "end"),
            send("come-back", "end"),
            journeys.End("end"),
        )
    )
    house.closes(came, stayed_away)
    house.go_on()
    assert {"wait": 2} == house.stand()  # the order they came by is not the one they wait for
    clock.advance(days=2)
    house.closes(came)
    house.go_on()
    assert [(came, "gift")] == house.told()
    clock.advance(days=5)
    house.go_on()
    assert [(came, "gift"), (stayed_away, "come-back")] == house.told()


def test_a_goal_ends_the_walk_wherever_it_is(house, clock):
    came, other = house.people(2)
    house.put_up(
        path(
            send("gift", "wait"),
            journeys.Wait("wait", "discount", length=DAY),
            send("discount"),
            goal=ORDER,
        )
    )
    house.closes(came, other)
    house.go_on()
    clock.advance(hours=1)
    house.closes(came)
    house.go_on()
    assert {"goal": 1, "wait": 1} == house.stand()
    assert 1 == house.steps()["wait"].goal
    clock.advance(days=1)
    house.go_on()
    assert [(came, "gift"), (other, "discount"), (other, "gift")] == house.told()


def test_ways_come_by_turns_and_points_go_with_a_text(house, clock):
    four = house.people(4)
    house.born(four[0], 5, 5)
    house.put_up(
        path(
            journeys.Rotate(
                "rotate",
                (
                    journeys.Turn("one", "gift", BORN, otherwise="two"),
                    journeys.Turn("two", "discount"),
                ),
            ),
            send("gift", "give", give=journeys.Points(100, "welcome", timedelta(days=14))),
            send("discount", "give"),
            journeys.Give("give", journeys.Points(5, "thanks")),
        )
    )
    house.closes(*four)
    house.go_on()
    assert ["gift", "discount", "discount", "discount"] == [text for _, text in house.told()]
    assert [105, 5, 5, 5] == [house.points(each) for each in four]


def test_the_held_out_walk_along_and_get_nothing(house, clock):
    crowd = house.people(100)
    house.put_up(
        path(send("gift", "give"), journeys.Give("give", journeys.Points(5, "x")), hold_out=300)
    )
    house.closes(*crowd)
    house.go_on()
    step = house.steps()["gift"]
    assert (100, 100) == (step.entered, step.sent + step.held_out)
    assert 10 < step.held_out < 60
    got = {contact for contact, _ in house.told()}
    assert step.sent == len(got)
    assert all(house.points(each) == (5 if each in got else 0) for each in crowd)


def test_a_branch_goes_by_whom_a_sender_reaches(house, clock):
    (reached,) = house.people(1)
    (silent,) = house.people(1, consent=False)
    house.put_up(
        path(
            journeys.Branch("branch", (journeys.Case("gift", reachable=letter()),), "give"),
            send("gift", "give"),
            journeys.Give("give", journeys.Points(5, "x")),
        )
    )
    house.closes(reached, silent)
    house.go_on()
    assert (1, {}) == (house.steps()["gift"].sent, house.steps()["gift"].blocked)
    assert (5, 5) == (house.points(reached), house.points(silent))


def test_who_may_not_be_written_to_walks_on_and_is_counted(house, clock):
    (silent,) = house.people(1, consent=False)
    points = journeys.Points(100, "welcome")
    house.put_up(path(send("gift", "end", give=points), journeys.End("end")))
    house.closes(silent)
    house.go_on()
    assert ({"no_consent": 1}, 0) == (house.steps()["gift"].blocked, house.points(silent))
    assert {"done": 1} == house.stand()
    assert "ever" not in house.marked()  # a yes that comes tomorrow is in time
    house.agree(silent)
    house.closes(silent)
    house.go_on()
    assert ([(silent, "gift")], 100) == (house.told(), house.points(silent))


def test_what_never_left_is_taken_back(house, clock):
    (person,) = house.people(1)
    points = journeys.Points(100, "welcome")
    house.put_up(path(send("gift", "end", give=points), journeys.End("end")))
    house.closes(person)
    house.step()
    assert 100 == house.points(person)
    clock.advance(minutes=1)
    house.agree(person, granted=False)  # between the decision and the wire
    house.go_on()
    assert ({"unsubscribed": 1}, 0, []) == (
        house.steps()["gift"].blocked,
        house.points(person),
        house.told(),
    )
    assert "ever" not in house.marked()
    clock.advance(minutes=1)
    house.agree(person)
    house.closes(person)
    house.go_on()
    assert ([(person, "gift")], 100) == (house.told(), house.points(person))


def test_who_is_on_the_way_stays_on_the_version_they_entered_by(house, clock):
    before, after = house.people(2)
    house.put_up(path(journeys.Wait("wait", "gift", length=DAY), send("gift")))
    house.closes(before)
    house.go_on()
    house.put_up(path(journeys.Wait("pause", "discount", length=DAY), send("discount")))
    house.closes(after)
    house.go_on()
    clock.advance(days=1)
    house.go_on()
    assert [(before, "gift"), (after, "discount")] == house.told()
    new, old = journeys.path_versions(house.org, "welcome")
    assert (2, 1, 1, 1) == (new.number, new.entered, old.number, old.entered)


def test_a_paused_journey_takes_nobody_in_and_moves_nobody(house, clock):
    inside, late = house.people(2)
    house.put_up(path(journeys.Wait("wait", "gift", length=DAY), send("gift")))
    house.closes(inside)
    house.go_on()
    journeys.pause_path(house.org, "welcome", paused=True, now=clock.now())
    clock.advance(days=2)
    house.closes(late)
    house.go_on()
    assert ([], {"wait": 1}) == (house.told(), house.stand())
    journeys.pause_path(house.org, "welcome", paused=False, now=clock.now())
    house.go_on()
    assert [(inside, "gift")] == house.told()


def test_old_orders_and_orders_before_the_journey_start_nothing(house, clock):
    early, old, young = house.people(3)
    house.closes(early)
    clock.advance(minutes=1)
    house.put_up(path(send("gift")))
    house.go_on()
    clock.advance(days=3)
    house.closes(old, at=clock.now() - timedelta(hours=25))
    house.closes(young, at=clock.now() - timedelta(hours=23))
    house.go_on()
    assert [(young, "gift")] == house.told()


def test_only_the_orders_that_are_meant_start_it(house, clock):
    one, two = house.people(2)
    what = journeys.Happening(journeys.Topic.ORDER_CLOSED, kinds=("hall",))
    house.put_up(path(send("gift"), trigger=journeys.News(what)))
    house.closes(one)
    house.closes(two, kind="hall")
    house.go_on()
    assert [(two, "gift")] == house.told()


@pytest.mark.parametrize(
    ("once", "texts"),
    [
        (journeys.Once.EACH, 4),
        (journeys.Once.MONTH, 3),
        (journeys.Once.YEAR, 2),
        (journeys.Once.EVER, 1),
    ],
)
def test_a_period_is_walked_once(house, clock, once, texts):
    (person,) = house.people(1)
    house.put_up(path(send("gift"), once=once))
    for days in (0, 1, 15, 30):  # 21 and 22 November, 7 December, 6 January
        clock.advance(days=days)
        house.closes(person)
        house.go_on()
        house.go_on()
    assert texts == len(house.told())


def test_a_wait_may_go_by_the_clocks_of_each_customer(house, clock):
    """Ten in Vladivostok is three at night in Moscow; of whom nothing is known ten is Moscow's.

    Whoever is known to live elsewhere while they wait is looked at again by those clocks.
    """
    east, here, moved = sorted(house.people(3))
    people.describe_many(house.org, [Description(east, zone="Asia/Vladivostok")])
    ten = journeys.Wait("ten", "gift", until=time(10), clocks="contact")
    house.put_up(path(ten, send("gift")))
    house.closes(east, here, moved)
    house.go_on()
    people.describe_many(house.org, [Description(moved, zone="Europe/Kaliningrad")])
    heard = []
    for hours in (14, 1, 7, 1):  # until 02:00, 03:00, 10:00 and 11:00 in Moscow
        clock.advance(hours=hours)
        house.go_on()
        heard.append([contact for contact, _ in house.told()])
    assert [[], [east], [east, here], [east, here, moved]] == heard


def test_an_opened_order_starts_what_asks_for_it_and_may_be_waited_for(house, clock):
    """Each order once, whatever is told of it later; one that was cancelled at once starts nothing.

    Who opens another order is waited for no longer.
    """
    ann, bob = house.people(2)
    opened = journeys.Happening(journeys.Topic.ORDER_OPENED, sources=("app",))
    anything = journeys.Happening(journeys.Topic.ORDER_OPENED)
    again = journeys.Wait("again", "gift", what=anything, at_most=DAY, otherwise="come-back")
    steps = (again, send("gift"), send("come-back"))
    house.put_up(
        path(*steps, trigger=journeys.News(opened), once=journeys.Once.EACH, slug="basket")
    )
    house.opens("A", ann, source="app")
    house.opens("B", bob, source="site")
    house.opens("gone", bob, source="app")
    house.cancels("gone")
    house.go_on()
    assert {"again": 1} == house.stand()
    clock.advance(minutes=1)
    house.opens("A", ann, source="app", at=house.now - timedelta(minutes=1))  # told again
    house.closes(ann, at=house.now)  # another one, whose opening nobody told
    house.go_on()
    assert {"again": 1} == house.stand()
    clock.advance(minutes=1)
    house.opens("C", ann, source="site")
    house.go_on()
    assert [(ann, "gift")] == house.told()


def test_a_cancelled_order_starts_what_asks_for_it(house, clock):
    (person,) = house.people(1)
    what = journeys.Happening(journeys.Topic.ORDER_CANCELLED)
    house.put_up(path(send("gift"), trigger=journeys.News(what), once=journeys.Once.EACH))
    (uid,) = house.closes(person)
    house.go_on()
    assert [] == house.told()
    house.cancels(uid)
    house.go_on()
    assert [(person, "gift")] == house.told()
