"""A test of a notice is one real message, and as if it had never been anywhere else."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from postlude.attribution.models import Notice
from postlude.journeys import api as journeys
from postlude.journeys.models import Cycle, Mark, SendAttempt, Turn
from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs
from postlude.kernel.errors import BadInput
from postlude.messages.models import Message
from postlude.orgs import api as orgs
from postlude.orgs.types import Cap
from postlude.reports import api as reports
from postlude.wiring import registry
from postlude.wiring.cli.commands import run

from . import notices_house
from .notices_house import BALANCE, DISCOUNT, GIFT, LONG, SHORT, Restaurants, invite

NOON = datetime(2026, 11, 21, 9, tzinfo=UTC)  # 12:00 in Moscow
DAY = timedelta(days=1)


@pytest.fixture
def house(db, settings, tmp_path):
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    with kernel_clock.use(kernel_clock.FrozenClock(NOON - DAY)) as clock:
        it = notices_house.build(clock)
        registry._done.clear()
        registry.register_all()
        it.publish(
            invite(
                selections=(
                    journeys.Selection("long", (BALANCE, GIFT, DISCOUNT), who=LONG),
                    journeys.Selection("short", (GIFT, BALANCE), who=SHORT),
                )
            )
        )
        yield it


def try_it(house: Restaurants, **more: str) -> str:
    queued = journeys.send_notice_test(
        house.org, "invite", source="test", now=house.now, **{"to": "me@example.test", **more}
    )
    jobs.run_until_idle(groups=("pipeline", "deliver"))
    assert queued.blocked is None
    return str(house.mail.sent[-1].subject)


def test_it_goes_out_and_nothing_is_written_down(house: Restaurants) -> None:
    """No mark, no points, no turn, no run; nothing in the report or among the reactions."""
    assert "balance" == try_it(house)
    assert "gift" == try_it(house, way="gift")
    assert "discount" == try_it(house, selection="long", way="discount")
    assert "gift" == try_it(house, selection="short")
    jobs.run_once("attribution.news")
    assert [0] * 5 == [it.objects.count() for it in (Mark, Turn, Cycle, SendAttempt, Notice)]
    (me,) = set(Message.objects.values_list("contact", flat=True))
    assert 0 == house.points(me)
    assert [True] * 4 == list(Message.objects.values_list("testing", flat=True))
    total = reports.notices(house.org, reports.notices_asked(house.org)).total
    assert not any(total.counts.values())


def test_who_tried_it_gets_it_as_everybody_does(house: Restaurants) -> None:
    """The first in turn still has the first turn, and no cap knows of the tests."""
    one, two = house.people(2)
    orgs.configure(house.org, caps=[Cap("", 1, 7)])
    house.ordered([one, two], NOON - timedelta(days=20))
    for _ in range(3):
        try_it(house, to=house.emails[one], way="discount")
    kernel_clock._clock.advance(days=1)  # type: ignore[attr-defined]
    house.work()
    real = [mail for mail in house.mail.sent if mail.subject != "discount"]
    assert [(one, "gift"), (two, "gift")] == sorted((mail.contact, mail.subject) for mail in real)
    assert (2, 100, 100) == (house.marks(), house.points(one), house.points(two))


def test_who_has_said_no_may_still_try_it(house: Restaurants) -> None:
    (me,) = house.people(1, consent=False)
    assert "gift" == try_it(house, to=house.emails[me], way="gift")


def test_at_the_command_line(house: Restaurants, capsys) -> None:
    (me,) = house.people(1)
    for to in (house.emails[me], str(me)):
        capsys.readouterr()
        assert 0 == run(["journeys", "test", "invite", "--to", to, "--way", "gift", "--json"])
        assert json.loads(capsys.readouterr().out)["message"]
    assert {me} == set(Message.objects.values_list("contact", flat=True))
    assert 0 == run(["journeys", "test", "invite", "--to", "me@example.test"])
    assert 3 == run(["journeys", "test", "invite", "--to", "nobody"])
    assert 3 == run(["journeys", "test", "nothing", "--to", str(me)])
    capsys.readouterr()
    assert 3 == run(["journeys", "test", "invite", "--to", str(me), "--way", "gfit"])
    assert "gift" in capsys.readouterr().err


def test_a_wrong_name_lists_what_there_is(house: Restaurants) -> None:
    with pytest.raises(BadInput) as caught:
        try_it(house, way="free-car")
    assert "long discount" in caught.value.hint


def test_its_texts_know_who_sends_them(house: Restaurants) -> None:
    """So the console offers the right sender for a test of its template."""
    uses = {(each.template, each.sender) for each in journeys.mail_uses(house.org)}
    assert {("gift", "mail"), ("balance", "mail"), ("discount", "mail")} <= uses
