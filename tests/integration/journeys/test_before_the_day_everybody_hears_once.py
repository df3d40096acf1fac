"""The pre-event mail: to whoever holds a ticket at the cut-off, and to later buyers, each once."""

from datetime import timedelta

import pytest

from postlude.access import api as access
from postlude.journeys import api as journeys
from postlude.journeys import freezing
from postlude.journeys.models import Cycle, Mark, Member, Slot
from postlude.journeys.types import NoticeNode, Schedule, ScheduleState
from postlude.kernel import boundaries, jobs, work
from postlude.messages.types import Lane
from postlude.orders import api as orders
from postlude.people import api as people
from postlude.people.types import Actor

from .conftest import ENDS, STARTS, House, notice

ANN, BOB, EVE = "ann@example.test", "bob@example.test", "eve@example.test"


@pytest.fixture
def eve(house: House, clock) -> House:
    """A house a week before the conference, with the pre-event mail in its playbook."""
    go(clock, STARTS - timedelta(days=7))
    journeys.publish(house.org, notice(), now=house.now)
    return house


def go(clock, when) -> None:
    clock.advance(seconds=(when - clock.now()).total_seconds())


def day_before(house: House, clock) -> None:
    go(clock, STARTS - timedelta(days=1))
    house.tick()
    house.deliver()


def test_nothing_goes_before_its_time(eve, clock):
    """A second before the cut-off nothing has begun."""
    eve.buy(ANN)
    go(clock, STARTS - timedelta(days=1, seconds=1))
    assert 0 == eve.tick()
    eve.deliver()

    assert [] == eve.told()
    assert (ScheduleState.AHEAD, 1) == (eve.scheduled().state, eve.scheduled().audience)


def test_every_holder_hears_once_whatever_they_hold(eve, clock):
    """Three tickets of one contact are one mail; who has none gets none."""
    for email in (ANN, ANN, ANN, BOB):
        eve.buy(email)
    eve.deliver()
    day_before(eve, clock)
    for _ in range(3):
        eve.tick()
        eve.deliver()

    assert [ANN, BOB] == eve.told()
    (mail,) = [it for it in eve.mail.sent if (it.to_address, it.subject) == (ANN, "Tomorrow")]
    assert 3 == mail.text.count("[Online ticket]")
    assert "The door http://testserver/" in mail.text
    done = eve.scheduled()
    assert (ScheduleState.DONE, 2, 2, 0) == (
        done.state,
        done.audience,
        done.progress.sent,
        done.late,
    )


def test_a_late_buyer_gets_it_with_the_invitation(eve, clock):
    """Right after the invitation, decided in its commit; and a later ticket brings no other."""
    eve.buy(ANN)
    eve.deliver()
    day_before(eve, clock)
    clock.advance(hours=3)
    eve.buy(BOB)
    eve.deliver()
    eve.buy(BOB)
    eve.deliver()

    assert [ANN, BOB] == eve.told()
    bob = [mail.subject for mail in eve.mail.sent if mail.to_address == BOB]
    assert ["Come in", "Tomorrow", "One more"] == bob
    done = eve.scheduled()
    assert (1, 1, 2, 2) == (done.audience, done.late, done.progress.entered, done.progress.sent)


def test_who_bought_before_and_buys_again_hears_once(eve, clock):
    """The second ticket comes as an addition; the mail was theirs already."""
    eve.buy(ANN)
    eve.deliver()
    day_before(eve, clock)
    eve.buy(ANN)
    eve.deliver()
    assert [ANN] == eve.told()


def test_refunded_people_never(eve, clock):
    """Refunded before the cut-off, between freeze and decision, and between decision and wire."""
    first, second, third = eve.buy(ANN), eve.buy(BOB), eve.buy(EVE)
    eve.buy("who@example.test")
    eve.deliver()
    eve.refund(first, ANN)
    eve.work()
    go(clock, STARTS - timedelta(days=1))
    eve.tick()
    journeys.freeze(jobs.Budget(5))
    assert 3 == Member.objects.filter(lane=Lane.BULK).count()
    eve.refund(second, BOB)
    eve.work()
    eve.refund(third, EVE)  # its mail is queued; nobody has read the news yet
    jobs.run_until_idle(groups=("deliver",))
    eve.deliver()

    assert ["who@example.test"] == eve.told()
    assert {"refunded": 2} == dict(eve.scheduled().progress.blocked)


def test_a_queued_mail_is_called_back(eve, clock):
    """The refund's news cancels what has been decided and waits for the wire."""
    number = eve.buy(ANN)
    eve.deliver()
    go(clock, STARTS - timedelta(days=1))
    eve.tick()
    eve.work()
    eve.refund(number, ANN)
    eve.work()
    assert {"refunded": 1} == dict(eve.scheduled().progress.blocked)
    eve.deliver()
    assert [] == eve.told()


