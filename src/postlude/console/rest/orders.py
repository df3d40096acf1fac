"""A rule order after it was written: looked at, confirmed, cancelled, reversed, given more time."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Router

from postlude.console.rest import keys, once, own_keys
from postlude.console.rest.errors import OrderNotThere
from postlude.console.rest.promotion_shapes import ConfirmIn, ExtendIn, OrderOut
from postlude.console.rest.strict import Nothing
from postlude.kernel import clock
from postlude.kernel.errors import AppError, BadInput
from postlude.orgs.api import Permission
from postlude.rewards.types.reservations import LateConfirm
from postlude.rewards.types.reservations import ReservationState as State
from postlude.rules import api as rules
from postlude.rules.types import Order

router = Router(tags=["promotions"])
_ORDER = keys.Key(Permission.ORDER_BY_RULES)
_LONGEST = timedelta(hours=24)
_OVER = {
    State.EXPIRED: (
        "The hold of this order has expired; nothing was given.",
        'Refund the payment, or confirm with {"late": "reacquire"}.',
    ),
    State.CANCELLED: ("This order is cancelled.", "Write a new order under a new key."),
    State.REVERSED: ("This order was taken back.", "Write a new order under a new key."),
    State.CONFIRMED: (
        "This order is confirmed: what it promised has been given.",
        "Take it back with /reverse.",
    ),
    State.HELD: ("This order is still held.", "Confirm it, or cancel it."),
}


@router.get(
    "/{key}", auth=_ORDER, response=OrderOut, exclude_unset=True, summary="An order as it stands"
)
def show(request: HttpRequest, key: str) -> dict[str, Any]:
    return as_json(rules.order(keys.org_of(request), _key(key)))


@router.post(
    "/{key}/confirm",
    auth=_ORDER,
    response=OrderOut,
    exclude_unset=True,
    summary="The buyer has paid",
)
def confirm(
    request: HttpRequest,
    key: str,
    said: ConfirmIn | None = None,
) -> dict[str, Any]:
    """Give what the order promises; again changes nothing."""
    late = LateConfirm.REFUSE if said is None else said.late
    done = rules.confirm(keys.org_of(request), [_key(key)], now=clock.now(), late=late)
    return _in_state(done, State.CONFIRMED)


@router.post(
    "/{key}/cancel",
    auth=_ORDER,
    response=OrderOut,
    exclude_unset=True,
    summary="The buyer does not pay",
)
def cancel(
    request: HttpRequest,
    key: str,
    said: Nothing | None = None,  # noqa: ARG001 - a body may be sent, and says nothing
) -> dict[str, Any]:
    """Let go of what is held. A key that is not known yet is remembered: it will hold nothing."""
    done = rules.cancel(keys.org_of(request), [_key(key)], now=clock.now())
    return _in_state(done, State.CANCELLED, State.EXPIRED)


@router.post(
    "/{key}/reverse",
    auth=_ORDER,
    response=OrderOut,
    exclude_unset=True,
    summary="The payment was refunded",
)
def reverse(
    request: HttpRequest,
    key: str,
    said: Nothing | None = None,  # noqa: ARG001 - a body may be sent, and says nothing
) -> dict[str, Any]:
    """Take back what was given; points that were spent become a debt."""
    done = rules.reverse(keys.org_of(request), [_key(key)], now=clock.now())
    return _in_state(done, State.REVERSED)


@router.post(
    "/{key}/extend",
    auth=_ORDER,
    response=OrderOut,
    exclude_unset=True,
    summary="Hold it longer, once",
)
def extend(request: HttpRequest, key: str, said: ExtendIn) -> dict[str, Any]:
    """Ask again for the same moment as often as you like; another moment is not given."""
    now = clock.now()
    if said.until > now + _LONGEST:
        raise BadInput(
            "An order is held for 24 hours at most.",
            hint="Name an earlier moment.",
            **{"/until": "too_late"},
        )
    order = rules.extend(keys.org_of(request), _key(key), said.until, now=now)
    _check(order, State.HELD)
    if order.expires_at is None or order.expires_at < said.until:
        raise OrderNotThere(
            "This order was not given more time: it is over, or had more before.",
            hint="Confirm or cancel it before `expires_at`.",
            state=order.state.value,
            expires_at=order.expires_at.isoformat() if order.expires_at else "",
        )
    return as_json(order)


def as_json(order: Order) -> dict[str, Any]:
    """Return an order in the words of whoever wrote it."""
    shown = {"gifts": [], "not_given": []} | rules.order_result(order)
    return shown | {"order": own_keys.outside(order.key)}


def _key(key: str) -> str:
    return own_keys.order(once.checked(key))


def _in_state(done: Sequence[Order | AppError], *wanted: State) -> dict[str, Any]:
    (order,) = done
    if isinstance(order, AppError):
        raise order
    _check(order, *wanted)
    return as_json(order)


def _check(order: Order, *wanted: State) -> None:
    if order.state not in wanted:
        words, hint = _OVER.get(order.state, ("This order is {state}.", ""))
        raise OrderNotThere(words, hint=hint, state=order.state.value)
