"""The demo's sale through the CSV door: all events, twice, refunds joined, nothing for the unpaid."""

from pathlib import Path
from typing import Any

import pytest

from postlude.orders import api as orders
from postlude.people import api as people
from postlude.sandbox import sale as sales
from postlude.sources import api as sources

ATTENDEES = "Id,訂單編號,報名序號,票種,票券付款狀態,售出日期,票面價格,聯絡人 姓名,聯絡人 Email,聯絡人 手機\n"
ORDERS = "訂單編號,票券狀態,付款狀態,付款時間,取消時間,退款時間,付款方式,退票金額\n"
NAME = "PyCon TW 2023 Registration: Individual"


@pytest.fixture
def take(org: Any, clock: Any, news: Any) -> Any:
    def take(attendees: Any, bought: Any, **more: Any) -> Any:
        given = {"event_slug": "2023-individual", "event_name": NAME, "kind": None, **more}
        return sources.import_csv(
            org.id, attendees=attendees, orders=bought, now=clock.now(), **given
        )

    return take


def facts(org: Any) -> list[Any]:
    return list(orders.tickets(org.id, orders.all_tickets(org.id)).values())


def test_the_whole_sale_twice_is_the_same(org: Any, take: Any, news: Any, tmp_path: Path) -> None:
    """The real files where they are, else a sale of the same shape."""
    sale = sales.load_sale()
    files = sales.write_sale(sale, tmp_path)
    for _ in range(2):
        for event in sale.events:
            attendees, bought = files[event.slug]
            report = take(attendees, bought, event_slug=event.slug, event_name=event.name)
            assert report.imported, report.errors[:3]
    valid = [each for each in facts(org) if each.valid]
    addresses = people.addresses(org.id, [each.contact for each in valid])
    pairs = {(addresses[each.contact].value, each.happening_slug) for each in valid}
    assert sales.expected_pairs(sale) == pairs
    assert len(valid) == news.of("ticket.paid")
    assert {"individual", "corporate", "reserved"} == {each.kind for each in valid}
    assert {"same": report.tickets} == report.changes


def test_orders_are_joined_and_only_the_paid_are_news(org: Any, take: Any, news: Any) -> None:
    row = "{},{},1,一般票,{},2023-08-18,1290,王,buyer{}@example.test,0912345678\n"
    attendees = ATTENDEES + "".join(
        row.format(number, 100 + number, paid, number)
        for number, paid in enumerate(["paid", "unpaid", "paid", "paid"], start=1)
    )
    bought = ORDERS + (
        "101,activated,已繳費,2023/08/18 14:00:54,,,CREDITCARD,\n"
        "102,activated,未繳費,,,,ATM,\n"
        "103,cancelled,已繳費有退款,2023/08/18 14:00:54,2023/08/19 10:00:00,2023/08/19 10:00:00,CREDITCARD,-1290\n"
        "104,cancelled,未繳費,,2023/08/19 10:00:00,,ATM,\n"
        "105,cancelled,未繳費,,2023/08/19 10:00:00,,ATM,\n"
    )
    report = take(attendees.encode(), bought.encode())
    assert (True, 5, 4) == (report.imported, report.orders, report.tickets)
    by_order = {each.order_number: each for each in facts(org) if each.external_id}
    assert ["paid", "registered", "refunded"] == [
        by_order[number].state for number in ("101", "102", "103")
    ]
    assert not by_order["104"].valid
    assert "1290.00 TWD" == str(by_order["103"].refunded)
    assert "2023-08-18T06:00:54+00:00" == by_order["101"].sold_at.isoformat()
    assert 1 == news.of("ticket.paid")
    assert 0 == news.of("ticket.refunded")


def test_a_later_export_brings_the_payment_and_the_refund(org: Any, take: Any, news: Any) -> None:
    row = "1,101,1,一般票,{},2023-08-18,1290,王,buyer@example.test,0912345678\n"
    order = ORDERS + "101,{},{},{},{},,ATM,{}\n"
    take((ATTENDEES + row.format("unpaid")).encode(), None)
    assert 0 == news.of("ticket.paid")
    paid = order.format("activated", "已繳費", "2023/08/20 09:00:00", "", "")
    take((ATTENDEES + row.format("paid")).encode(), paid.encode())
    assert 1 == news.of("ticket.paid")
    ended = order.format(
        "cancelled", "已繳費有退款", "2023/08/20 09:00:00", "2023/08/21 09:00", -1290
    )
    take(ATTENDEES.encode() + b"2,999,2,x,paid,,0,y,z@example.test,\n", ended.encode())
    assert {"refunded", "paid"} == {each.state for each in facts(org)}
    assert 1 == news.of("ticket.refunded")


def test_rows_are_numbered_as_a_spreadsheet_does(take: Any) -> None:
    """Blank lines count."""
    text = ATTENDEES + "\n1,101,1,一般票,paid,,0,王,a@example.test,\n\nx,y\n"
    report = take(text.encode(), None)
    assert [(5, "wrong_length")] == [(note.row, note.code) for note in report.errors]


def test_numbers_that_no_table_holds_are_named(take: Any) -> None:
    text = ATTENDEES + f"{'9' * 40},101,{'9' * 20},一般票,paid,,0,王,a@example.test,\n"
    report = take(text.encode(), None)
    assert ["not_a_number"] == [note.code for note in report.errors]


def test_a_kind_nobody_knows_is_a_warning_of_the_report(take: Any) -> None:
    text = ATTENDEES + "1,101,1,一般票,paid,,0,王,a@example.test,\n"
    report = take(text.encode(), None, event_slug="meetup", event_name="A meet-up")
    assert ["unknown_kind"] == [note.code for note in report.warnings]
