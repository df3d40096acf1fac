"""From a timetable to the report: sent by turns, held out, stopped, ordered, counted, compared."""

from datetime import UTC, datetime, timedelta

import pytest

from postlude.attribution.models import Notice
from postlude.journeys import api as journeys
from postlude.journeys.models import SendAttempt
from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs, store, work
from postlude.reports import api as reports
from postlude.reports.types.notices import FATES, Count, Unit
from postlude.wiring import registry
from support.noticing import Restaurant

from . import notices_house
from .notices_house import DISCOUNT, GIFT, SHORT, invite

NOON = datetime(2026, 11, 21, 9, tzinfo=UTC)  # 12:00 in Moscow
DAY = timedelta(days=1)


@pytest.fixture
def clock():
    with kernel_clock.use(kernel_clock.FrozenClock(NOON - DAY)) as it:
        yield it


@pytest.fixture
def house(db, clock, settings, tmp_path):
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    house = notices_house.build(clock)
    registry._done.clear()
    registry.register_all()
    return house


@pytest.fixture
def served(house, clock):
    """40 people away for three weeks, a quarter of them held out, and one who never agreed."""
    people = house.people(40)
    stranger = house.people(1, consent=False)
    house.ordered([*people, *stranger], NOON - timedelta(days=20))
    ways = journeys.Selection("short", (GIFT, DISCOUNT), who=SHORT)
    house.publish(invite(selections=(ways,), hold_out=250))
    clock.advance(days=1)
    house.work()
    jobs.run_until_idle(groups=("pipeline", "deliver"))
    jobs.run_once("attribution.news")
    return house


def counted(house):
    return reports.notices(house.org, reports.notices_asked(house.org))


def test_everybody_of_a_run_is_in_the_report_once(served) -> None:
    books, total = served.books(), counted(served).total
    assert total.count(Count.ENTERED) == books["entered"] == 41
    assert total.count(Count.ENTERED) == sum(total.count(each) for each in FATES)
    assert {each: total.count(each) for each in (Count.SENT, Count.HELD_OUT, Count.BLOCKED)} == {
        Count.SENT: books["sent"],
        Count.HELD_OUT: books["held_out"],
        Count.BLOCKED: 1,
    }
    assert books["held_out"] > 0


def test_turns_points_and_the_lift_are_told(served, clock) -> None:
    till = Restaurant(served.org)
    rows = Notice.objects.filter(org=served.org).order_by("contact")
    written = [row for row in rows if row.fate == "sent"]
    held_out = [row for row in rows if row.fate == "held_out"]
    clock.advance(days=3)
    for row in [*written[:8], held_out[0]]:
        till.order(row.contact, NOON + DAY, NOON + DAY, uid=f"o{row.contact}")
    jobs.run_once("attribution.news")
    clock.advance(days=14)
    jobs.run_once("attribution.look_again")
    found = counted(served)
    assert (found.total.count(Count.REACTED), found.total.count(Count.WAITING)) == (8, 0)
    (lift,) = found.lifts
    assert (lift.kind, lift.version) == ("invite", 1)
    assert (lift.written_to.hits, lift.written_to.total) == (8, len(written))
    assert (lift.held_out.hits, lift.held_out.total) == (1, len(held_out))
    actions = {line.group.action: line.tally for line in found.actions if line.group.action}
    assert set(actions) == {"gift", "discount"}
    assert abs(actions["gift"].count(Count.SENT) - actions["discount"].count(Count.SENT)) <= 1
    given = found.total.points[Unit.GIVEN]
    assert given == 100 * actions["gift"].count(Count.SENT)
    assert found.total.points[Unit.BURNT] == given, "nobody spent them, and they end after 14 days"


def test_who_was_held_out_takes_the_credit_from_no_message(served, clock) -> None:
    held_out = Notice.objects.filter(org=served.org, fate="held_out").first()
    place = Restaurant(served.org)
    place.order(held_out.contact, NOON + DAY, NOON + DAY)
    clock.advance(days=2)
    jobs.run_once("attribution.news")
    row = Notice.objects.get(id=held_out.id)
    assert (row.reaction, row.effect) == ("reacted", "o1")
    assert counted(served).total.count(Count.REACTED) == 0
    assert counted(served).total.count(Count.CREDITED) == 0


def test_the_news_of_a_run_again_changes_nothing(served) -> None:
    before = list(Notice.objects.order_by("id").values())
    (cycle,) = set(SendAttempt.objects.values_list("execution__cycle", flat=True))
    with store.write():
        work.publish(journeys.FINISHED, served.org, [cycle])
    jobs.run_once("attribution.news")
    assert list(Notice.objects.order_by("id").values()) == before
