"""A sale of a dozen orders with everything in it that may go wrong, as the sandbox and the files
have it; two of the orders are taken back later.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from postlude.sandbox import sale as sales
from postlude.sandbox.client import SandboxClient
from postlude.sandbox.sale.rows import BUYER_EMAIL, ORDER_NO, STATE
from postlude.sandbox.sale.script import Step, script


@dataclass(frozen=True)
class SmallSale:
    """What is sold, and what a plain reading of the rows says must come of it."""

    sale: sales.Sale
    steps: tuple[Step, ...]
    refunded_later: int
    cancelled_later: int
    expected: frozenset[str]
    excused: frozenset[str]

    def webhooks(self) -> list[bytes]:
        """Return two deliveries: each paid order of the first event, and a later cancellation."""
        first = self.sale.individual.slug
        paid = [step for step in self.steps if step.verb == "sell" and step.event == first]
        names = {event.slug: event.name for event in self.sale.events}
        later = next(step for step in paid if step.order_no == self.cancelled_later)
        event = {"name": names[first], "slug": first}
        cancelled = {
            "id": later.order_no,
            "state": "cancelled",
            "cancelled_at": "2023-09-01T12:00:00+08:00",
        }
        return [
            _batch(1, [paid_notification(step, event) for step in paid]),
            _batch(2, [{"type": "order_cancelled", "event": event, "order": cancelled}]),
        ]

    def play(self, client: SandboxClient) -> None:
        """Sell all of it at the sandbox's KKTIX."""
        for event in self.sale.events:
            client.add_event(event.name, event.slug)
        client.sell_many(
            [
                {
                    "event": step.event,
                    "contact": step.buyer.model_dump(),
                    "tickets": [ticket.model_dump() for ticket in step.tickets],
                    "paid": step.verb == "sell",
                    "payment_method": step.payment_method,
                    "order_no": step.order_no,
                    "webhook": False,
                }
                for step in self.steps
                if step.verb in {"sell", "place"}
            ]
        )
        for step in self.steps:
            if step.verb == "cancel":
                client.cancel(step.order_no, webhook=False)
            elif step.verb == "refund":
                client.refund(step.order_no, webhook=False)

    def files(self, folder: Path) -> list[dict[str, str]]:
        """Write the exports; return slug, name and the two files of each event."""
        written = sales.write_sale(self.sale, folder)
        return [
            {
                "slug": event.slug,
                "name": event.name,
                "attendees": str(written[event.slug][0]),
                "orders": str(written[event.slug][1]),
            }
            for event in self.sale.events
        ]


def make(orders: int = 9, seed: int = 7) -> SmallSale:
    """Make a sale of that many orders at the first event and a few at the two small ones."""
    whole = sales.generate_sale(seed, orders)
    individual, corporate, reserved = whole.events
    sale = replace(
        whole,
        events=(
            individual,
            _only(corporate, [0, 1, len(corporate.orders) - 1]),
            _only(reserved, [0, 1, 2, len(reserved.orders) - 1]),
        ),
    )
    return of(sale)


def of(sale: sales.Sale) -> SmallSale:
    """Read a sale plainly; one order of the first and one of the second event are taken back."""
    individual = sale.individual
    refunded = sale.events[1].orders[1]
    several = {email for email, _ in sales.expected_pairs(replace(sale, events=sale.events[1:]))}
    cancelled = next(
        row
        for row in individual.orders
        if row[STATE] == "activated" and row[BUYER_EMAIL].lower() not in several
    )
    later = {row[BUYER_EMAIL].strip().lower() for row in (refunded, cancelled)}
    briefly = {email for email, _ in sales.briefly_paid_pairs(sale)}
    expected = {email for email, _ in sales.expected_pairs(sale)} - later
    return SmallSale(
        sale=sale,
        steps=tuple(script(sale)),
        refunded_later=int(refunded[ORDER_NO]),
        cancelled_later=int(cancelled[ORDER_NO]),
        expected=frozenset(expected),
        excused=frozenset((later | briefly) - expected),
    )


def paid_notification(step: Step, event: dict[str, str]) -> dict[str, Any]:
    """Return an order's news as KKTIX sends it; the ids are those of the attendees."""
    tickets = [
        {
            "id": ticket.attendee_id or step.order_no,
            "name": ticket.name,
            "price_cents": ticket.price * 100,
            "price_currency": "TWD",
        }
        for ticket in step.tickets
    ]
    return {
        "type": "order_activated_paid",
        "event": event,
        "order": {"id": step.order_no, "state": "activated", "paid_at": step.at.isoformat()},
        "contact": step.buyer.model_dump(),
        "tickets": tickets,
    }


def _batch(number: int, notifications: list[dict[str, Any]]) -> bytes:
    return json.dumps({"batch_id": number, "notifications": notifications}).encode()


def _only(event: sales.EventSale, wanted: list[int]) -> sales.EventSale:
    kept = tuple(event.orders[index] for index in wanted)
    numbers = {row[ORDER_NO] for row in kept}
    seats = tuple(row for row in event.attendees if row[ORDER_NO] in numbers)
    return replace(event, orders=kept, attendees=seats)


def late_webhook(event: sales.EventSale, email: str) -> bytes:
    """Return the news of one more order, of somebody who buys on the day after."""
    order = {"id": 199_000_001, "state": "activated", "paid_at": "2023-09-01T12:00:00+08:00"}
    ticket = {"id": 199_000_002, "name": "Regular 一般票"}
    notification = {
        "type": "order_activated_paid",
        "event": {"name": event.name, "slug": event.slug},
        "order": order,
        "contact": {"name": "Late Buyer", "email": email, "mobile": ""},
        "tickets": [{**ticket, "price_cents": 129_000, "price_currency": "TWD"}],
    }
    return _batch(3, [notification])
