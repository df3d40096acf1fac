"""The report of popups, by the measurement's third example: who logs in later is a member then."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from postlude.activity import api as activity
from postlude.activity.types import ActivitySeen, Kind
from postlude.attribution import api as attribution
from postlude.kernel import jobs, store, work
from postlude.kernel.money import Money
from postlude.messages.types import TokenOwner
from postlude.orders import api as orders
from postlude.orders.api import ShopOrderSeen, Stage
from postlude.people import api as people
from postlude.people.types import Visit
from postlude.popups import api as popups
from postlude.popups.types import Deed, Fate, Told, Wish
from postlude.reports import api as reports
from postlude.reports.errors import BadPopupNumber, BadRange, UnknownPopup
from postlude.reports.types.popups import PopupNumber, Side
from postlude.tracking import api as tracking
from postlude.tracking.types import Agent, AgentKind, Hit, Reason, TouchKind
from postlude.wiring import registry
from postlude.wiring.cli.commands import run
from support.beacons import uuid7
from support.popping import welcome

U5 = "browser-of-device-c5-0001"
START = datetime(2026, 3, 10, 6, tzinfo=UTC)  # 14:00 in Taipei
BROWSER = Agent(AgentKind.BROWSER, Reason.NONE)
N, S = PopupNumber, Side


class Shop:
    """Visitors, popups and orders at times of their own."""

    def __init__(self, org: int, clock) -> None:
        self.org, self._clock, self._orders = org, clock, 0
        clock.advance(seconds=(START - clock.now()).total_seconds())

    def publish(self, *wanted) -> None:
        for each in wanted:
            popups.publish(self.org, each, now=self._clock.now())

    def visit(self, cid: str, member: str = ""):
        now = self._clock.now()
        with store.write():
            return people.visit_many(self.org, [Visit(cid, now, member)], now=now)[0]

    def show(self, cid: str = U5, slug: str = "welcome"):
        held = next(each for each in popups.in_force(self.org).popups if each.popup.slug == slug)
        who = self.visit(cid)
        wish = Wish(uuid7().replace("-", ""), held.id, held.version, cid, who.visitor, who.contact)
        with store.write():
            (shown,) = popups.show_many(self.org, [wish], now=self._clock.now())
        return shown, who

    def click(self, shown, who, *, times: int = 1) -> None:
        for _ in range(times):
            now = self._clock.now()
            told = Told(
                *(uuid7().replace("-", ""), shown.exposure, Deed.CLICKED, now),
                *(who.visitor, who.contact, BROWSER),
            )
            seen = ActivitySeen(
                kind=Kind.EVENT,
                message_id=told.uid,
                sent_ms=int(now.timestamp() * 1_000),
                visitor=who.visitor,
                contact=who.contact,
                at=now,
                client_ts=now,
                action="popup_clicked",
            )
            with store.write():  # as the collector does it: the deed and the event
                popups.tell_many(self.org, [told], now=now)
                activity.record_many(self.org, [seen], now=now)

    def buy(self, *, visitor: int | None = None, contact: int | None = None, stage=Stage.CLOSED):
        self._orders += 1
        seen = ShopOrderSeen(
            uid=f"o{self._orders}",
            stage=stage,
            at=self._clock.now(),
            contact=contact,
            visitor=visitor,
            amount=Money(50_000, "TWD"),
        )
        orders.take_shop_orders(self.org, [seen], now=self._clock.now())

    def look(self, who) -> None:
        now = self._clock.now()
        seen = ActivitySeen(
            kind=Kind.PAGE,
            message_id=uuid7().replace("-", ""),
            sent_ms=int(now.timestamp() * 1_000),
            visitor=who.visitor,
            contact=who.contact,
            at=now,
            client_ts=now,
        )
        with store.write():
            activity.record_many(self.org, [seen], now=now)

    def report(self, **asked):
        work.drain(lambda: False, lane=tracking.LANE)
        jobs.run_once("tracking.judge", wait=1)
        work.drain(lambda: False, lane=attribution.LANE)
        which = reports.popups_asked(self.org, **asked)
        return reports.popups(self.org, which, now=self._clock.now())


@pytest.fixture
def shop(org, clock, settings, tmp_path) -> Shop:
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    return Shop(org.id, clock)


def sides(tally) -> dict[str, tuple[int, int]]:
    return {
        number.value: (tally.count(number, S.ANONYMOUS), tally.count(number, S.MEMBER))
        for number in N
    }


def test_who_logs_in_after_buying_is_a_member_in_the_same_range(shop, clock) -> None:
    """u5 clicks at 14:00, buys as a guest at 14:10, logs in at 16:00."""
    shop.publish(welcome())
    shown, u5 = shop.show()
    shop.click(shown, u5)
    clock.advance(minutes=10)
    shop.buy(visitor=u5.visitor)
    days = {"since": "2026-03-10", "until": "2026-03-10"}
    clock.advance(minutes=50)
    at_15 = shop.report(**days).total
    clock.advance(hours=1)
    shop.visit(U5, "m5")
    clock.advance(hours=1)
    at_17 = shop.report(**days).total

    one = {"shown": (1, 0), "held_out": (0, 0), "clicked": (1, 0), "converted": (1, 0)}
    assert one == sides(at_15)
    assert {name: counts[::-1] for name, counts in one.items()} == sides(at_17)
    assert (50_000, 0) == (at_15.paid(S.ANONYMOUS), at_15.paid(S.MEMBER))
    assert (0, 50_000) == (at_17.paid(S.ANONYMOUS), at_17.paid(S.MEMBER))


def test_rates_of_nobody_are_none(shop) -> None:
    shop.publish(welcome())
    total = shop.report().total
    assert (None, None) == (total.click_rate(), total.conversion_rate())
    shop.show()
    total = shop.report().total
    assert (0.0, None) == (total.click_rate(), total.conversion_rate())
    assert total.click_rate(S.MEMBER) is None


def test_an_order_is_of_the_last_click_within_a_day_and_of_one_only(shop, clock) -> None:
    shop.publish(welcome("early"), welcome("late"))
    early, u5 = shop.show(slug="early")
    shop.click(early, u5, times=2)  # who clicks twice has clicked once
    clock.advance(hours=1)
    late, _ = shop.show(slug="late")
    shop.click(late, u5)
    clock.advance(hours=24)
    shop.buy(visitor=u5.visitor)  # exactly a day after
    clock.advance(seconds=1)
    shop.buy(visitor=u5.visitor)  # and a second more
    shop.buy(visitor=u5.visitor + 1)  # somebody else

    lines = {each.popup: each.tally for each in shop.report().lines}
    assert (1, 0) == (lines["early"].count(N.CLICKED), lines["early"].count(N.CONVERTED))
    assert (1, 1) == (lines["late"].count(N.CLICKED), lines["late"].count(N.CONVERTED))
    # The later click takes the order also where only the earlier popup's day is asked for.
    assert 0 == shop.report(popup="early").total.count(N.CONVERTED)


def test_an_order_told_by_the_shop_finds_the_click_of_its_buyer(shop, clock) -> None:
    shop.publish(welcome())
    shown, who = shop.show()
    shop.click(shown, who)
    clock.advance(hours=2)
    contact = shop.visit(U5, "m5").contact
    shop.buy(contact=contact)
    shop.buy(contact=contact, stage=Stage.OPENED)  # not closed: it does not count

    assert 1 == shop.report().total.count(N.CONVERTED, S.MEMBER)


def test_an_order_that_another_channel_is_credited_with_is_no_popups(shop, clock) -> None:
    """One path of credit: a mail that was clicked later has the order."""
    shop.publish(welcome())
    shown, who = shop.show()
    contact = shop.visit(U5, "m5").contact
    shop.click(shown, who)
    clock.advance(hours=1)
    owner = TokenOwner(shop.org, 7, contact, "email", False, "w1.n", 1, 1)
    hit = Hit(TouchKind.CLICK, 7, clock.now(), link=1, visitor=who.visitor, owner=owner)
    with store.write():
        tracking.record_many(shop.org, [hit], now=clock.now())
    shop.visit(U5, "m5")
    shop.look(who)
    clock.advance(hours=1)
    shop.buy(contact=contact)
    assert 0 == shop.report().total.count(N.CONVERTED)
    clock.advance(hours=23)
    shop.buy(contact=contact)
    shop.report()
    (it, other) = attribution.credited(
        shop.org, [each.id for each in orders.shop_orders_named(shop.org, ["o1", "o2"]).values()]
    ).values()
    assert ["email", "email"] == [each.clicked.channel for each in (it, other)]


def test_every_number_opens_into_its_rows(shop, clock) -> None:
    shop.publish(welcome(), welcome("never", share=1e-9))
    for cid in (U5, "browser-of-device-c6-0001", "browser-of-device-c7-0001"):
        shown, who = shop.show(cid)
        out, _ = shop.show(cid, slug="never")
        assert Fate.HELD_OUT is out.fate
        clock.advance(minutes=1)
        if cid != U5:
            shop.click(shown, who)
            shop.look(who)
            shop.buy(visitor=who.visitor)
    shop.visit("browser-of-device-c7-0001", "m7")
    clock.advance(minutes=31)  # a click before a login is judged by the clock
    found = shop.report()

    assert {"shown": (2, 1), "held_out": (2, 1), "clicked": (1, 1), "converted": (1, 1)} == sides(
        found.total
    )
    for popup in ("", "welcome", "never"):
        which = reports.popups_asked(shop.org, popup=popup)
        tally = shop.report(popup=popup).total
        for number in N:
            for side in (*S, None):
                opened = reports.popups_opened(shop.org, which, number, of=side)
                assert tally.count(number, side) == opened.total == len(opened.rows)
    page = reports.popups_opened(
        shop.org, reports.popups_asked(shop.org), N.SHOWN, limit=2, offset=2
    )
    assert (1, 3, None) == (len(page.rows), page.total, page.next_offset)


def test_the_days_add_up_and_a_day_is_local(shop, clock) -> None:
    shop.publish(welcome())
    shop.show()
    clock.advance(hours=10)  # 0:00 in Taipei
    shop.show()
    found = shop.report()

    assert ["2026-03-10", "2026-03-11"] == [day.isoformat() for day, _ in found.days]
    assert 1 == shop.report(since="2026-03-11").total.count(N.SHOWN)


def test_a_question_that_cannot_be_answered_says_how_to_ask(shop) -> None:
    with pytest.raises(UnknownPopup, match="nope"):
        shop.report(popup="nope")
    with pytest.raises(BadRange):
        shop.report(since="2026-03-11", until="2026-03-10")
    with pytest.raises(BadPopupNumber):
        reports.popup_number("seen")


def test_the_command_line_says_it_as_json_csv_and_table(shop, tmp_path, capsys) -> None:
    shop.publish(welcome(title="=cmd()"))
    shown, who = shop.show()
    shop.click(shown, who)
    file = tmp_path / "popups.csv"

    assert 0 == run(["report", "popup", "--json", "--csv", str(file)])
    said = json.loads(capsys.readouterr().out)
    assert {"all": 1, "anonymous": 1, "member": 0} == said["total"]["clicked"]
    assert {"all": 1.0, "anonymous": 1.0, "member": None} == said["total"]["click_rate"]
    assert 0 == run(["report", "popup"])
    assert "welcome" in capsys.readouterr().out
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    assert ["anonymous", "member", "anonymous", "member", ""] == [each["who"] for each in rows]
    assert "'=cmd()" == rows[0]["title"]
    assert ("1", "1", "1.0", "0.0") == tuple(
        rows[0][name] for name in ("shown", "clicked", "click_rate", "conversion_rate")
    )
    assert ("0", "", "") == tuple(
        rows[1][name] for name in ("clicked", "click_rate", "conversion_rate")
    )


def test_the_report_is_what_a_slow_recount_says(shop, clock) -> None:
    """Many visitors, shows, clicks and orders in a row of their own making."""
    shop.publish(welcome(), welcome("two"))
    slow = {"shown": 0, "clicked": 0, "converted": 0}
    for number in range(24):
        cid = f"browser-of-visitor-{number % 7:04}"
        shown, who = shop.show(cid, slug=("welcome", "two")[number % 2])
        slow["shown"] += 1
        if number % 3:
            shop.click(shown, who)
            slow["clicked"] += 1
        clock.advance(minutes=7)
        if number % 6 == 1:
            shop.buy(visitor=who.visitor)  # clicked a moment ago
            slow["converted"] += 1
        clock.advance(hours=1)

    total = shop.report().total
    assert slow == {name: total.count(N(name)) for name in slow}
