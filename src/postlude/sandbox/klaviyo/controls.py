"""Controls of the Klaviyo simulator: readers, webhooks, and people who were there before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.klaviyo.account import Mail
from postlude.sandbox.simulator import ControlError

if TYPE_CHECKING:
    from postlude.sandbox.klaviyo.simulator import Klaviyo


class Emit(BaseModel):
    """Make this event of a metric happen to the newest mail of this recipient."""

    model_config = ConfigDict(extra="forbid")

    metric: str
    recipient: str
    url: str = ""
    bounce: Literal["Hard", "Soft"] = "Hard"


def control_routes(klaviyo: Klaviyo) -> list[BaseRoute]:
    """The routes below `/_sandbox/klaviyo`."""

    async def emit(request: Request) -> Response:
        call = Emit.model_validate(await request.json())
        mail = _find(klaviyo, call.recipient)
        event = klaviyo.happen(mail, call.metric, url=call.url, bounce=call.bounce)
        return JSONResponse(event, status_code=201)

    async def webhooks(request: Request) -> Response:
        limit = int(request.query_params.get("limit", "100"))
        deliveries = [delivery.shown() for delivery in list(klaviyo.sender.log)[-limit:]]
        return JSONResponse({"total": klaviyo.sender.sent, "deliveries": deliveries})

    async def profiles(request: Request) -> Response:
        profile, _ = klaviyo.account.upsert(await request.json())
        return JSONResponse(profile.shown(), status_code=201)

    return [
        Route("/profiles", profiles, methods=["POST"]),
        Route("/emit", emit, methods=["POST"]),
        Route("/webhooks", webhooks, methods=["GET"]),
    ]


def _find(klaviyo: Klaviyo, recipient: str) -> Mail:
    for mail in reversed(klaviyo.account.mails):
        if mail.to.lower() == recipient.lower():
            return mail
    raise ControlError("no mail to this recipient", 404)
