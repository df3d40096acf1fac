"""KKTIX as a simulator: its API, its webhook, and the controls that play organiser and buyers."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.routing import BaseRoute

from postlude.sandbox.faults import HTTP_FAULTS, WEBHOOK_FAULTS, FaultBook, FaultKind
from postlude.sandbox.kktix.api import organiser_routes
from postlude.sandbox.kktix.box_office import BoxOffice, Order
from postlude.sandbox.kktix.controls import control_routes
from postlude.sandbox.kktix.notifications import (
    Kind,
    KktixConfig,
    NotificationQueue,
    notification,
)
from postlude.sandbox.simulator import Json, Simulator


class Kktix(Simulator):
    """The ticket seller."""

    name = "kktix"
    # Its webhook signs nothing: a static secret can be wrong, but there is no time to skew.
    faults_offered = (HTTP_FAULTS | WEBHOOK_FAULTS | {FaultKind.EMPTY_LIST}) - {
        FaultKind.CLOCK_SKEW
    }
    config: KktixConfig

    def __init__(self, config: KktixConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)
        self.office = BoxOffice()
        self.queue = NotificationQueue(self.name, faults)

    def routes(self) -> list[BaseRoute]:
        """The organiser API."""
        return organiser_routes(self)

    def control_routes(self) -> list[BaseRoute]:
        """Organiser and buyers."""
        return control_routes(self)

    def notify(self, order: Order, kind: Kind) -> None:
        """Queue the news of an order for the webhook."""
        self.queue.add(self.config, notification(kind, order, self.config.ticket_id))

    def received(self, query: Mapping[str, str]) -> Json:
        """Webhook deliveries with the outcome of every attempt."""
        limit = int(query.get("limit", "100"))
        log = self.queue.sender.log
        return {
            "total": self.queue.sender.sent,
            "deliveries": [delivery.shown() for delivery in list(log)[-limit:]],
        }

    def summary(self) -> dict[str, object]:
        """Orders by state, webhook deliveries by state."""
        orders = self.office.orders.values()
        states = [delivery.state for delivery in self.queue.sender.log]
        return {
            "events": len(self.office.events),
            "orders": len(orders),
            "paid": sum(order.is_paid and order.state == "activated" for order in orders),
            "cancelled": sum(order.state == "cancelled" for order in orders),
            "refunded": sum(order.refunded for order in orders),
            "webhooks delivered": states.count("delivered"),
            "webhooks failed": states.count("failed"),
        }

    def reset(self) -> None:
        """An empty organiser account."""
        super().reset()
        self.office = BoxOffice()
        self.queue.clear()

    async def stop(self) -> None:
        """End deliveries."""
        self.queue.clear()
        await self.queue.sender.stop()
