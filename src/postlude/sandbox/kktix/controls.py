"""Controls of KKTIX: put events on sale, buy, pay, cancel, refund, correct an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.kktix.box_office import Buyer, Event, Order, TicketSale, shown_order
from postlude.sandbox.kktix.notifications import Kind, trial_notification
from postlude.sandbox.simulator import ControlError

if TYPE_CHECKING:
    from postlude.sandbox.kktix.simulator import Kktix


class _Call(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AddEvent(_Call):
    """Put an event on sale."""

    name: str
    slug: str
    ended: bool = False
    id: int | None = None


class Sell(_Call):
    """Sell tickets to a buyer. `event` is an id or a slug."""

    event: int | str
    contact: Buyer
    tickets: list[TicketSale] = Field(default_factory=lambda: [TicketSale()], min_length=1)
    paid: bool = True
    payment_method: str = "CREDITCARD"
    paid_at: float | None = None
    order_no: int | None = None
    webhook: bool = True


class OrderCall(_Call):
    """Do something to an order, named by its number or by one of its attendees."""

    order_no: int | None = None
    attendee_id: int | None = None
    webhook: bool = True


class ChangeEmail(OrderCall):
    """Correct the buyer's address. KKTIX sends no webhook for this."""

    email: str


class Notify(OrderCall):
    """Send an order's news (again), whatever its state."""

    type: Kind


def control_routes(kktix: Kktix) -> list[BaseRoute]:  # noqa: C901 - one small call each
    """The routes below `/_sandbox/kktix`."""

    def find(call: OrderCall) -> Order:
        if call.order_no is not None:
            return kktix.office.order(call.order_no)
        if call.attendee_id is not None:
            return kktix.office.order_of(call.attendee_id)
        raise ControlError("give order_no or attendee_id")

    async def events(request: Request) -> Response:
        if request.method == "POST":
            call = AddEvent.model_validate(await request.json())
            event = kktix.office.add_event(
                name=call.name, slug=call.slug, ended=call.ended, event_id=call.id
            )
            return JSONResponse(_shown_event(event), status_code=201)
        return JSONResponse([_shown_event(event) for event in kktix.office.events.values()])

    async def orders(_: Request) -> Response:
        return JSONResponse([shown_order(order) for order in kktix.office.orders.values()])

    async def sell(request: Request) -> Response:
        body: Any = await request.json()
        calls = [Sell.model_validate(item) for item in (body if isinstance(body, list) else [body])]
        sold = [shown_order(_sell(kktix, call)) for call in calls]
        return JSONResponse(sold if isinstance(body, list) else sold[0], status_code=201)

    async def pay(request: Request) -> Response:
        call = OrderCall.model_validate(await request.json())
        order = find(call)
        kktix.office.pay(order)
        return _answer(kktix, order, "order_activated_paid", webhook=call.webhook)

    async def cancel(request: Request) -> Response:
        call = OrderCall.model_validate(await request.json())
        order = find(call)
        kktix.office.cancel(order)
        return _answer(kktix, order, "order_cancelled", webhook=call.webhook)

    async def refund(request: Request) -> Response:
        call = OrderCall.model_validate(await request.json())
        order = find(call)
        kktix.office.cancel(order, refund=True)
        return _answer(kktix, order, "order_cancelled", webhook=call.webhook)

    async def change_email(request: Request) -> Response:
        call = ChangeEmail.model_validate(await request.json())
        order = find(call)
        kktix.office.change_email(order, call.email)
        return JSONResponse(shown_order(order))

    async def notify(request: Request) -> Response:
        call = Notify.model_validate(await request.json())
        return _answer(kktix, find(call), call.type)

    async def try_out(_: Request) -> Response:
        kktix.queue.add(kktix.config, trial_notification())
        return JSONResponse({"queued": kktix.config.webhook_url is not None}, status_code=202)

    return [
        Route("/events", events, methods=["GET", "POST"]),
        Route("/orders", orders, methods=["GET"]),
        Route("/sell", sell, methods=["POST"]),
        Route("/pay", pay, methods=["POST"]),
        Route("/cancel", cancel, methods=["POST"]),
        Route("/refund", refund, methods=["POST"]),
        Route("/change_email", change_email, methods=["POST"]),
        Route("/notify", notify, methods=["POST"]),
        Route("/test_delivery", try_out, methods=["POST"]),
    ]


def _sell(kktix: Kktix, call: Sell) -> Order:
    order = kktix.office.sell(
        kktix.office.event(call.event),
        call.contact,
        call.tickets,
        paid=call.paid,
        payment_method=call.payment_method,
        paid_at=call.paid_at,
        order_no=call.order_no,
    )
    if call.webhook and order.is_paid:
        kktix.notify(order, "order_activated_paid")
    return order


def _answer(kktix: Kktix, order: Order, kind: Kind, *, webhook: bool = True) -> Response:
    if webhook:
        kktix.notify(order, kind)
    return JSONResponse(shown_order(order))


def _shown_event(event: Event) -> dict[str, object]:
    return {
        "id": event.id,
        "slug": event.slug,
        "name": event.name,
        "book_id": event.book_id,
        "ended": event.ended,
        "attendees": len(event.attendee_ids),
    }
