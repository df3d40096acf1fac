"""Notices on a timetable: who is selected, once per period, with every book in balance."""

from datetime import UTC, datetime, time, timedelta

import pytest

from postlude.journeys import api as journeys
from postlude.journeys import marks
from postlude.journeys.models import Mark, Run
from postlude.journeys.recurring import publishing
from postlude.kernel import clock as kernel_clock
from postlude.kernel import store
from postlude.messages.models import Message
from postlude.orgs import api as orgs
from postlude.people import api as people

from . import notices_house
from .notices_house import LONG, Restaurants, invite, plain

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


def test_who_is_selected_hears_once(house, clock):
    """Runs of the following days find the same people, and pass them over."""
    quiet, recent, gone = house.people(3)
    house.ordered([quiet], NOON - timedelta(days=20))
    house.ordered([recent], NOON - timedelta(days=3))
    house.ordered([gone], NOON - timedelta(days=200))
    house.publish(plain())
    for day in range(3):
        go(clock, NOON + timedelta(days=day))
        house.work()

    assert [(quiet, "come-back")] == house.told()
    assert {"entered": 1, "passed_over": 2, "sent": 1} == house.books()
    assert 3 == Run.objects.exclude(finished_at=None).count()


def test_two_selections_share_one_mark(house, clock):
    """Inactive since one day they are written to once, at 2 to 4 weeks; a new order begins anew."""
    (person,) = house.people(1)
    house.ordered([person], NOON - timedelta(days=13))
    house.publish(plain())
    house.publish(plain(slug="late", who=LONG))
    house.publish(invite())
    for day in range(0, 80, 3):
        go(clock, NOON + timedelta(days=day))
        house.work()
    invites = [subject for _, subject in house.told() if subject != "come-back"]
    assert 1 == len(invites)

    house.ordered([person], clock.now() - timedelta(days=15))
    clock.advance(days=1)
    house.work()
    assert 2 == len([subject for _, subject in house.told() if subject != "come-back"])


def test_remind_again_has_a_mark_for_each_selection(house, clock):
    (person,) = house.people(1)
    house.ordered([person], NOON - timedelta(days=13))
    house.publish(invite(remind_again=True))
    for day in range(0, 80, 3):
        go(clock, NOON + timedelta(days=day))
        house.work()
    assert 2 == len(house.told())


def test_an_order_exactly_four_weeks_old_is_in_neither(house, clock):
    """At noon sharp, in whatever second the run really begins."""
    before, at, after = house.people(3)
    edge = NOON - timedelta(weeks=4)
    for contact, when in (
        (before, edge - timedelta(seconds=1)),
        (at, edge),
        (after, edge + timedelta(seconds=1)),
    ):
        house.ordered([contact], when)
    house.publish(invite())
    go(clock, NOON + timedelta(seconds=3))
    house.work()
    assert [before, after] == [contact for contact, _ in house.told()]


def test_a_first_publication_makes_up_for_nothing(house, clock):
    (person,) = house.people(1)
    house.ordered([person], NOON - timedelta(days=20))
    go(clock, NOON + timedelta(hours=1))
    house.publish(plain())
    house.work()
    assert [] == house.told()
    go(clock, NOON + timedelta(days=1))
    house.work()
    assert 1 == len(house.told())


def test_a_missed_run_is_made_up_for_once(house, clock):
    (person,) = house.people(1)
    house.ordered([person], NOON - timedelta(days=20))
    house.publish(plain())
    go(clock, NOON + timedelta(hours=5))
    assert (1, 0) == (house.tick(), house.tick())
    house.work()
    assert 1 == len(house.told())


def test_a_paused_notice_rests_and_makes_up_for_nothing(house, clock):
    (person,) = house.people(1)
    house.ordered([person], NOON - timedelta(days=20))
    house.publish(plain())
    assert publishing.pause(house.org, "invite", paused=True, now=clock.now())
    go(clock, NOON)
    house.publish(plain(title="Applied again"))
    house.work()
    clock.advance(hours=1)
    assert publishing.pause(house.org, "invite", paused=False, now=clock.now())
    assert not publishing.pause(house.org, "invite", paused=False, now=clock.now())
    house.work()
    assert [] == house.told()
    go(clock, NOON + timedelta(days=1))
    house.work()
    assert 1 == len(house.told())


def test_whoever_cannot_be_written_to_is_counted_and_not_marked(house, clock):
    """A yes that comes later is in time for the next run."""
    good, asked_never, said_no = house.people(1)[0], *house.people(2, consent=False)
    house.agree(said_no, granted=False)
    house.ordered([good, asked_never, said_no], NOON - timedelta(days=20))
    house.publish(plain())
    go(clock, NOON)
    house.work()
    assert {"entered": 3, "passed_over": 0, "blocked": 2, "sent": 1} == house.books()
    assert {"no_consent": 1, "unsubscribed": 1} == house.reasons()
    assert 1 == house.marks()

    house.agree(asked_never)
    clock.advance(days=1)
    house.work()
    assert [good, asked_never] == sorted(contact for contact, _ in house.told())


