"""KKTIX's records, notifications and settings: read as they are, refused when they are none."""

from datetime import UTC, datetime
from typing import Any

import pytest

from postlude.orders.types import EventSeen, SaleOutcome, SaleSeen, SaleWarning, TicketOutcome
from postlude.sources.errors import BadSource
from postlude.sources.kktix import readings, settings
from postlude.sources.kktix.settings import Labels

MISTAKES = (KeyError, ValueError, TypeError, ArithmeticError)


def record(**changes: Any) -> dict[str, Any]:
    return {
        "id": 84740001,
        "ticket_id": 449001,
        "ticket_name": "Regular 一般票",
        "reg_no": 104,
        "state": "activated",
        "is_paid": True,
        "price": 2600,
        "currency": "TWD",
        "payment_method": "CREDITCARD",
        "data": [
            ["Nickname / 暱稱", "Ann"],
            ["聯絡人 姓名", "王小明"],
            ["聯絡人 Email", "ann@example.test"],
            ["聯絡人 手機", "0900000000"],
            ["標籤", None],
        ],
        "search_string": "Ann\n王小明",
        "updated_at": 1656921502.5667331,
        "order_no": 127660001,
        **changes,
    }


def read(**changes: Any) -> readings.Attendee:
    return readings.attendee(record(**changes), Labels())


def test_a_record_is_read() -> None:
    it = read()
    assert ("84740001", "127660001", 1656921502.5667331) == (it.id, it.order_number, it.updated_at)
    assert ("ann@example.test", "王小明", "0900000000") == (
        it.person.email_raw,
        it.person.name,
        it.person.phone_raw,
    )
    assert ("paid", True, "2600.00 TWD", 104, "449001") == (
        it.ticket.state,
        it.ticket.paid,
        str(it.ticket.price),
        it.ticket.reg_no,
        it.ticket.ticket_type_external,
    )
    assert ("標籤", "") in it.answers
    assert "search_string" not in str(it)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"is_paid": False}, "registered"),
        ({"is_paid": True, "price": 0, "payment_method": "FREE_ORDER"}, "paid"),
        ({"state": "cancelled"}, "cancelled"),
        ({"state": "Cancelled", "is_paid": False}, "cancelled"),
    ],
)
def test_the_state_is_read(changes: dict[str, Any], state: str) -> None:
    assert state == read(**changes).ticket.state


def test_the_mapping_of_labels_is_the_organisers() -> None:
    data = [["Contact E-mail (required)", "x@example.test"], ["Who", "X"]]
    labels = Labels(email="Contact E-mail", name="Who", phone="Call")
    person = readings.attendee(record(data=data), labels).person
    assert ("x@example.test", "X", None) == (person.email_raw, person.name, person.phone_raw)


@pytest.mark.parametrize(
    "changes",
    [
        {"updated_at": None},
        {"updated_at": "soon"},
        {"updated_at": float("inf")},
        {"updated_at": float("nan")},
        {"updated_at": 1e300},
        {"updated_at": 253402300799.0},
        {"updated_at": -62135596800.0},
        {"order_no": None},
        {"order_no": ""},
        {"order_no": "9" * 200},
        {"id": "a\x00b"},
    ],
)
def test_what_is_no_record_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(MISTAKES):
        read(**changes)


@pytest.mark.parametrize("data", [None, [], [["one"]], [None, 7, "x"], [[1, 2]]])
def test_odd_forms_are_no_reason_to_lose_a_sale(data: Any) -> None:
    assert read(data=data).ticket.paid


@pytest.mark.parametrize("number", [None, "A7", -1, 2**31, "９", True])
def test_a_number_that_is_none_is_left_out(number: Any) -> None:
    assert read(reg_no=number).ticket.reg_no is None


def test_texts_are_cut_to_what_tables_hold() -> None:
    it = read(ticket_name="票\x00" * 999, payment_method="x" * 99)
    assert (300, 32) == (len(it.ticket.ticket_type_name), len(it.payment_method))
    assert "\x00" not in it.ticket.ticket_type_name


def test_prices_come_in_hundredths_of_any_currency() -> None:
    assert "2790.00 TWD" == str(readings.cents(279000, "TWD"))
    assert "100 JPY" == str(readings.cents(10000, "JPY"))


def test_an_instant_needs_its_offset() -> None:
    when = readings.instant("2026-04-18T14:00:54.442+08:00")
    assert datetime(2026, 4, 18, 6, 0, 54, 442000, UTC) == when
    with pytest.raises(ValueError, match="offset"):
        readings.instant("2026-04-18T14:00:54")


@pytest.mark.parametrize("end", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00"])
def test_an_instant_no_zone_can_show_is_none(end: str) -> None:
    with pytest.raises(ValueError, match="world"):
        readings.instant(end)


def test_half_an_emoji_is_no_reason_to_lose_a_sale() -> None:
    data = [
        ["Nick \ud83d", "x\ude00"],
        ["聯絡人 姓名", "王\ud83d"],
        ["聯絡人 Email", "\ud83da@b.test"],
    ]
    it = read(data=data, ticket_name="票\ud83d", payment_method="\ud83d", ticket_id="\ud83d")
    assert "王\ufffd" == it.person.name
    repr((it.person, it.ticket, it.answers, it.payment_method)).encode()


def test_a_ticket_that_another_order_holds_is_left_out() -> None:
    event = EventSeen(None, "s", "n")
    first, second = read(id=1).ticket, read(id=2).ticket
    sale = SaleSeen("kktix", event, "100", "poll", tickets=(first, second))
    warning = SaleWarning("order_mismatch", "ticket:1", "…")
    both = (TicketOutcome(6, "same"), TicketOutcome(7, "new"))
    outcome = SaleOutcome(5, both, (warning,))
    assert [(second, TicketOutcome(7, "new"))] == readings.met(sale, outcome)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"tokn": "x"}, "tokn"),
        ({"concurrency": 99}, "concurrency"),
        ({"join": "name"}, "join"),
        ({"shrink": 1.5, "rescan": -1}, "rescan"),
    ],
)
def test_wrong_settings_are_named(given: dict[str, Any], words: str) -> None:
    with pytest.raises(BadSource, match=words):
        settings.parse("kktix", given)
