"""The webhook's deliveries, out of the inbox: each notification by itself.

One that cannot be read is buried where a person sees it, and does not hold up the others.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from postlude.kernel import boundaries, clock, inbox, redact
from postlude.kernel.errors import AppError
from postlude.kernel.inbox import Delivery, Unreadable
from postlude.orders import api as orders
from postlude.orders.types import EventSeen, SaleSeen, SaleWarning, State, TicketSeen, Via
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.sources.kktix import readings, settings
from postlude.sources.models import Source

_log = logging.getLogger(__name__)
_PAID = "order_activated_paid"
_CANCELLED = "order_cancelled"
_LONGEST_SLUG = 100
_MISTAKES = (KeyError, ValueError, TypeError, AttributeError, ArithmeticError, AppError)


def handle(deliveries: Sequence[Delivery]) -> None:
    """Take batches of notifications of one source; safe to repeat."""
    first = deliveries[0]
    source = Source.objects.get(org=first.org, slug=first.headers["source"])
    config = settings.parse(source.slug, source.settings)
    found = [read for delivery in deliveries for read in _read_all(delivery, config)]
    # The paid first: within one batch a cancel need not leave a tombstone.
    _write(first.org, sorted(found, key=lambda read: read[1] is None), clock.now())


def _read_all(delivery: Delivery, config: settings.KktixSettings) -> "list[Read]":
    try:
        notifications = list(json.loads(delivery.raw)["notifications"])
    except (*_MISTAKES, RecursionError):
        raise Unreadable("it has no list of notifications") from None
    found: list[Read] = []
    for number, notification in enumerate(notifications):
        try:
            if _is_ours(delivery, notification["event"], config):
                found.append(_read(delivery, notification, config))
        except Unreadable as error:
            _bury(delivery, number, notification, str(error.fields["reason"]))
        except _MISTAKES as error:
            _bury(delivery, number, notification, f"{type(error).__name__} in a notification")
    return found


Read = tuple[SaleSeen, PersonSeen | None]


def _is_ours(delivery: Delivery, event: dict[str, Any], config: settings.KktixSettings) -> bool:
    """Say whether to take it in: not KKTIX's test, and of an event that the poller takes too."""
    if event["slug"] == readings.TEST_SLUG:
        return False
    if config.wants(str(event["name"])):
        return True
    slug = readings.name(event["slug"], _LONGEST_SLUG)
    warning = SaleWarning(
        "event_left_out",
        slug,
        f"A webhook came of the event {slug}, which fits none of the source's `events`.",
        "Add its name to `events` and replay the delivery, or remove the webhook in KKTIX.",
    )
    orders.warn(delivery.org, [warning], now=delivery.received_at)
    return False


def _read(delivery: Delivery, notification: Any, config: settings.KktixSettings) -> Read:
    """Return the sale and its buyer; raises Unreadable for what nobody knows."""
    kind, order, event = notification["type"], notification["order"], notification["event"]
    sale = SaleSeen(
        source=readings.SOURCE,
        event=EventSeen(
            external_id=None,
            slug=readings.name(event["slug"], _LONGEST_SLUG),
            name=readings.text(event["name"]),
        ),
        order_number=readings.name(order["id"]),
        via=Via.WEBHOOK,
        join=config.join,
    )
    if kind == _PAID:
        return _paid(notification, sale)
    if kind == _CANCELLED:
        at = order.get("cancelled_at")
        ended_at = readings.instant(at) if at else delivery.received_at
        return replace(sale, cancelled_at=ended_at), None
    raise Unreadable(f"the notification type {str(kind)[:40]} is not known")


def _paid(notification: dict[str, Any], sale: SaleSeen) -> Read:
    order, contact = notification["order"], notification.get("contact") or {}
    tickets = tuple(
        TicketSeen(
            external_id=readings.name(ticket["id"]),
            ticket_type_name=readings.text(ticket["name"]),
            price=readings.cents(ticket["price_cents"], str(ticket["price_currency"])),
            paid=True,
            state=State.PAID,
            position=position,
        )
        for position, ticket in enumerate(notification["tickets"])
    )
    # A free order may have no time of payment; it is paid all the same.
    at = order.get("paid_at")
    paid_at = readings.instant(at) if at else None
    same_ids = sale.join == "attendee_id" and len(tickets) == 1
    person = PersonSeen(
        email_raw=readings.text(contact.get("email")),
        phone_raw=readings.text(contact.get("mobile")) or None,
        name=readings.text(contact.get("name")) or None,
        source=readings.SOURCE,
        reference=(
            readings.reference(str(tickets[0].external_id))
            if same_ids
            else f"{readings.SOURCE}:order:{sale.order_number}"
        ),
        shown_at=paid_at,
    )
    return replace(sale, tickets=tickets, paid_at=paid_at), person


def _write(org: int, read: list[Read], now: datetime) -> None:
    buyers = [person for _, person in read if person is not None]
    found = iter(people.recognise_many(org, buyers, now=now))
    boundaries.crossing("sources.webhook_recognised")
    sales = [
        sale if person is None else replace(sale, contact=next(found).contact)
        for sale, person in read
    ]
    orders.upsert_sales(org, sales, now=now)
    boundaries.crossing("sources.webhook_sales_written")


def _bury(delivery: Delivery, number: int, notification: Any, reason: str) -> None:
    reason = redact.cut(reason)
    _log.warning("notification buried", extra={"source": delivery.source, "reason": reason})
    inbox.bury(
        delivery.source,
        delivery.org,
        f"{delivery.delivery_id[:100]}#{number}",
        json.dumps({"notifications": [notification]}).encode(),
        headers=dict(delivery.headers),
        now=delivery.received_at,
        reason=reason,
    )
