"""Before a version is published it is known whom it would write to, and it comes out like that."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from postlude.journeys import api as journeys
from postlude.journeys.models import Journey
from postlude.journeys.recurring import freezing, impact, streams
from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs
from postlude.orders import api as orders
from postlude.orders.models import Buyer
from postlude.orders.shop.types import ShopOrderSeen, Stage
from postlude.orgs import api as orgs

from . import notices_house
from .notices_house import COME_BACK, LONG, SHORT, Restaurants, invite, plain

NOON = datetime(2026, 11, 21, 9, tzinfo=UTC)  # 12:00 in Moscow
LATER = journeys.Condition(
    "last_order_between", {"last_order_between": {"after": "5 weeks", "before": "3 weeks"}}
)


@pytest.fixture
def house(db):
    with kernel_clock.use(kernel_clock.FrozenClock(NOON)) as clock:
        yield notices_house.build(clock)


def seen(house: Restaurants, after: journeys.Recurring | None) -> journeys.Impact:
    return journeys.impact(house.org, "invite", after, now=house.now)


def days_ago(house: Restaurants, contacts: list[int], days: int) -> None:
    house.ordered(contacts, NOON - timedelta(days=days))


def test_both_differences_and_what_stands_between(house: Restaurants) -> None:
    """Only by the old, by both, only by the new; without consent, and served before by a mark."""
    old_only, both, new_only = house.people(3)
    (silent,) = house.people(1, consent=False)
    (served,) = house.people(1)
    days_ago(house, [served], 22)
    house.publish(plain())
    house.work()
    assert [served] == [contact for contact, _ in house.told()]
    days_ago(house, [old_only], 16)
    days_ago(house, [both], 24)
    days_ago(house, [new_only, silent], 30)

    found = seen(house, plain(LATER))
    assert found.before is not None
    assert found.after is not None
    assert (3, 1, 2) == (found.before.selected, found.before.served, found.before.written)
    assert (4, 1, {"no_consent": 1}, 2) == (
        found.after.selected,
        found.after.served,
        found.after.stopped,
        found.after.written,
    )
    assert (1, (new_only,), 1, (old_only,)) == (
        found.newly,
        found.newly_sample,
        found.no_longer,
        found.no_longer_sample,
    )
    assert 1 == house.marks()


def test_it_comes_out_as_it_was_foreseen(house: Restaurants) -> None:
    """Two selections that overlap, a filter, a hold-out: counted, then really run."""
    everybody = house.people(60)
    house.people(4, consent=False)
    for number, contact in enumerate(sorted(house.emails)):
        days_ago(house, [contact], 10 + number)
    wide = journeys.Condition(
        "last_order_between", {"last_order_between": {"after": "3 months", "before": "3 weeks"}}
    )
    way = journeys.Way("send", COME_BACK)
    only = journeys.Condition(
        "last_order_between", {"last_order_between": {"after": "3 months", "before": "20 days"}}
    )
    house.publish(plain(slug="other"))
    notice = invite(
        selections=(
            journeys.Selection("wide", (way,), who=wide),
            journeys.Selection("short", (way,), who=SHORT, only=only),
        ),
        hold_out=100,
    )
    house.publish(plain(hold_out=100))  # so that the hold-out is of the same journey
    found = seen(house, notice).after
    assert found is not None
    house.publish(notice)
    journeys.begin_by_hand(house.org, "invite", now=house.now)
    house.walk()
    (run,) = journeys.runs(house.org, "invite")
    assert found.by_selection == {each.selection: each.waiting for each in run.books}
    assert found.held_out == sum(each.held_out for each in run.books) > 0
    stopped: dict[str, int] = {}
    for each in run.books:
        for reason, count in each.blocked.items():
            stopped[reason] = stopped.get(reason, 0) + count
    assert found.stopped == stopped
    assert {"filtered", "no_consent"} == set(stopped)
    assert len(everybody) > found.written > 0


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_change_no_figure(house: Restaurants, monkeypatch, size: int) -> None:
    contacts = house.people(11)
    house.publish(plain())
    for number, contact in enumerate(contacts):
        days_ago(house, [contact], 12 + 3 * number)
    whole = seen(house, invite())
    monkeypatch.setattr(streams, "PAGE", size)
    monkeypatch.setattr(impact, "CHUNK", size)
    shares: list[float] = []
    paged = journeys.impact(house.org, "invite", invite(), now=house.now, tell=shares.append)
    assert whole == paged
    assert whole.newly > 0
    assert shares == sorted(shares)
    assert 1.0 == shares[-1]


def test_a_version_without_runs_writes_to_nobody(house: Restaurants) -> None:
    (one,) = house.people(1)
    days_ago(house, [one], 20)
    new = seen(house, plain())
    assert (None, 1, 0) == (new.before, new.newly, new.no_longer)
    house.publish(plain())
    for nothing in (None, plain(active=False)):
        found = seen(house, nothing)
        assert (None, 0, 1) == (found.after, found.newly, found.no_longer)
    journeys.pause_notice(house.org, "invite", paused=True, now=house.now)
    assert seen(house, plain()).paused
    Journey.objects.update(active=False)
    assert seen(house, plain()).before is None


def test_a_day_later_on_is_whom_time_brings(house: Restaurants) -> None:
    """Of the twelve who are selected today none again; those who cross the line tomorrow are."""
    today, tomorrow = house.people(12), house.people(3)
    days_ago(house, today, 20)
    house.ordered(tomorrow, NOON - timedelta(days=13, hours=12))
    found = seen(house, plain()).after
    assert found is not None
    assert (12, 3.0) == (found.written, found.a_day)
    monthly = replace(plain(), timetable=journeys.timetable("monthly 1st 12:30"))
    found = seen(house, monthly).after
    assert found is not None
    assert pytest.approx(0.4) == found.a_day


def test_a_sender_that_is_not_there_yet_is_said(house: Restaurants) -> None:
    house.people(1)
    (silent,) = house.people(1, consent=False)
    days_ago(house, sorted(house.emails), 20)
    wanted = plain(letter=journeys.Letter("texts", "come-back"))
    found = journeys.impact(house.org, "invite", wanted, now=house.now, reaches=False).after
    assert found is not None
    assert (False, 2, {}) == (found.knows_reach, found.written, found.stopped)
    assert silent in house.emails


def test_orders_are_counted_one_by_one(house: Restaurants) -> None:
    """Of one person two orders; another source only by the new version; none before the first."""
    (one,) = house.people(1)

    def asking(*sources: str) -> journeys.Recurring:
        wanted = journeys.ClosedOrders("delivery", sources)
        way = journeys.Way("send", replace(COME_BACK, klass="service"))
        return invite(
            selections=(journeys.Selection("all", (way,), orders=wanted),),
            once_per=journeys.OncePer.ORDER,
            timetable=journeys.timetable("hourly 11:00 to 22:00"),
        )

    def closes(uid: str, source: str) -> None:
        told = ShopOrderSeen(
            uid, Stage.CLOSED, house.now, contact=one, kind="delivery", source=source
        )
        orders.take_shop_orders(house.org, [told], now=house.now)

    closes("early", "Site")
    kernel_clock._clock.advance(minutes=1)  # type: ignore[attr-defined]
    house.publish(asking("Site"))
    kernel_clock._clock.advance(minutes=10)  # type: ignore[attr-defined]
    closes("a", "Site")
    closes("b", "Site")
    closes("c", "App")
    kernel_clock._clock.advance(minutes=10)  # type: ignore[attr-defined]
    found = seen(house, asking("Site", "App"))
    assert found.before is not None
    assert found.after is not None
    assert (2, 3, 1, 0) == (
        found.before.written,
        found.after.written,
        found.newly,
        found.no_longer,
    )
    assert (3.0, 4.0) == (found.before.a_day, found.after.a_day)


def test_each_branch_by_its_own_clocks(house: Restaurants) -> None:
    """On the other side of midnight it is tomorrow already, and a birthday one day nearer."""
    orgs.add_branch(house.org, "far", name="Far", zone="Asia/Vladivostok")
    (far,) = [each.id for each in orgs.branches(house.org)]
    at_home, away = house.people(2)
    days_ago(house, [at_home, away], 20)
    Buyer.objects.filter(contact=away).update(branch=far)
    born = journeys.Condition(
        "birthday_within", {"birthday_within": {"days_before": 1, "on_the_day": False}}
    )
    for contact in (at_home, away):
        house.born(contact, 11, 23)
    kernel_clock._clock.advance(hours=6)  # type: ignore[attr-defined] # 18:00, there 01:00 of the 22nd
    found = seen(house, plain(born, once_per=journeys.OncePer.BIRTHDAY))
    assert (1, (away,)) == (found.newly, found.newly_sample)


def test_who_is_in_flight_stays_on_their_version(house: Restaurants) -> None:
    everybody = house.people(freezing.PORTION + 20)
    days_ago(house, everybody, 20)
    house.publish(plain())
    house.tick()
    journeys.freeze_runs(jobs.Budget(60))
    house.publish(plain(LONG))
    (it,) = journeys.in_flight(house.org)["invite"]
    assert (1, 1, 2, len(everybody), 0) == (
        it.version,
        it.runs,
        it.portions,
        it.undecided,
        it.queued,
    )
    journeys.walk_runs(jobs.Budget(60))
    (it,) = journeys.in_flight(house.org)["invite"]
    assert (1, 0, 0, len(everybody)) == (it.version, it.runs, it.undecided, it.queued)
    jobs.run_until_idle(groups=("pipeline", "deliver"))
    assert {} == journeys.in_flight(house.org)