def test_quiet_hours_delay_or_block(house, clock):
    """Delayed, they hear when it is over; blocked, they are counted and not marked."""
    (person,) = house.people(1)
    house.ordered([person], NOON - timedelta(days=20))
    orgs.configure(house.org, quiet_from=time(11), quiet_to=time(13))
    house.publish(plain(letter=journeys.Letter("mail", "come-back", on_quiet="block")))
    house.publish(plain(slug="patient"))
    go(clock, NOON)
    house.work()
    assert ([], {"quiet_hours": 1}, 1) == (house.told(), house.reasons(), house.marks())
    clock.advance(hours=1)
    house.work()
    assert [(person, "come-back")] == house.told()
    assert {"entered": 2, "passed_over": 0, "blocked": 1, "sent": 1} == house.books()


def test_who_says_no_meanwhile_is_stopped_when_it_is_sent(house, clock):
    """Decided and marked; the block takes the mark away again."""
    (person,) = house.people(1)
    house.ordered([person], NOON - timedelta(days=20))
    house.publish(plain())
    go(clock, NOON)
    house.tick()
    house.walk()
    assert 1 == house.marks()
    house.agree(person, granted=False)
    house.work()
    assert ([], 0) == (house.told(), house.marks())
    assert {"entered": 1, "passed_over": 0, "blocked": 1} == house.books()


def test_a_block_for_good_keeps_the_mark(house, clock):
    (person,) = house.people(1)
    house.ordered([person], NOON - timedelta(days=20))
    house.publish(plain())
    go(clock, NOON)
    house.tick()
    house.walk()
    people.suppress_contacts(house.org, [person], "email", "hard_bounce", now=clock.now())
    house.work()
    assert ({"suppressed": 1}, 1) == (house.reasons(), house.marks())


def test_the_held_out_are_the_same_people_and_count_once(house, clock):
    crowd = house.people(200)
    house.ordered(crowd, NOON - timedelta(days=20))
    house.publish(plain(hold_out=250))
    go(clock, NOON)
    house.work()
    books = house.books()
    assert 200 == books["entered"] == books["sent"] + books["held_out"]
    assert 25 < books["held_out"] < 75
    served = {contact for contact, _ in house.told()}
    clock.advance(days=1)
    house.work()
    assert books["entered"] == house.books()["entered"]
    house.ordered(crowd, clock.now() - timedelta(days=20))
    clock.advance(days=1)
    house.work()
    assert served == {contact for contact, _ in house.told()}


def test_whom_the_filter_stops_is_counted(house, clock):
    told, stopped = house.people(2)
    house.ordered([told, stopped], NOON - timedelta(days=20))
    house.born(told, 5, 5)
    (selection,) = plain().selections
    only = journeys.Selection(
        "all", selection.ways, who=selection.who, only=journeys.Condition("birthday_known")
    )
    house.publish(invite(selections=(only,)))
    go(clock, NOON)
    house.work()
    assert [(told, "come-back")] == house.told()
    assert ({"filtered": 1}, 1) == (house.reasons(), house.marks())


def test_two_schedulers_run_it_once(house, clock):
    (person,) = house.people(1)
    house.ordered([person], NOON - timedelta(days=20))
    house.publish(plain())
    go(clock, NOON)
    assert 1 == sum(house.tick() for _ in range(5))


def _twice(house, clock, monkeypatch) -> None:
    """Two schedulers run the same day, neither looking whether somebody was served."""
    people_ = house.people(3)
    house.ordered(people_, NOON - timedelta(days=20))
    house.publish(plain())
    monkeypatch.setattr(marks, "held", lambda *_: set())
    go(clock, NOON)
    house.tick()
    with store.write():
        Run.objects.update(scope="as seen by the other one")
    house.tick()
    house.work()


def test_without_the_applications_check_the_key_alone_stops_the_second(house, clock, monkeypatch):
    _twice(house, clock, monkeypatch)
    assert 3 == len(house.told())
    assert {"entered": 3, "passed_over": 3, "sent": 3} == house.books()


def test_without_the_key_there_are_doubles(house, clock, monkeypatch):
    """Shows that the test above can fail: marks that know nothing of each other."""

    def make(org, journey, wanted, now):
        rows = Mark.objects.filter(org=org)
        spoilt = [(contact, f"{scope} {rows.count()}") for contact, scope in wanted]
        made = real(org, journey, spoilt, now)
        return {pair: made[each] for pair, each in zip(wanted, spoilt, strict=True) if each in made}

    real = marks.make
    monkeypatch.setattr(marks, "make", make)
    _twice(house, clock, monkeypatch)
    assert 6 == len(house.told())


def test_tests_are_never_counted(house, clock):
    """A test of the text is no attempt of any run."""
    (person,) = house.people(1)
    journeys.send_test(
        house.org,
        "come-back",
        to=house.emails[person],
        sender="mail",
        locale="",
        source="test",
        now=clock.now(),
    )
    house.work()
    assert {"entered": 0, "passed_over": 0} == house.books()
    assert [True] == list(Message.objects.values_list("testing", flat=True))
