"""Orders of the simulated shop, in the shape of Shopify's REST admin API."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_FIRST_ORDER, _FIRST_LINE = 5_940_139_491_001, 14_200_000_000_001


class Buyer(BaseModel):
    """Who buys; without an id it is a guest of whom Shopify has made no customer."""

    model_config = ConfigDict(extra="forbid")

    id: int | None = 7_001
    email: str | None = "ann@example.test"
    phone: str | None = None
    first_name: str | None = "Ann"
    last_name: str | None = "Wang"
    email_consent: str | None = None


class Item(BaseModel):
    """Something that is bought."""

    model_config = ConfigDict(extra="forbid")

    sku: str = "HAT-1"
    title: str = "Hat"
    price: str = "500.00"
    quantity: int = Field(default=1, ge=1)


@dataclass(slots=True)
class Order:
    """One order as it stands."""

    id: int
    buyer: Buyer | None
    items: list[Item]
    currency: str
    at: datetime
    updated_at: datetime
    status: str = "pending"
    cancelled_at: datetime | None = None
    refunded: Decimal = Decimal(0)
    test: bool = False
    codes: list[str] = field(default_factory=list)

    def touch(self, at: datetime) -> None:
        """Something of it changes; Shopify's time has whole seconds."""
        later = self.updated_at + timedelta(seconds=1)
        self.updated_at = max(at.replace(microsecond=0), later)

    @property
    def total(self) -> Decimal:
        return sum((Decimal(each.price) * each.quantity for each in self.items), Decimal(0))

    def payload(self) -> dict[str, Any]:
        """The body of a webhook."""
        return {
            "id": self.id,
            "admin_graphql_api_id": f"gid://shopify/Order/{self.id}",
            "name": f"#{self.id - _FIRST_ORDER + 1001}",
            "order_number": self.id - _FIRST_ORDER + 1001,
            "test": self.test,
            "currency": self.currency,
            "presentment_currency": self.currency,
            "created_at": self.at.isoformat(),
            "processed_at": self.at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "cancelled_at": None if self.cancelled_at is None else self.cancelled_at.isoformat(),
            "cancel_reason": None if self.cancelled_at is None else "customer",
            "financial_status": self.status,
            "fulfillment_status": None,
            "source_name": "web",
            "total_price": str(self.total),
            "current_total_price": str(self.total - self.refunded),
            "discount_codes": [
                {"code": code, "amount": "0.00", "type": "percentage"} for code in self.codes
            ],
            "email": self.buyer.email if self.buyer else "",
            "phone": self.buyer.phone if self.buyer else None,
            "customer_locale": "zh-TW",
            "customer": self._customer(),
            "line_items": [
                {
                    "id": _FIRST_LINE + self.id % 1_000 * 10 + place,
                    "product_id": 9_001,
                    "variant_id": 9_101,
                    "sku": each.sku,
                    "title": each.title,
                    "price": each.price,
                    "quantity": each.quantity,
                    "current_quantity": each.quantity,
                }
                for place, each in enumerate(self.items)
            ],
        }

    def _customer(self) -> dict[str, Any] | None:
        buyer = self.buyer
        if buyer is None or buyer.id is None:
            return None
        state = buyer.email_consent
        return {
            "id": buyer.id,
            "email": buyer.email,
            "phone": buyer.phone,
            "first_name": buyer.first_name,
            "last_name": buyer.last_name,
            "email_marketing_consent": None if state is None else {"state": state},
        }


class OrderBook:
    """Every order of the shop."""

    def __init__(self) -> None:
        self.orders: dict[int, Order] = {}

    def open(  # noqa: PLR0913 - an order is what it is
        self,
        buyer: Buyer | None,
        items: list[Item],
        currency: str,
        at: datetime,
        codes: list[str],
        *,
        test: bool,
    ) -> Order:
        """Take an order that is not paid."""
        number = _FIRST_ORDER + len(self.orders)
        at = at.replace(microsecond=0)
        order = Order(number, buyer, items, currency, at, at, test=test, codes=codes)
        self.orders[number] = order
        return order
