"""The webhook of KKTIX: notifications gather into batches, batches go out with a static secret."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

from pydantic import Field

from postlude.sandbox.delivery import WebhookSender
from postlude.sandbox.faults import FaultBook, FaultKind
from postlude.sandbox.kktix.box_office import Order
from postlude.sandbox.simulator import VendorConfig

_TAIPEI = timezone(timedelta(hours=8))

Kind = Literal["order_activated_paid", "order_cancelled"]


class KktixConfig(VendorConfig):
    """Settings of the KKTIX simulator; times are shrunk (the real retries wait 5 minutes each)."""

    token: str = "sandbox-kktix-token"  # noqa: S105 - opens nothing real
    webhook_url: str | None = None
    webhook_header: str = "x-kktix-secret"
    webhook_secret: str = "sandbox-kktix-secret"  # noqa: S105 - opens nothing real
    webhook_retries_s: tuple[float, ...] = (0.3, 0.3, 0.3)
    batch_every_s: float = Field(default=0.2, ge=0)
    batch_size: int = Field(default=20, ge=1)
    ticket_id: Literal["attendee", "own"] = "attendee"
    cancelled_attendee: Literal["missing", "record"] = "missing"


def notification(kind: Kind, order: Order, ticket_id: Literal["attendee", "own"]) -> dict[str, Any]:
    """One notification; a cancellation carries neither contact nor tickets."""
    event = {"name": order.event.name, "slug": order.event.slug}
    if kind == "order_cancelled":
        ended = {"id": order.no, "state": "cancelled", "cancelled_at": _local(order.cancelled_at)}
        return {"type": kind, "event": event, "order": ended}
    ids = order.attendee_ids if ticket_id == "attendee" else order.ticket_ids
    tickets = [
        {
            "id": number,
            "name": ticket.name,
            "price_cents": ticket.price * 100,
            "price_currency": "TWD",
        }
        for number, ticket in zip(ids, order.tickets, strict=True)
    ]
    return {
        "type": kind,
        "event": event,
        "order": {"id": order.no, "state": "activated", "paid_at": _local(order.paid_at)},
        "contact": order.buyer.model_dump(),
        "tickets": tickets,
    }


def trial_notification() -> dict[str, Any]:
    """What KKTIX sends when an organiser presses *test*."""
    return {
        "type": "order_activated_paid",
        "event": {"name": "Event Name", "slug": "event-slug"},
        "order": {"id": 1, "state": "activated", "paid_at": _local(0.0)},
        "contact": {"name": "Contact Name", "email": "contact@example.test", "mobile": ""},
        "tickets": [{"id": 1, "name": "Ticket Name", "price_cents": 0, "price_currency": "TWD"}],
    }


class NotificationQueue:
    """Collects notifications and sends them as batches."""

    def __init__(self, vendor: str, faults: FaultBook) -> None:
        self._vendor = vendor
        self._faults = faults
        self._waiting: list[dict[str, Any]] = []
        self._flusher: asyncio.TimerHandle | None = None
        self._batches = 0
        self.sender = WebhookSender(lanes=1)

    def add(self, config: KktixConfig, item: dict[str, Any]) -> None:
        """Queue one notification; without a webhook URL it is nobody's news."""
        if config.webhook_url is None:
            return
        self._waiting.append(item)
        if len(self._waiting) >= config.batch_size:
            self.flush(config)
        elif self._flusher is None:
            loop = asyncio.get_running_loop()
            self._flusher = loop.call_later(config.batch_every_s, self.flush, config)

    def flush(self, config: KktixConfig) -> None:
        """Send what is waiting, as one batch."""
        if self._flusher is not None:
            self._flusher.cancel()
            self._flusher = None
        items, self._waiting = self._waiting, []
        if not items or config.webhook_url is None:
            return
        self._batches += 1
        faults = self._faults.judge_webhook(self._vendor, str(items[0]["type"]))
        late = FaultKind.OUT_OF_ORDER_WEBHOOK in faults
        if late:
            items.reverse()
        secret = config.webhook_secret
        if FaultKind.WRONG_SIGNATURE in faults:
            secret = f"not-{secret}"
        batch = {"batch_id": f"{self._batches:016d}", "notifications": items}
        self.sender.post(
            event="batch",
            url=config.webhook_url,
            body=json.dumps(batch, ensure_ascii=False).encode(),
            headers={"content-type": "application/json", config.webhook_header: secret},
            retries_s=config.webhook_retries_s,
            copies=2 if FaultKind.DUPLICATE_WEBHOOK in faults else 1,
            hold=late,
        )

    def clear(self) -> None:
        """Forget what waits and what was sent."""
        if self._flusher is not None:
            self._flusher.cancel()
            self._flusher = None
        self._waiting.clear()
        self.sender.clear()


def _local(moment: float | None) -> str:
    at = datetime.fromtimestamp(moment or 0.0, UTC).astimezone(_TAIPEI)
    return at.isoformat(timespec="milliseconds")
