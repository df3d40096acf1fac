"""Controls of the Mailgun simulator: make a reader do something now, and look at the webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.mailgun.events import EventName, make_event
from postlude.sandbox.mailgun.parsing import Message
from postlude.sandbox.simulator import ControlError

if TYPE_CHECKING:
    from postlude.sandbox.mailgun.simulator import Mailgun


class Emit(BaseModel):
    """Make this event happen to the newest message of this recipient (or to this message)."""

    model_config = ConfigDict(extra="forbid")

    event: EventName
    recipient: str | None = None
    message_id: str | None = None
    severity: Literal["temporary", "permanent"] = "permanent"
    url: str | None = None


def control_routes(mailgun: Mailgun) -> list[BaseRoute]:
    """The routes below `/_sandbox/mailgun`."""

    async def emit(request: Request) -> Response:
        call = Emit.model_validate(await request.json())
        message = _find(mailgun, call)
        recipient = call.recipient or message.recipients[0]
        event = make_event(call.event, message, recipient, severity=call.severity, url=call.url)
        mailgun.happen(event)
        return JSONResponse(event, status_code=201)

    async def webhooks(request: Request) -> Response:
        limit = int(request.query_params.get("limit", "100"))
        log = list(mailgun.sender.log)[-limit:]
        deliveries = [delivery.shown() for delivery in log]
        return JSONResponse({"total": mailgun.sender.sent, "deliveries": deliveries})

    return [
        Route("/emit", emit, methods=["POST"]),
        Route("/webhooks", webhooks, methods=["GET"]),
    ]


def _find(mailgun: Mailgun, call: Emit) -> Message:
    for message in reversed(mailgun.messages):
        by_id = call.message_id is not None and message.id.strip("<>") == call.message_id.strip(
            "<>"
        )
        if by_id or (call.message_id is None and call.recipient in message.recipients):
            return message
    raise ControlError("no message with this id or recipient", 404)
