"""An id that vanished is a refund when its own record says so, and never because of a bad list."""

from typing import Any

import pytest


@pytest.mark.parametrize("answer", ["missing", "record"])
def test_a_vanished_id_is_asked_for_and_then_refunded(shop: Any, news: Any, answer: str) -> None:
    shop.client.configure("kktix", cancelled_attendee=answer)
    orders = shop.sell_many(8, tickets=[{"price": 100}])
    shop.good_poll()
    shop.client.refund(orders[0]["order_no"])
    report = shop.good_poll()
    assert {"refunded": 1} == report.changes
    assert {"paid": 7, "refunded": 1} == shop.states()
    assert 1 == news.of("ticket.refunded")
    assert {} == shop.good_poll().changes
    assert 1 == news.of("ticket.refunded")


def test_an_unpaid_order_that_ends_is_cancelled_not_refunded(shop: Any, news: Any) -> None:
    order = shop.sell(paid=False)
    shop.sell_many(3)
    shop.good_poll()
    shop.client.cancel(order["order_no"])
    assert {"cancelled": 1} == shop.good_poll().changes
    assert 0 == news.of("ticket.refunded")


def test_one_who_is_still_there_is_not_refunded(shop: Any, news: Any) -> None:
    """The list is empty in one place and the record says activated: shrink lets it through."""
    shop.define(shrink=0.9, shrink_floor=100)
    shop.sell_many(5)
    shop.good_poll()
    shop.client.add_event("Other Registration: Individual", "other")
    # The list of the book is short, the records are there.
    shop.client.fault("kktix", "empty_list", path="*/attendance_books/*")
    report = shop.poll()
    assert {} == report.changes
    assert {"paid": 5} == shop.states()
    assert 0 == news.of("ticket.refunded")


def test_an_empty_list_refunds_nobody_and_is_told_until_it_is_sane(shop: Any) -> None:
    shop.sell_many(5)
    shop.good_poll()
    shop.client.fault("kktix", "empty_list", path="*/attendance_books/*")
    report = shop.poll()
    assert {"paid": 5} == shop.states()
    assert 1 == len(report.warnings)
    warning = shop.warnings()["suspicious_list"]
    assert "empty" in warning.words
    assert "Nobody was refunded" in warning.hint
    shop.client.clear_faults()
    shop.good_poll()
    assert "suspicious_list" not in shop.warnings()


@pytest.mark.parametrize("path", ["*/attendance_books", "*/hosting_events"])
def test_no_books_or_no_events_refund_nobody(shop: Any, path: str) -> None:
    shop.sell_many(3)
    shop.good_poll()
    shop.client.fault("kktix", "empty_list", path=path)
    shop.poll()
    assert {"paid": 3} == shop.states()
    assert {"suspicious_list", "no_events"} & set(shop.warnings())


def test_a_list_that_shrank_too_much_is_not_believed(shop: Any) -> None:
    orders = shop.sell_many(20)
    shop.good_poll()
    for each in orders[:5]:
        shop.client.cancel(each["order_no"])
    shop.poll()
    assert {"paid": 20} == shop.states()
    assert "5 of 20" in shop.warnings()["suspicious_list"].words
    shop.define(shrink=0.5)
    shop.good_poll()
    assert 15 == shop.states()["paid"]
    assert "suspicious_list" not in shop.warnings()


def test_confirming_may_fail_and_is_tried_again(shop: Any) -> None:
    orders = shop.sell_many(4, tickets=[{"price": 100}])
    shop.good_poll()
    shop.client.refund(orders[0]["order_no"])
    gone = orders[0]["attendee_ids"][0]
    shop.client.fault("kktix", "server_error", path=f"*/attendees/{gone}", status=500)
    assert not shop.poll().ok
    assert {"paid": 4} == shop.states()
    shop.client.clear_faults()
    assert {"refunded": 1} == shop.good_poll().changes


def test_what_the_webhook_ended_is_not_missed_on_the_list(
    shop: Any, hook: Any, notifications: Any, news: Any
) -> None:
    """However many cancel at once: the list lacks those whom we know as gone."""
    sold = shop.sell_many(10, tickets=[{"price": 100}])
    shop.good_poll()
    for each in sold[:6]:
        shop.client.refund(each["order_no"])
    shop.poll()
    assert "suspicious_list" in shop.warnings()
    assert {"paid": 10} == shop.states()
    hook.take(*(notifications.cancelled(each["order_no"]) for each in sold[:6]))
    shop.good_poll()
    assert "suspicious_list" not in shop.warnings()
    assert {"paid": 4, "refunded": 6} == shop.states()
    for each in sold[6:]:
        shop.client.refund(each["order_no"])
    hook.take(*(notifications.cancelled(each["order_no"]) for each in sold[6:]), batch="2")
    shop.good_poll()
    assert "suspicious_list" not in shop.warnings()
    assert 10 == news.of("ticket.refunded")
