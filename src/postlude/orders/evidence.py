"""What one view of a sale proves: about the order as a whole, about each ticket."""

from datetime import datetime

from postlude.orders.lifecycle import Ending, Evidence, Payment
from postlude.orders.models import Order
from postlude.orders.types import SaleSeen, State, TicketSeen, Via


def note(order: Order, sale: SaleSeen) -> bool:
    """Add what the view says of the order; return whether that changed it."""
    before = _facts(order)
    payment = payment_of(order).join(_order_payment(sale))
    order.paid, order.paid_at, order.paid_rank = payment.paid, payment.at, payment.rank
    order.cancelled = order.cancelled or sale.cancelled_at is not None
    order.cancelled_at = _earlier(order.cancelled_at, sale.cancelled_at)
    if sale.refunded is not None and sale.refunded.minor:
        order.refunded_minor = max(order.refunded_minor or 0, abs(sale.refunded.minor))
        order.currency = sale.refunded.currency
    order.refunded_at = _earlier(order.refunded_at, sale.refunded_at)
    # Money back while the order lives on is a part of it: the tickets tell which.
    order.refunded = order.cancelled and bool(order.refunded_at or order.refunded_minor)
    order.placed_at = _earlier(order.placed_at, sale.placed_at)
    order.payment_method = order.payment_method or sale.payment_method
    return before != _facts(order)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def _facts(order: Order) -> tuple[object, ...]:
    money = (order.refunded_minor, order.refunded_at, order.payment_method)
    return (payment_of(order), ending_of(order), order.placed_at, *money)


def payment_of(order: Order) -> Payment:
    return Payment(order.paid, order.paid_at, order.paid_rank)


def ending_of(order: Order) -> Ending:
    return Ending(order.cancelled, order.refunded, order.cancelled_at)


def _order_payment(sale: SaleSeen) -> Payment:
    if sale.paid_at is None:
        return Payment()
    rank = Evidence.WEBHOOK if sale.via == Via.WEBHOOK else Evidence.ORDER_EXPORT
    return Payment(paid=True, at=sale.paid_at, rank=rank)


def ticket_payment(sale: SaleSeen, ticket: TicketSeen) -> Payment:
    if not ticket.paid:
        return Payment()
    if sale.paid_at is not None:
        return _order_payment(sale)
    if ticket.source_updated_at is not None:
        return Payment(paid=True, at=ticket.source_updated_at, rank=Evidence.UPDATED_AT)
    if sale.placed_at is not None:
        return Payment(paid=True, at=sale.placed_at, rank=Evidence.DAY)
    return Payment(paid=True)


def ticket_ending(ticket: TicketSeen, now: datetime) -> Ending:
    if ticket.state == State.REFUNDED:
        return Ending(refunded=True, at=ticket.source_updated_at or now)
    if ticket.state == State.CANCELLED:
        return Ending(cancelled=True, at=ticket.source_updated_at or now)
    return Ending()
