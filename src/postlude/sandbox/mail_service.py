"""What the simulators of e-mail services have alike: what they took, and readers on demand."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.delivery import WebhookSender
from postlude.sandbox.faults import HTTP_FAULTS, WEBHOOK_FAULTS, FaultBook, FaultKind
from postlude.sandbox.now import epoch
from postlude.sandbox.simulator import ControlError, Json, Simulator, VendorConfig

_KEEP = 100_000


@dataclass(frozen=True, slots=True)
class Message:
    """An accepted message as the caller gave it."""

    number: int
    id: str
    at: float
    recipient: str
    given: dict[str, Any]

    def shown(self) -> dict[str, Any]:
        """The message for the control API."""
        return asdict(self)


class MailServiceConfig(VendorConfig):
    """Where its webhooks go; retries are shrunk (the real ones reach over hours)."""

    webhook_url: str | None = None
    webhook_retries_s: tuple[float, ...] = (0.3, 0.6, 0.9)


class Emit(BaseModel):
    """Make this event happen to the newest message of this recipient."""

    model_config = ConfigDict(extra="forbid")

    event: str
    recipient: str


class MailService(Simulator):
    """Takes mail, and tells about it when a reader is made to do something."""

    # Neither a login nor a signature over the body has a time of its own.
    faults_offered = HTTP_FAULTS | WEBHOOK_FAULTS - {FaultKind.CLOCK_SKEW}
    events: frozenset[str]
    config: MailServiceConfig

    def __init__(
        self, config: MailServiceConfig, faults: FaultBook, *, refusals: frozenset[int]
    ) -> None:
        super().__init__(config, faults)
        self.sender = WebhookSender(lanes=8, refusals=refusals)
        self._forget()

    @abstractmethod
    def event(self, name: str, message: Message, number: int) -> Json:
        """One event in the service's own shape."""

    @abstractmethod
    def trusted_by(self, body: bytes, *, wrong: bool) -> dict[str, str]:
        """The headers by which a webhook is believed, or is not."""

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

    def keep(self, number_of_it: str, recipient: str, given: Json) -> Message:
        """Take a message in."""
        self.accepted += 1
        message = Message(self.accepted, number_of_it, epoch(), recipient, given)
        self.messages.append(message)
        return message

    def _forget(self) -> None:
        self.messages: deque[Message] = deque(maxlen=_KEEP)
        self.accepted = 0
        self._events = 0

    async def _emit(self, request: Request) -> Response:
        call = Emit.model_validate(await request.json())
        if call.event not in self.events:
            raise ControlError(f"one of: {', '.join(sorted(self.events))}")
        for message in reversed(self.messages):
            if message.recipient == call.recipient:
                self._events += 1
                event = self.event(call.event, message, self._events)
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
        body = json.dumps(event).encode()
        trust = self.trusted_by(body, wrong=FaultKind.WRONG_SIGNATURE in faults)
        self.sender.post(
            event=name,
            url=url,
            body=body,
            headers={"content-type": "application/json", **trust},
            retries_s=self.config.webhook_retries_s,
            copies=2 if FaultKind.DUPLICATE_WEBHOOK in faults else 1,
            hold=FaultKind.OUT_OF_ORDER_WEBHOOK in faults,
        )


def read_json(body: bytes) -> object:
    """Return what a body says, or None for what is no JSON."""
    try:
        found: object = json.loads(body)
    except ValueError:
        return None
    return found
