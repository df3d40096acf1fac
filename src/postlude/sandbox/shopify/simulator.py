"""The shop: controls that play its buyers and its staff, and the webhooks they cause."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.delivery import WebhookSender
from postlude.sandbox.faults import WEBHOOK_FAULTS, FaultBook, FaultKind
from postlude.sandbox.now import now
from postlude.sandbox.shopify.orders import Buyer, Item, Order, OrderBook
from postlude.sandbox.simulator import ControlError, Json, Simulator, VendorConfig

Verb = Literal["pay", "cancel", "refund", "edit", "tell"]
_TOPICS = {
    "pay": "orders/paid",
    "cancel": "orders/cancelled",
    "refund": "orders/updated",
    "edit": "orders/updated",
    "tell": "orders/updated",
}


class ShopifyConfig(VendorConfig):
    """Settings of the Shopify simulator; times are shrunk (the real retries take hours)."""

    shop: str = "sandbox-shop.myshopify.com"
    secret: str = "sandbox-shopify-secret"  # noqa: S105 - opens nothing real
    webhook_url: str | None = None
    webhook_retries_s: tuple[float, ...] = (0.3, 0.3, 0.3)
    currency: str = "TWD"


class Buy(BaseModel):
    """Somebody orders. `at` is when, if not now."""

    model_config = ConfigDict(extra="forbid")

    buyer: Buyer | None = Buyer()
    items: list[Item] = Field(default_factory=lambda: [Item()], min_length=1)
    paid: bool = True
    test: bool = False
    codes: list[str] = []
    currency: str | None = None
    at: datetime | None = None


class Change(BaseModel):
    """Something happens to an order. `amount` is what is given back, all by default."""

    model_config = ConfigDict(extra="forbid")

    order: int
    amount: Decimal | None = None
    items: list[Item] | None = None
    at: datetime | None = None


class Shopify(Simulator):
    """A shop at Shopify."""

    name = "shopify"
    # Its webhooks carry no time that could be wrong.
    faults_offered = WEBHOOK_FAULTS - {FaultKind.CLOCK_SKEW}
    config: ShopifyConfig

    def __init__(self, config: ShopifyConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)
        self.book = OrderBook()
        self.sender = WebhookSender(lanes=1)

    def control_routes(self) -> list[BaseRoute]:
        """Buyers and staff."""
        return [
            Route("/buy", self._buy, methods=["POST"]),
            *(Route(f"/{verb}", self._changer(verb), methods=["POST"]) for verb in _TOPICS),
        ]

    def received(self, query: Mapping[str, str]) -> Json:
        """Webhook deliveries with the outcome of every attempt."""
        log = list(self.sender.log)[-int(query.get("limit", "100")) :]
        return {"total": self.sender.sent, "deliveries": [each.shown() for each in log]}

    def summary(self) -> dict[str, object]:
        """Orders and deliveries by state."""
        orders = self.book.orders.values()
        states = [delivery.state for delivery in self.sender.log]
        return {
            "orders": len(orders),
            "paid": sum(order.status == "paid" for order in orders),
            "cancelled": sum(order.cancelled_at is not None for order in orders),
            "webhooks delivered": states.count("delivered"),
            "webhooks failed": states.count("failed"),
        }

    def reset(self) -> None:
        """A shop without orders."""
        super().reset()
        self.book = OrderBook()
        self.sender.clear()

    async def stop(self) -> None:
        """End deliveries."""
        await self.sender.stop()

    async def _buy(self, request: Request) -> Response:
        call = Buy.model_validate(await request.json())
        order = self.book.open(
            call.buyer,
            call.items,
            call.currency or self.config.currency,
            call.at or now(),
            call.codes,
            test=call.test,
        )
        self._tell("orders/create", order)
        if call.paid:
            order.status = "paid"
            order.touch(order.updated_at)
            self._tell("orders/paid", order)
        return JSONResponse(order.payload(), status_code=201)

    def _changer(self, verb: str) -> Any:
        async def change(request: Request) -> Response:
            call = Change.model_validate(await request.json())
            order = self.book.orders.get(call.order)
            if order is None:
                raise ControlError("there is no such order", 404)
            if verb != "tell":
                self._change(verb, order, call)
            self._tell(_TOPICS[verb], order)
            return JSONResponse(order.payload())

        return change

    @staticmethod
    def _change(verb: str, order: Order, call: Change) -> None:
        order.touch(call.at or now())
        if verb == "pay":
            order.status = "paid"
        elif verb == "cancel":
            order.cancelled_at = order.updated_at
        elif verb == "refund":
            order.refunded = order.total if call.amount is None else order.refunded + call.amount
            order.status = "refunded" if order.refunded >= order.total else "partially_refunded"
        elif call.items is not None:
            order.items = call.items

    def _tell(self, topic: str, order: Order) -> None:
        """Send the order as it stands now; a repeat has the same id and the same body."""
        if self.config.webhook_url is None:
            return
        body = json.dumps(order.payload(), ensure_ascii=False).encode()
        faults = self.faults.judge_webhook(self.name, topic)
        wrong = FaultKind.WRONG_SIGNATURE in faults
        secret = self.config.secret + ("-not" if wrong else "")
        digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
        self.sender.post(
            event=topic,
            url=self.config.webhook_url,
            body=body,
            headers={
                "content-type": "application/json",
                "x-shopify-topic": topic,
                "x-shopify-shop-domain": self.config.shop,
                "x-shopify-webhook-id": str(uuid.uuid4()),
                "x-shopify-api-version": "2026-07",
                "x-shopify-hmac-sha256": base64.b64encode(digest).decode(),
            },
            retries_s=self.config.webhook_retries_s,
            copies=2 if FaultKind.DUPLICATE_WEBHOOK in faults else 1,
            hold=FaultKind.OUT_OF_ORDER_WEBHOOK in faults,
        )
