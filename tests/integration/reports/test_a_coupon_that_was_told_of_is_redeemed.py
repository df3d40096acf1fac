"""PRO10: who redeemed it after a notice had named it, and who without being told, to the unit."""

import csv
import io
import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from postlude.journeys import api as journeys
from postlude.journeys.models import Cycle, Journey, JourneyVersion
from postlude.kernel import clock as kernel_clock
from postlude.kernel import work
from postlude.orders import api as orders
from postlude.orders.shop.types import ShopOrderSeen, Stage
from postlude.orgs import api as orgs
from postlude.reports import api as reports
from postlude.wiring import registry
from postlude.wiring.cli.commands import run
from support.noticing import Restaurant

DAY = timedelta(days=1)


@pytest.fixture
def place(org, clock, settings, tmp_path) -> Restaurant:
    """A notice of which one way names PRO10 and one does not."""
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    place = Restaurant(org.id).open()
    letter = journeys.Letter("sms", "back")
    ways = (
        journeys.Way("pro10", letter, coupon="PRO10"),
        journeys.Way("gift", letter, journeys.Points(100, "invite")),
    )
    who = journeys.Condition("!birthday_known")
    selection = journeys.Selection("all", ways, who=who)
    journeys.publish_notice(
        org.id,
        journeys.Recurring(
            "invite", journeys.timetable("daily 12:00"), (selection,), journeys.OncePer.EVER
        ),
        now=clock.now(),
    )
    place.cycles["invite", 1] = Cycle.objects.create(
        org_id=org.id,
        journey=Journey.objects.get(org=org.id, slug="invite"),
        version=JourneyVersion.objects.get(org=org.id),
        conference=0,
        entered=0,
        started_at=clock.now(),
    ).id
    return place


def redeem(
    place: Restaurant, uid: str, contact: int | None, at: datetime, *codes: str, **more: Any
) -> None:
    seen = ShopOrderSeen(uid, Stage.CLOSED, at, contact=contact, coupons=codes, **more)
    orders.take_shop_orders(place.org, [seen], now=at)


def counted(place: Restaurant, **asked: Any) -> tuple[dict[str, int], dict[str, int]]:
    found = reports.notices(place.org, reports.notices_asked(place.org, **asked))
    return {line.group.action: line.tally.redeemed for line in found.actions}, dict(found.untold)


def test_told_and_untold_are_counted_apart(place, clock) -> None:
    start = kernel_clock.now()
    told, twice, gifted, late, silent = [place.person(number) for number in range(5)]
    place.send("invite", told, twice, late, action="pro10")
    place.send("invite", gifted, action="gift")
    redeem(place, "a1", told, start + DAY, "PRO10")
    redeem(place, "b1", twice, start + 2 * DAY, "pro10", "OTHER")
    redeem(place, "b2", twice, start + 3 * DAY, "PRO10")
    redeem(place, "c1", gifted, start + DAY, "PRO10")  # was not told of it
    redeem(place, "d1", late, start + 15 * DAY, "PRO10")
    redeem(place, "e1", None, start + DAY, "PRO10")  # nobody knows who
    redeem(place, "f1", told, start - DAY, "PRO10")  # before
    redeem(place, "g1", told, start + DAY, "PRO100", "XPRO10")
    redeem(place, "h1", told, start + DAY, "PRO10", test=True)
    redeem(place, "i1", told, start + DAY, "PRO10")
    gone = ShopOrderSeen("i1", Stage.CANCELLED, start + 2 * DAY)
    orders.take_shop_orders(place.org, [gone], now=start + 2 * DAY)
    place.work()
    assert ({"pro10": 3, "gift": 0}, {"PRO10": 4}) == counted(place)
    found = reports.redemptions(place.org, reports.notices_asked(place.org))
    assert ["a1", "b1", "b2"] == sorted(it.order for it, by in found if by is not None)
    assert ["c1", "d1", "e1", "f1"] == sorted(it.order for it, by in found if by is None)
    assert silent not in {it.contact for it, _ in found}


def test_it_is_one_person_under_two_contacts(place) -> None:
    start = kernel_clock.now()
    ann, also_ann = place.person(1), place.person(2)
    place.send("invite", also_ann, action="pro10")
    place.join(also_ann, ann)
    place.work()
    redeem(place, "a1", ann, start + DAY, "PRO10")
    assert ({"pro10": 1}, {}) == counted(place)


def test_days_kind_and_branch_are_those_of_the_message(place, org, clock) -> None:
    """And of the order where nobody was told."""
    arbat = orgs.add_branch(org.id, "arbat", "Arbat").id
    start = kernel_clock.now()
    one, two = place.person(1), place.person(2)
    place.send("invite", one, action="pro10", branch=arbat)
    redeem(place, "a1", one, start + 5 * DAY, "PRO10")
    redeem(place, "a2", two, start + 5 * DAY, "PRO10", branch=arbat)
    day: date = orgs.local_day(org.id, start)
    assert ({"pro10": 1}, {}) == counted(place, until=day)
    assert ({}, {"PRO10": 1}) == counted(place, since=day + DAY)
    assert ({"pro10": 1}, {"PRO10": 1}) == counted(place, branch="arbat", kind="invite")
    split = reports.notices(place.org, reports.notices_asked(place.org, by_branch=True))
    assert [("arbat", 1)] == [(it.group.branch, it.tally.redeemed) for it in split.actions]


def test_it_is_printed_and_written(place, capsys, tmp_path) -> None:
    start = kernel_clock.now()
    one = place.person(1)
    place.send("invite", one, action="pro10")
    redeem(place, "a1", one, start + DAY, "PRO10")
    redeem(place, "a2", None, start + DAY, "PRO10")
    file = tmp_path / "n.csv"
    assert 0 == run(["report", "notices", "--json", "--csv", str(file)])
    printed = json.loads(capsys.readouterr().out)
    assert (1, {"PRO10": 1}) == (printed["total"]["redeemed"], printed["untold"])
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    assert ["1", "1"] == [row["redeemed"] for row in rows]
    assert 0 == run(["report", "notices"])
    assert "PRO10: redeemed 1 times more" in capsys.readouterr().out


def test_another_organisation_sees_nothing_of_it(place) -> None:
    one = place.person(1)
    place.send("invite", one, action="pro10")
    redeem(place, "a1", one, kernel_clock.now() + DAY, "PRO10")
    other = orgs.create("other", "Other", zone="UTC", currency="EUR")
    assert [] == reports.redemptions(other.id, reports.notices_asked(other.id))
    assert {} == journeys.coupons_named(other.id)