def test_one_of_two_tickets_given_back_changes_nothing(eve, clock):
    """Whoever still holds one is written to."""
    number = eve.buy(ANN)
    eve.buy(ANN)
    eve.deliver()
    go(clock, STARTS - timedelta(days=1))
    eve.tick()
    eve.work()
    eve.refund(number, ANN)
    eve.deliver()
    assert [ANN] == eve.told()


@pytest.mark.parametrize("news_first", [True, False])
def test_given_back_and_bought_again_is_told_with_the_new_ticket(eve, clock, news_first):
    """The first mail never left, so its mark must not stop the second."""
    number = eve.buy(ANN)
    eve.deliver()
    go(clock, STARTS - timedelta(days=1))
    eve.tick()
    eve.work()
    eve.refund(number, ANN)
    if news_first:
        eve.work()
    else:  # cancelled, but nobody has been told that it was
        journeys.on_ticket_refunded(_news(eve, "ticket.refunded"))
    eve.buy(ANN)
    eve.deliver()

    assert [ANN] == eve.told()
    assert 1 == eve.scheduled().progress.sent == eve.scheduled().progress.entered


def _news(house: House, topic: str) -> work.WorkBatch:
    keys = tuple(str(each) for each in orders.all_tickets(house.org))
    return work.WorkBatch(house.org, "journeys", topic, keys, 1)


def test_downtime_is_caught_up_once_and_never_after_the_end(eve, clock):
    """A day late it goes at once; after the conference it does not go at all, and says so."""
    eve.buy(ANN)
    eve.deliver()
    go(clock, ENDS - timedelta(minutes=1))
    assert 1 == eve.tick()
    assert 0 == eve.tick()
    eve.deliver()
    assert [ANN] == eve.told()


def test_after_the_end_it_is_missed(eve, clock):
    eve.buy(ANN)
    eve.deliver()
    go(clock, ENDS)
    assert 0 == eve.tick()
    eve.deliver()
    assert [] == eve.told()
    assert ScheduleState.MISSED == eve.scheduled().state


def test_what_is_not_walked_by_the_end_is_not_sent(eve, clock):
    """The machine went down between the freeze and the decision."""
    eve.buy(ANN)
    eve.deliver()
    go(clock, STARTS - timedelta(days=1))
    eve.tick()
    journeys.freeze(jobs.Budget(5))
    go(clock, ENDS)
    eve.deliver()
    assert [] == eve.told()
    assert {"event_ended": 1} == dict(eve.scheduled().progress.blocked)


def test_another_time_in_a_new_version_sends_nothing_twice(eve, clock):
    """Moved after it went: not again. Moved before: at the new time."""
    eve.buy(ANN)
    eve.deliver()
    moved = notice(schedule=Schedule(before_start=timedelta(hours=12)))
    journeys.publish(eve.org, moved, now=eve.now)
    go(clock, STARTS - timedelta(days=1))
    assert 0 == eve.tick()
    go(clock, STARTS - timedelta(hours=12))
    assert 1 == eve.tick()
    eve.deliver()
    again = notice(schedule=Schedule(at=STARTS.replace(tzinfo=None)))
    journeys.publish(eve.org, again, now=eve.now)
    go(clock, STARTS + timedelta(hours=9))
    assert 0 == eve.tick()
    eve.deliver()
    assert [ANN] == eve.told()
    assert 1 == Cycle.objects.filter(conference=eve.conference, journey__slug="pre-event").count()


def test_without_dates_it_rests(eve, clock):
    """Nobody could say when it is too late."""
    orders.ensure_conference(eve.org, "pycon-2023", name="PyCon TW 2023", pattern="PyCon TW 2023")
    go(clock, STARTS)
    assert 0 == eve.tick()
    assert (ScheduleState.RESTS, "no_end") == (eve.scheduled().state, eve.scheduled().reason)


def test_a_resting_journey_begins_nothing(eve, clock):
    """Switched off before: nothing. Switched off after: later buyers are only invited."""
    eve.buy(ANN)
    eve.deliver()
    journeys.publish(eve.org, notice(active=False), now=eve.now)
    day_before(eve, clock)
    assert [] == eve.told()
    journeys.publish(eve.org, notice(), now=eve.now)
    day_before(eve, clock)
    assert [ANN] == eve.told()
    journeys.publish(eve.org, notice(active=False), now=eve.now)
    eve.buy(BOB)
    eve.deliver()
    assert [ANN] == eve.told()


def test_a_death_while_freezing_is_taken_up_where_it_stood(eve, clock, monkeypatch):
    """Chunks of two; the worker dies after the first."""
    monkeypatch.setattr(freezing, "CHUNK", 2)
    people = [f"p{n}@example.test" for n in range(5)]
    for email in people:
        eve.buy(email)
    eve.deliver()
    go(clock, STARTS - timedelta(days=1))
    eve.tick()

    def crossing(name: str) -> None:
        if name == "journeys.audience_frozen":
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(boundaries, "crossing", crossing)
        with pytest.raises(KeyboardInterrupt):
            journeys.freeze(jobs.Budget(5))
    assert 2 == Member.objects.filter(lane=Lane.BULK).count()
    assert ScheduleState.FREEZING == eve.scheduled().state
    journeys.step_scheduled(jobs.Budget(5))
    assert [] == eve.told()  # nobody is walked before the audience is whole
    assert 0 == journeys.freeze(jobs.Budget(5))  # the lease of the dead
    late = eve.buy("late@example.test")
    Slot.objects.update(lease_until=None)
    eve.deliver()
    assert sorted([*people, "late@example.test"]) == eve.told()
    assert late


