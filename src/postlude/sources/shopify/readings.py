"""Shopify's orders, read into ours. Pure; what is missing or odd raises ValueError and its like.

Money is in the shop's own currency (`currency`, not what the buyer saw), with as many decimals as
that has. `current_total_price` follows edits, returns and refunds; shops of before have only
`total_price`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from postlude.kernel import storable
from postlude.kernel.money import Money
from postlude.orders.api import ShopItem, ShopOrderStanding, Stage
from postlude.people.types import CustomerSeen

SOURCE = "shopify"
_PAID = frozenset({"paid", "partially_refunded"})
_OVER = frozenset({"refunded", "voided"})
_COUPON = re.compile(r"[^\s\x00-\x1f]{1,40}")
_MOST_COUPONS, _MOST_LETTERS, _MOST_TITLE, _MOST_NAME = 9, 64, 200, 300


@dataclass(frozen=True, slots=True)
class View:
    """An order as it stood, and the customer it names; None: nobody."""

    order: ShopOrderStanding
    customer: CustomerSeen | None


def is_test(order: Mapping[str, Any]) -> bool:
    """Say whether the order is the shop's own trial."""
    return order.get("test") is True


def read(order: Mapping[str, Any], *, consents: bool) -> View:
    """Read one order; the currency is left to whoever takes it in."""
    currency = str(order["currency"])
    revised_at = _instant(order["updated_at"])
    opened_at = _instant(order.get("processed_at") or order["created_at"])
    stage, at = _stage(order, revised_at, opened_at)
    standing = ShopOrderStanding(
        uid=_number(order["id"]),
        stage=stage,
        at=at,
        revised_at=revised_at,
        opened_at=opened_at,
        amount=_money(order.get("current_total_price") or order["total_price"], currency),
        kind=_text(order.get("source_name"), _MOST_LETTERS),
        source=SOURCE,
        coupons=_coupons(order.get("discount_codes") or ()),
        items=tuple(_item(each, currency) for each in order.get("line_items") or ()),
    )
    return View(standing, _customer(order, consents=consents))


def _stage(
    order: Mapping[str, Any], revised_at: datetime, opened_at: datetime
) -> tuple[Stage, datetime]:
    """Return where it stands and since when: Shopify does not tell when it was paid."""
    if order.get("cancelled_at"):
        return Stage.CANCELLED, _instant(order["cancelled_at"])
    status = order.get("financial_status")
    if status in _OVER:
        return Stage.CANCELLED, revised_at
    if status in _PAID:
        return Stage.CLOSED, max(revised_at, opened_at)
    return Stage.OPENED, opened_at


def _item(line: Mapping[str, Any], currency: str) -> ShopItem:
    quantity = line.get("current_quantity")
    product = line.get("sku") or line.get("variant_id") or line.get("product_id") or line["id"]
    return ShopItem(
        line=_number(line["id"]),
        product=_text(product, _MOST_LETTERS),
        title=_text(line.get("title"), _MOST_TITLE),
        quantity=int(line["quantity"] if quantity is None else quantity),
        price=_money(line["price"], currency),
    )


def _customer(order: Mapping[str, Any], *, consents: bool) -> CustomerSeen | None:
    customer = order.get("customer") or {}
    number = _number(customer["id"]) if customer.get("id") else ""
    email = _said(customer.get("email")) or _said(order.get("email"))
    phone = _said(customer.get("phone")) or _said(order.get("phone"))
    if not (number or email or phone):
        return None
    names = (_said(customer.get("first_name")), _said(customer.get("last_name")))
    answers = _consents(customer) if consents else ()
    return CustomerSeen(
        number=number,
        phone=phone,
        email=email,
        name=_text(" ".join(each for each in names if each), _MOST_NAME) or None,
        locale=_locale(order.get("customer_locale")),
        consents=answers,
    )


def _consents(customer: Mapping[str, Any]) -> tuple[tuple[str, bool], ...]:
    """Return what the customer has answered; who was never asked has answered nothing."""
    found = []
    for channel in ("email", "sms"):
        state = (customer.get(f"{channel}_marketing_consent") or {}).get("state")
        if state in {"subscribed", "unsubscribed"}:
            found.append((channel, state == "subscribed"))
    return tuple(found)


def _coupons(codes: Any) -> tuple[str, ...]:
    found = [_said(each.get("code")) or "" for each in codes]
    return tuple(each for each in found if _COUPON.fullmatch(each))[:_MOST_COUPONS]


def _money(amount: Any, currency: str) -> Money:
    if not isinstance(amount, str):  # a float could not be exact
        raise TypeError("an amount is a text")
    return Money.parse(amount, currency)


def _instant(value: Any) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError("a time has a zone")
    return at


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value):
        raise TypeError("an id is a number")
    return _text(value, _MOST_LETTERS)


def _text(value: Any, most: int) -> str:
    return "" if value is None else storable.text(str(value)).strip()[:most]


def _said(value: Any) -> str | None:
    return storable.text(value).strip() or None if isinstance(value, str) else None


def _locale(value: Any) -> str:
    text = str(value or "")
    return text if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", text) else ""
