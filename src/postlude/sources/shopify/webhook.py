"""Shopify's deliveries, out of the inbox.

Shopify repeats itself and keeps no order: each delivery is an order as it stood at `updated_at`,
and the newest view of it holds.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from postlude.kernel import boundaries, clock, redact
from postlude.kernel.errors import AppError
from postlude.kernel.inbox import Delivery, Unreadable
from postlude.orders import api as orders
from postlude.people import api as people
from postlude.people.types import Actor, CustomerKept, CustomerSeen
from postlude.sources.models import Source
from postlude.sources.shopify import readings, settings
from postlude.sources.shopify.readings import View

_log = logging.getLogger(__name__)
TOPICS = frozenset({"orders/create", "orders/updated", "orders/cancelled", "orders/paid"})
_MISTAKES = (KeyError, ValueError, TypeError, AttributeError, ArithmeticError, AppError)


def handle(deliveries: Sequence[Delivery]) -> None:
    """Take deliveries of one source in; safe to repeat, and in any order."""
    first = deliveries[0]
    source = Source.objects.get(org=first.org, slug=first.headers["source"])
    config = settings.parse(source.slug, source.settings)
    found = [_read(each, consents=config.consents) for each in deliveries]
    views = sorted(
        (view for view in found if view is not None), key=lambda view: view.order.revised_at
    )
    if views:
        _write(first.org, source.slug, views, clock.now())


def _read(delivery: Delivery, *, consents: bool) -> View | None:
    """Return the order; None for what is not ours. Raises Unreadable, which says what is wrong."""
    if delivery.headers.get("topic") not in TOPICS:
        return None
    try:
        order: Any = json.loads(delivery.raw)
        if readings.is_test(order):
            return None
        return readings.read(order, consents=consents)
    except (*_MISTAKES, RecursionError) as error:
        raise Unreadable(f"{type(error).__name__} in the order") from None


def _write(org: int, slug: str, views: Sequence[View], now: datetime) -> None:
    """Orders are checked before anybody is made known for them."""
    try:
        orders.check_standings(org, [view.order for view in views], now=now)
    except AppError as wrong:
        raise Unreadable(redact.cut(wrong.text())) from None
    actor = Actor("system", f"shopify:{slug}"[:64])
    seen = [view.customer for view in views if view.customer is not None]
    found = iter(_recognise(org, seen, actor, now))
    boundaries.crossing("sources.shop_customers_kept")
    standing = [
        view.order if view.customer is None else replace(view.order, contact=next(found).contact)
        for view in views
    ]
    orders.take_standing(org, standing, now=now)
    boundaries.crossing("sources.shop_orders_taken")


def _recognise(
    org: int, seen: Sequence[CustomerSeen], actor: Actor, now: datetime
) -> list[CustomerKept]:
    """Return who each customer is; a phone or an e-mail that cannot be one is left out."""
    kept = people.upsert_customers(org, seen, actor=actor, now=now)
    for place, (each, said) in enumerate(zip(kept, seen, strict=True)):
        left, found = said, each
        while found.problem is not None and found.wrong in {"phone", "email"}:
            left = (
                replace(left, phone=None) if found.wrong == "phone" else replace(left, email=None)
            )
            (found,) = people.upsert_customers(org, [left], actor=actor, now=now)
        kept[place] = found
    return kept