def test_links_that_are_being_made_are_waited_for(eve, clock):
    """The door is tired: the mail waits, at most an hour, then goes to everybody all the same."""
    eve.door.mood = "tired"
    eve.buy(ANN)
    eve.deliver()
    day_before(eve, clock)
    assert [] == eve.told()
    assert 1 == eve.scheduled().progress.waiting_grant
    clock.advance(minutes=61)
    eve.deliver()
    assert [ANN] == eve.told()


def test_a_grant_in_time_wakes_it(eve, clock):
    eve.door.mood = "tired"
    eve.buy(ANN)
    eve.deliver()
    day_before(eve, clock)
    eve.door.mood = "open"
    clock.advance(seconds=3)
    eve.deliver()
    assert [ANN] == eve.told()
    (mail,) = [it for it in eve.mail.sent if it.subject == "Tomorrow"]
    assert "The door http://testserver/" in mail.text


def test_a_ticket_that_opens_nothing_is_a_ticket(eve, clock):
    """All current holders hear of the day, whatever their ticket opens."""
    eve.buy(ANN, ticket_type="Dinner only")
    eve.deliver()
    day_before(eve, clock)
    assert [ANN] == eve.told()


def test_its_numbers_are_its_own(eve, clock):
    """Invitations are counted and found late as before."""
    eve.buy(ANN)
    eve.deliver()
    before = eve.progress()
    eve.door.mood = "tired"
    day_before(eve, clock)
    assert before == eve.progress()
    clock.advance(hours=2)
    assert [] == journeys.late(eve.org, now=eve.now, limit=timedelta(minutes=5))
    assert 1 == Mark.objects.filter(scope__startswith="notice:").count()


def test_a_month_runs(eve, clock):
    """Buyers every day for a month before, one after the cut-off every hour: each hears once."""
    go(clock, STARTS - timedelta(days=30))
    emails = []
    while clock.now() < ENDS + timedelta(days=1):
        email = f"p{len(emails)}@example.test"
        emails.append((clock.now(), email))
        eve.buy(email)
        eve.tick()
        eve.deliver()
        near = clock.now() >= STARTS - timedelta(days=1)
        clock.advance(hours=3 if near else 24)
    eve.deliver()
    expected = sorted(email for at, email in emails if at < ENDS)
    assert expected == eve.told()
    subjects = [mail.subject for mail in eve.mail.sent]
    assert len(expected) == subjects.count("Come in") == subjects.count("Tomorrow")


def test_a_changed_holder(eve, clock):
    """A ticket handed on after the decision: the new holder hears, the old one does not."""
    number = eve.buy(ANN)
    eve.deliver()
    go(clock, STARTS - timedelta(days=1))
    eve.tick()
    eve.work()
    orders.upsert_sales(eve.org, [eve.sale(number, eve.contact(BOB))], now=eve.now)
    eve.deliver()
    assert [BOB] == eve.told()


def test_a_changed_address_hears_with_its_new_invitation(eve, clock):
    """What went to the wrong address is nobody's; what came to the right one is not repeated."""
    for topic, handler in (
        (people.MOVED, journeys.on_contact_moved),
        (journeys.STALE, journeys.on_invitation_stale),
    ):
        work.subscribe(topic, "journeys", handler)
    eve.buy("amn@example.test")
    eve.deliver()
    day_before(eve, clock)
    contact = eve.contact("amn@example.test")
    people.change_email(eve.org, contact, ANN, actor=Actor("staff", "7"), now=eve.now)
    for _ in range(2):
        eve.deliver()
        clock.advance(seconds=5)
    eve.buy(ANN)
    eve.deliver()

    assert sorted(["amn@example.test", ANN]) == eve.told()
    assert 1 == eve.scheduled().progress.sent == eve.scheduled().progress.entered


def test_access_is_untouched(eve, clock):
    """The mail grants nothing by itself."""
    eve.buy(ANN)
    eve.deliver()
    held = access.grants_of(eve.org, [eve.contact(ANN)], eve.conference)
    day_before(eve, clock)
    assert held == access.grants_of(eve.org, [eve.contact(ANN)], eve.conference)


def test_the_node_may_say_how_it_goes(eve, clock):
    """A service mail heeds quiet hours and a no."""
    node = NoticeNode("send", "mail", {"*": "pre-event"}, klass="service")
    journeys.publish(eve.org, notice(nodes=(node,)), now=eve.now)
    eve.buy(ANN)
    eve.deliver()
    day_before(eve, clock)
    assert [ANN] == eve.told()
