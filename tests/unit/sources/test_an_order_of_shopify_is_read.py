"""Shopify's orders as they come: amounts of each currency, states, customers, odd things."""

from datetime import UTC, datetime

import pytest

from postlude.kernel.errors import MoneyError
from postlude.kernel.money import Money
from postlude.orders.api import Stage
from postlude.sandbox.shopify.orders import Buyer, Item, Order
from postlude.sources.shopify import readings

AT = datetime(2026, 3, 10, 4, tzinfo=UTC)


def payload(**changes):
    buyer = Buyer(id=7, email="Ann@Example.test", phone="+886912345678", email_consent="subscribed")
    order = Order(5940139491001, buyer, [Item(price="500.00", quantity=2)], "TWD", AT, AT)
    return order.payload() | changes


def read(**changes):
    return readings.read(payload(**changes), consents=True)


def test_an_order_and_its_customer() -> None:
    view = read(discount_codes=[{"code": "PRO10"}, {"code": "no good"}])
    order, customer = view.order, view.customer
    assert ("5940139491001", Money(100000, "TWD")) == (order.uid, order.amount)
    assert ("web", "shopify", ("PRO10",)) == (order.kind, order.source, order.coupons)
    (item,) = order.items
    assert ("HAT-1", 2, Money(50000, "TWD")) == (item.product, item.quantity, item.price)
    assert customer is not None
    assert ("7", "Ann@Example.test", "Ann Wang") == (customer.number, customer.email, customer.name)
    assert ("+886912345678", (("email", True),)) == (customer.phone, customer.consents)


@pytest.mark.parametrize(
    ("currency", "text", "minor"),
    [
        ("TWD", "1290.00", 129000),
        ("JPY", "1290", 1290),
        ("JPY", "1290.00", 1290),
        ("KWD", "1.234", 1234),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(currency, text, minor) -> None:
    view = read(currency=currency, current_total_price=text, line_items=[])
    assert Money(minor, currency) == view.order.amount


def test_what_was_given_back_is_not_counted() -> None:
    view = read(current_total_price="400.00", financial_status="partially_refunded")
    assert (Stage.CLOSED, Money(40000, "TWD")) == (view.order.stage, view.order.amount)
    assert Money(100000, "TWD") == read(current_total_price=None).order.amount


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("pending", Stage.OPENED),
        ("authorized", Stage.OPENED),
        ("partially_paid", Stage.OPENED),
        ("paid", Stage.CLOSED),
        ("refunded", Stage.CANCELLED),
        ("voided", Stage.CANCELLED),
        (None, Stage.OPENED),
    ],
)
def test_where_it_stands(status, stage) -> None:
    assert stage is read(financial_status=status).order.stage


def test_cancelled_is_cancelled_whatever_was_paid() -> None:
    at = "2026-03-11T12:00:00+08:00"
    order = read(financial_status="paid", cancelled_at=at).order
    assert (Stage.CANCELLED, datetime(2026, 3, 11, 4, tzinfo=UTC)) == (order.stage, order.at)


def test_nobody_is_nobody() -> None:
    assert read(customer=None, email="", phone=None).customer is None
    guest = read(customer=None).customer
    assert guest is not None
    assert ("", "Ann@Example.test") == (guest.number, guest.email)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": True},
        {"current_total_price": 12.5},
        {"current_total_price": "12.345"},
        {"current_total_price": "many"},
        {"updated_at": "yesterday"},
        {"updated_at": "2026-03-10T04:00:00"},
        {"line_items": [{"id": 1}]},
        {"currency": None},
    ],
)
def test_what_cannot_be_read_says_so(changes) -> None:
    with pytest.raises((KeyError, ValueError, TypeError, MoneyError)):
        read(**changes)
