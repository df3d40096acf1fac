"""Postmark as a simulator: takes mail, and tells about it when a reader is made to do something."""

from __future__ import annotations

import base64
import json
import uuid
from collections import deque
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.delivery import WebhookSender
from postlude.sandbox.faults import HTTP_FAULTS, WEBHOOK_FAULTS, FaultBook, FaultKind
from postlude.sandbox.now import epoch, now
from postlude.sandbox.postmark.events import EventName, make_event
from postlude.sandbox.postmark.messages import (
    BAD_TOKEN,
    TOO_MANY,
    Message,
    Refused,
    recipient,
    taken,
)
from postlude.sandbox.simulator import ControlError, Json, Simulator, VendorConfig, retry_headers

_KEEP = 100_000
_MOST_IN_A_BATCH = 500


class PostmarkConfig(VendorConfig):
    """Settings of the Postmark simulator; retries are shrunk (the real ones reach over 6 hours)."""

    server_token: str = "sandbox-postmark-token"  # noqa: S105 - everybody may know it
    webhook_url: str | None = None
    webhook_login: str = "postmark:sandbox-postmark-password"
    webhook_retries_s: tuple[float, ...] = (0.3, 0.6, 0.9)
    inactive: tuple[str, ...] = ()


class Emit(BaseModel):
    """Make this event happen to the newest message of this recipient."""

    model_config = ConfigDict(extra="forbid")

    event: EventName
    recipient: str


class Postmark(Simulator):
    """The e-mail service."""

    name = "postmark"
    # A webhook has a login and no time of its own.
    faults_offered = HTTP_FAULTS | WEBHOOK_FAULTS - {FaultKind.CLOCK_SKEW}
    config: PostmarkConfig

    def __init__(self, config: PostmarkConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)
        # 403 is Postmark's "never again".
        self.sender = WebhookSender(lanes=8, refusals=frozenset({403}))
        self._forget()

    def routes(self) -> list[BaseRoute]:
        """One mail, or up to 500."""
        return [
            Route("/email", self._send, methods=["POST"]),
            Route("/email/batch", self._send_batch, methods=["POST"]),
        ]

    def control_routes(self) -> list[BaseRoute]:
        """Readers on demand, and the webhook log."""
        return [
            Route("/emit", self._emit, methods=["POST"]),
            Route("/webhooks", self._webhooks, methods=["GET"]),
        ]

    def received(self, query: Mapping[str, str]) -> Json:
        """Accepted messages, newest last, filtered by `to`."""
        wanted = query.get("to", "").lower()
        found = [each for each in self.messages if wanted in ("", each.recipient.lower())]
        shown = [each.shown() for each in found[-int(query.get("limit", "100")) :]]
        return {"total": self.accepted, "matching": len(found), "messages": shown}

    def summary(self) -> dict[str, object]:
        """Messages and webhooks."""
        states = [delivery.state for delivery in self.sender.log]
        return {"messages": self.accepted, "webhooks failed": states.count("failed")}

    def reset(self) -> None:
        """Empty mailboxes."""
        super().reset()
        self.sender.clear()
        self._forget()

    async def stop(self) -> None:
        """End deliveries."""
        await self.sender.stop()

    def rate_limited(self, retry_after: float | None) -> Response:
        """429 with Postmark's code."""
        refused = Refused(TOO_MANY, "Rate limit exceeded.")
        return JSONResponse(refused.answer(), status_code=429, headers=retry_headers(retry_after))

    def _forget(self) -> None:
        self.messages: deque[Message] = deque(maxlen=_KEEP)
        self.accepted = 0
        self._events = 0

    async def _send(self, request: Request) -> Response:
        refusal = self._bad_token(request)
        if refusal is not None:
            return refusal
        answer = self._take(_json(await request.body()))
        return JSONResponse(answer, status_code=422 if answer["ErrorCode"] else 200)

    async def _send_batch(self, request: Request) -> Response:
        refusal = self._bad_token(request)
        if refusal is not None:
            return refusal
        mails = _json(await request.body())
        if not isinstance(mails, list) or len(mails) > _MOST_IN_A_BATCH:
            return JSONResponse(
                Refused(410, "You have exceeded the batch.").answer(), status_code=422
            )
        return JSONResponse([self._take(mail) for mail in mails])

    def _take(self, given: object) -> Json:
        inactive = frozenset(address.lower() for address in self.config.inactive)
        try:
            address = recipient(given, inactive)
        except Refused as refused:
            return refused.answer()
        self.accepted += 1
        held: dict[str, Any] = given if isinstance(given, dict) else {}
        message = Message(self.accepted, str(uuid.uuid4()), epoch(), address, held)
        self.messages.append(message)
        return taken(message, now().isoformat())

    def _bad_token(self, request: Request) -> Response | None:
        if request.headers.get("x-postmark-server-token") == self.config.server_token:
            return None
        words = "Bad or missing Server API token."
        return JSONResponse(Refused(BAD_TOKEN, words).answer(), status_code=401)

    async def _emit(self, request: Request) -> Response:
        call = Emit.model_validate(await request.json())
        for message in reversed(self.messages):
            if message.recipient == call.recipient:
                self._events += 1
                event = make_event(call.event, message, self._events)
                self._tell(call.event, event)
                return JSONResponse(event, status_code=201)
        raise ControlError("no message with this recipient", 404)

    async def _webhooks(self, request: Request) -> Response:
        log = list(self.sender.log)[-int(request.query_params.get("limit", "100")) :]
        deliveries = [delivery.shown() for delivery in log]
        return JSONResponse({"total": self.sender.sent, "deliveries": deliveries})

    def _tell(self, name: str, event: Json) -> None:
        url = self.config.webhook_url
        if url is None:
            return
        faults = self.faults.judge_webhook(self.name, name)
        wrong = FaultKind.WRONG_SIGNATURE in faults
        login = f"{self.config.webhook_login}{'-not' if wrong else ''}"
        self.sender.post(
            event=name,
            url=url,
            body=json.dumps(event).encode(),
            headers={
                "content-type": "application/json",
                "authorization": f"Basic {base64.b64encode(login.encode()).decode()}",
            },
            retries_s=self.config.webhook_retries_s,
            copies=2 if FaultKind.DUPLICATE_WEBHOOK in faults else 1,
            hold=FaultKind.OUT_OF_ORDER_WEBHOOK in faults,
        )


def _json(body: bytes) -> object:
    try:
        found: object = json.loads(body)
    except ValueError:
        return None
    return found
