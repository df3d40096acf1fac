"""Promotions for tills and shops: what would be given, and a rule order that holds it."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Router

from postlude.console.rest import asking, keys, once, own_keys, promotion_shapes
from postlude.console.rest.errors import OrderNotThere
from postlude.console.rest.once import IdempotencyKey
from postlude.console.rest.orders import as_json
from postlude.kernel import clock
from postlude.orgs.api import Permission
from postlude.rules import api as rules
from postlude.rules.types import Ask, Order

router = Router(tags=["promotions"])
_ORDER = keys.Key(Permission.ORDER_BY_RULES)


@router.post(
    "/top-up/preview",
    auth=_ORDER,
    response=promotion_shapes.OfferOut,
    summary="What a top-up would bring",
)
def preview_top_up(request: HttpRequest, said: promotion_shapes.TopUpIn) -> dict[str, Any]:
    """Nothing is held by looking: another may be quicker."""
    org, now = keys.org_of(request), clock.now()
    asked = asking.top_up(org, said, now=now)
    return rules.top_up_offer(
        rules.preview(org, rules.ask_top_up(asked), now=now), asked.paid.currency
    )


@router.post(
    "/top-up",
    auth=_ORDER,
    response=promotion_shapes.OrderOut,
    exclude_unset=True,
    summary="Hold what a top-up brings",
)
def order_top_up(
    request: HttpRequest, said: promotion_shapes.TopUpOrderIn, idempotency_key: IdempotencyKey = ""
) -> dict[str, Any]:
    """Ask before the buyer pays; confirm the order when they have. The key names the order."""
    org, key = keys.org_of(request), once.checked(idempotency_key)
    asked = asking.top_up(org, said, now=clock.now())
    body = said.model_dump(mode="json") | {"contact": asked.contact}
    stamp = once.digest("top-up", body)
    return as_json(_reserve(org, key, stamp, rules.ask_top_up(asked), said.hold_minutes))


@router.post(
    "/checkout/preview",
    auth=_ORDER,
    response=promotion_shapes.PricedOfferOut,
    summary="What would be taken off",
)
def preview_checkout(request: HttpRequest, said: promotion_shapes.CheckoutIn) -> dict[str, Any]:
    """The best combination of discounts for this cart, without holding any of it."""
    org, now = keys.org_of(request), clock.now()
    asked = asking.checkout(org, said)
    return rules.checkout_offer(rules.preview(org, rules.ask_checkout(asked), now=now), asked)


@router.post(
    "/checkout",
    auth=_ORDER,
    response=promotion_shapes.OrderOut,
    exclude_unset=True,
    summary="Hold the discounts",
)
def order_checkout(
    request: HttpRequest,
    said: promotion_shapes.CheckoutOrderIn,
    idempotency_key: IdempotencyKey = "",
) -> dict[str, Any]:
    """The order's amount stays as it is; `payable` is what the buyer is to pay."""
    org, key = keys.org_of(request), once.checked(idempotency_key)
    asked = asking.checkout(org, said)
    body = said.model_dump(mode="json") | {"contact": asked.contact}
    stamp = once.digest("checkout", body)
    return as_json(_reserve(org, key, stamp, rules.ask_checkout(asked), said.hold_minutes))


def _reserve(org: int, key: str, stamp: bytes, ask: Ask, minutes: int) -> Order:
    """Write a rule order. One that was cancelled before it came holds nothing, and says so."""
    now = clock.now()
    until = now + timedelta(minutes=minutes)
    wanted = rules.ReserveOrder(own_keys.order(key), stamp, ask, until)
    made = rules.reserve(org, wanted, now=now)
    if made.decided_at is None:
        raise OrderNotThere(
            "This order was cancelled before it was asked for; nothing is held.",
            hint="Take a new Idempotency-Key for a new order.",
            state=made.state.value,
        )
    return made
