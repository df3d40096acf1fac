"""A ticket seen by poll, webhook and CSV is one ticket, in whatever order they come."""

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from postlude.sources import api as sources

NAME = "PyCon TW 2023 Registration: Individual"
HEADER = "Id,訂單編號,報名序號,票種,票券付款狀態,售出日期,票面價格,聯絡人 姓名,聯絡人 Email,聯絡人 手機\n"


class Doors:
    """Shows one sale through each door."""

    def __init__(self, shop: Any, hook: Any, made: Any, order: Any, own_ids: bool) -> None:
        self.shop, self.hook, self.made, self.order = shop, hook, made, order
        self.ids = order["ticket_ids"] if own_ids else order["attendee_ids"]

    def poll(self) -> None:
        self.shop.good_poll()

    def webhook(self) -> None:
        tickets = [
            {"id": number, "name": "一般票", "price_cents": 279000, "price_currency": "TWD"}
            for number in self.ids
        ]
        notification = self.made.paid(self.order["order_no"], tickets=tickets)
        self.hook.take(notification, batch=str(self.shop.clock.now().timestamp()))

    def csv(self) -> None:
        rows = "".join(
            f"{number},{self.order['order_no']},1,一般票,paid,2023-08-18,2790.0,"
            "王小明,ann@example.test,0912345678\n"
            for number in self.order["attendee_ids"]
        )
        report = sources.import_csv(
            self.shop.org.id,
            attendees=(HEADER + rows).encode(),
            orders=None,
            event_slug="2023-individual",
            event_name=NAME,
            kind=None,
            now=self.shop.clock.now(),
        )
        assert report.imported


@pytest.mark.parametrize("tickets", [1, 2])
@pytest.mark.parametrize("join", ["attendee_id", "order"])
@pytest.mark.parametrize("doors", list(itertools.permutations(["poll", "webhook", "csv"])))
def test_whatever_comes_first(  # noqa: PLR0917 - what is combined, and with what
    shop: Any, hook: Any, notifications: Any, news: Any, doors: Any, join: str, tickets: int
) -> None:
    shop.define(join=join)
    sold = shop.sell(tickets=[{"name": "一般票", "price": 2790}] * tickets)
    all_doors = Doors(shop, hook, notifications, sold, own_ids=join == "order")
    for door in (*doors, *doors):
        getattr(all_doors, door)()
        shop.clock.advance(minutes=2)
    assert {"paid": tickets} == shop.states()
    assert {str(each) for each in sold["attendee_ids"]} == {
        each.external_id for each in shop.tickets()
    }
    assert {"ann@example.test"} == shop.emails()
    assert 1 == len({each.contact for each in shop.tickets()})
    assert tickets == news.of("ticket.paid")
    assert {datetime(2023, 8, 18, 6, 0, 54, 442000, UTC)} == {
        each.paid_at for each in shop.tickets()
    }


def test_ids_of_its_own_under_the_wrong_join_are_told_not_doubled_for_ever(
    shop: Any, hook: Any, notifications: Any
) -> None:
    """`join` set wrongly: the ids clash in another order; nothing crashes, and it is told."""
    first = shop.sell()
    second = shop.sell("bob@example.test")
    shop.good_poll()
    ticket = {"name": "一般票", "price_cents": 0, "price_currency": "TWD"}
    crossed = [{"id": first["attendee_ids"][0], **ticket}]
    hook.take(notifications.paid(second["order_no"], tickets=crossed))
    assert {"paid": 2} == shop.states()
    assert "join: order" in shop.warnings()["order_mismatch"].hint


def test_a_clash_of_ids_does_not_stop_the_poll(shop: Any, hook: Any, notifications: Any) -> None:
    """A webhook's id that is somebody else's attendee id: both stay who they are."""
    sold = shop.sell()
    shop.sell_many(2)
    ticket = {"name": "一般票", "price_cents": 0, "price_currency": "TWD"}
    contact = {"name": "Bob", "email": "bob@example.test", "mobile": ""}
    clash = [{"id": sold["attendee_ids"][0], **ticket}]
    hook.take(notifications.paid(987654321, tickets=clash, contact=contact))
    shop.good_poll()
    shop.good_poll()
    assert {"paid": 3} == shop.states()
    assert "order_mismatch" in shop.warnings()


@pytest.mark.parametrize("first", ["poll", "webhook"])
def test_an_order_that_the_webhook_numbers_in_its_own_way_is_one(
    shop: Any, hook: Any, notifications: Any, news: Any, first: str
) -> None:
    """The poller goes on, the form's answers are kept, and a refund seen by either ends it."""
    sold = shop.sell(tickets=[{"name": "一般票", "price": 2790}])
    shop.sell_many(3)
    ticket = {"name": "一般票", "price_cents": 279000, "price_currency": "TWD"}
    paid = notifications.paid(987654321, tickets=[{"id": sold["attendee_ids"][0], **ticket}])
    doors = [shop.good_poll, lambda: hook.take(paid, batch=str(shop.clock.now().timestamp()))]
    for door in (doors if first == "poll" else doors[::-1]) * 2:
        door()
        shop.clock.advance(minutes=2)
    assert {"paid": 4} == shop.states()
    assert 4 == news.of("ticket.paid")
    assert "order_numbers_differ" in shop.warnings()
    shop.client.refund(sold["order_no"])
    shop.good_poll()
    assert {"paid": 3, "refunded": 1} == shop.states()


def test_poll_and_webhook_end_a_refund_once(
    shop: Any, hook: Any, notifications: Any, news: Any
) -> None:
    orders = shop.sell_many(4, tickets=[{"price": 100}])
    shop.good_poll()
    shop.client.refund(orders[0]["order_no"])
    hook.take(notifications.cancelled(orders[0]["order_no"]))
    shop.good_poll()
    assert 3 == shop.states()["paid"]
    assert 1 == news.of("ticket.refunded")
