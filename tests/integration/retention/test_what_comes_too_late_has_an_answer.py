"""Facts of days that are final come all the same: each way in says what becomes of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from postlude.activity import api as activity
from postlude.activity.models import Activity
from postlude.activity.types import ActivitySeen, Kind
from postlude.attribution import api as attribution
from postlude.kernel import clock
from postlude.kernel.money import Money
from postlude.messages.models import Message
from postlude.orders import api as orders
from postlude.orders.api import ShopOrderSeen, Stage
from postlude.people.models import Visitor
from postlude.sources.models import FactMistake
from postlude.tracking import api as tracking
from postlude.tracking.models import Touch
from postlude.tracking.types import Hit, TouchKind

from .conftest import EXAMPLE, LATER, Past

THEN = datetime(2026, 3, 10, 2, 6, tzinfo=UTC)
ZONED = "2026-03-10T10:06:00+08:00"


@pytest.fixture
def gone(past: Past) -> Past:
    past.retain()
    return past


def _message(past: Past) -> Message:
    sent = Message.objects.filter(org=past.org, channel="email", state="delivered", testing=False)
    found = sent.first()
    assert found is not None
    return found


def _open(message: Message, at: datetime, name: str = "late") -> Hit:
    return Hit(TouchKind.OPEN, message.id, at, provider="esp", event_id=name)


def _page(past: Past, at: datetime, made: datetime) -> ActivitySeen:
    visitor = Visitor.objects.filter(org=past.org).order_by("id").first()
    assert visitor is not None
    ms = int(made.timestamp() * 1000)
    return ActivitySeen(Kind.PAGE, f"{ms:012x}7000800000000000", ms, visitor.id, None, at, at)


def test_a_vendor_that_tells_a_year_late_is_not_heard(gone: Past) -> None:
    before = gone.said()
    assert tracking.record_many(gone.org, [_open(_message(gone), THEN)], now=clock.now()) == 0
    gone.work()
    assert not Touch.objects.exists()
    assert before == gone.said()


def test_a_page_sent_again_after_a_year_is_not_counted_twice(gone: Past) -> None:
    """Its id is of a day that is gone, so nobody could tell that it is a repeat."""
    seen = [_page(gone, THEN, THEN), _page(gone, clock.now(), THEN)]
    assert activity.record_many(gone.org, seen, now=clock.now()) == []
    assert not Activity.objects.exists()
    fresh = _page(gone, clock.now(), clock.now())
    assert len(activity.record_many(gone.org, [fresh], now=clock.now())) == 1


def test_a_page_whose_clock_was_ahead_stays_as_long_as_it_may_be_sent_again(past: Past) -> None:
    """Its id is of a day that is not gone: sent again it is a repeat."""
    ahead = _page(past, THEN, clock.now())
    past.go_to(THEN + timedelta(days=30))
    assert len(activity.record_many(past.org, [ahead], now=clock.now())) == 1
    past.work()
    past.go_to(LATER)
    past.retain()
    assert 1 == Activity.objects.count()
    again = replace(ahead, at=clock.now())
    assert activity.record_many(past.org, [again], now=clock.now()) == []


def test_an_old_message_may_be_followed_today(gone: Past) -> None:
    before, message, now = gone.said(), _message(gone), clock.now()
    assert tracking.record_many(gone.org, [_open(message, now)], now=now) == 1
    seen = ShopOrderSeen(
        "new", Stage.CLOSED, now, contact=message.contact, amount=Money(100, "TWD")
    )
    [told] = orders.take_shop_orders(gone.org, [seen], now=now)
    gone.work()
    credit = attribution.credited(gone.org, [told.order.id])[told.order.id]
    assert credit.opened is not None
    assert credit.opened.message == message.id
    after = gone.said()
    for old, new in zip(before["cells"], after["cells"], strict=True):
        assert all(row in new for row in old)
    assert len(after["cells"][2]) == len(before["cells"][2]) + 1
    assert all(row in after["orders"] for row in before["orders"])
    assert [] == gone.differing()


@pytest.mark.parametrize("swept", [False, True])
def test_an_order_told_a_year_late_is_kept_and_credited_to_nothing(
    past: Past, monkeypatch, swept: bool
) -> None:
    """The same whether what it might be credited to is deleted already or not."""
    if not swept:
        monkeypatch.setattr(tracking, "let_go", lambda *_: 0)
        monkeypatch.setattr(activity, "let_go", lambda *_: 0)
    past.retain()
    assert bool(Touch.objects.exists()) is not swept
    visitor = Visitor.objects.filter(org=past.org).order_by("id").first()
    assert visitor is not None
    at = THEN + timedelta(hours=1)
    seen = ShopOrderSeen(
        "late",
        Stage.CLOSED,
        at,
        contact=_message(past).contact,
        visitor=visitor.id,
        amount=Money(100, "TWD"),
    )
    [told] = orders.take_shop_orders(past.org, [seen], now=clock.now())
    past.work()
    credit = attribution.credited(past.org, [told.order.id])[told.order.id]
    assert (None, None, None) == (credit.opened, credit.clicked, credit.session_started_at)
    assert credit.amount == Money(100, "TWD")
    cancelled = ShopOrderSeen("late", Stage.CANCELLED, at + timedelta(hours=1))
    orders.take_shop_orders(past.org, [cancelled], now=clock.now())
    past.work()
    credit = attribution.credited(past.org, [told.order.id])[told.order.id]
    assert credit.state == "cancelled"
    assert [] == past.differing()


def test_an_order_of_then_may_still_be_cancelled(gone: Past) -> None:
    number = orders.shop_orders_named(gone.org, ["o1"])["o1"].id
    before = attribution.credited(gone.org, [number])[number]
    seen = ShopOrderSeen("o1", Stage.CANCELLED, clock.now())
    orders.take_shop_orders(gone.org, [seen], now=clock.now())
    gone.work()
    after = attribution.credited(gone.org, [number])[number]
    assert after.state == "cancelled"
    assert before.clicked is not None
    assert (before.opened, before.clicked) == (after.opened, after.clicked)
    assert [] == gone.differing()


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_file_of_history_is_told_what_is_too_old(gone: Past, dry_run: bool) -> None:
    facts = [
        {
            "kind": "message",
            "id": "m-late",
            "contact": "A1",
            "channel": "email",
            "node": "n",
            "template": "t",
            "at": ZONED,
            "state": "accepted",
        },
        {"kind": "touch", "id": "t-late", "message": "m-late", "what": "open", "at": ZONED},
        {
            "kind": "activity",
            "id": "a-late",
            "visitor": "browser-number-u1",
            "what": "page",
            "url": "https://shop.test/",
            "at": ZONED,
        },
        {"kind": "order", "id": "o-late", "contact": "A1", "amount": 1, "closed_at": ZONED},
        {
            "kind": "touch",
            "id": "t-new",
            "message": "m-late",
            "what": "open",
            "at": (LATER - timedelta(days=1)).isoformat(),
        },
    ]
    report = gone.tell(*facts, dry_run=dry_run)
    assert {"no_longer_kept": 2} == dict(report.rejected)
    assert {"message": 1, "order": 1, "touch": 1} == dict(report.new)
    assert {"at"} == {each.field for each in report.first}
    assert all("2026-04-27" in each.message for each in report.first)
    assert all("postlude retention show" in each.hint for each in report.first)
    assert (0 if dry_run else 2) == FactMistake.objects.count()
    gone.work()
    assert (0 if dry_run else 1) == Touch.objects.count()
    assert [] == gone.differing()


def test_the_same_file_again_is_known(gone: Past) -> None:
    """What went is known to have been loaded: nothing comes back."""
    lines = EXAMPLE.read_text().splitlines()
    other = gone.folder / "again.ndjson"
    other.write_text("\n".join([*lines, ""]) + "\n")
    before, report = gone.said(), gone.load(other)
    assert {} == dict(report.rejected)
    assert {} == dict(report.new)
    gone.work()
    assert not Touch.objects.exists()
    assert before == gone.said()
