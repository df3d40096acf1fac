"""What the simulators of chat apps have alike: what they took, and signed webhooks."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.delivery import WebhookSender
from postlude.sandbox.faults import HTTP_FAULTS, WEBHOOK_FAULTS, FaultBook, FaultKind
from postlude.sandbox.now import epoch
from postlude.sandbox.simulator import Json, Simulator, VendorConfig

_KEEP = 100_000


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that the service took. `shown` is whether the person saw it."""

    number: int
    id: str
    at: float
    to: str
    text: str
    given: dict[str, Any]
    shown: bool = True


class ChatServiceConfig(VendorConfig):
    """Where its webhooks go; retries are shrunk."""

    webhook_url: str | None = None
    webhook_retries_s: tuple[float, ...] = (0.3, 0.6, 0.9)


class ChatService(Simulator):
    """Takes messages, and tells what people do."""

    # A signature over the body has no time of its own.
    faults_offered = HTTP_FAULTS | WEBHOOK_FAULTS - {FaultKind.CLOCK_SKEW}
    config: ChatServiceConfig

    def __init__(self, config: ChatServiceConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)
        self.sender = WebhookSender(lanes=8)
        self.forget()

    @abstractmethod
    def signed(self, body: bytes, *, wrong: bool) -> dict[str, str]:
        """The headers by which a webhook is believed, or is not."""

    def control_routes(self) -> list[BaseRoute]:
        """The webhook log; what people do is the app's own."""
        return [Route("/webhooks", self._webhooks, methods=["GET"])]

    def received(self, query: Mapping[str, str]) -> Json:
        """Messages taken, newest last, filtered by `to`."""
        found = [each for each in self.taken if query.get("to", "") in ("", each.to)]
        shown = [asdict(each) for each in found[-int(query.get("limit", "100")) :]]
        return {"total": len(self.taken), "matching": len(found), "messages": shown}

    def summary(self) -> dict[str, object]:
        """Messages and webhooks."""
        states = [delivery.state for delivery in self.sender.log]
        return {"messages": len(self.taken), "webhooks failed": states.count("failed")}

    def reset(self) -> None:
        """Back to the first day."""
        super().reset()
        self.sender.clear()
        self.forget()

    async def stop(self) -> None:
        """End deliveries."""
        await self.sender.stop()

    def forget(self) -> None:
        """Nothing has been taken."""
        self.taken: deque[Taken] = deque(maxlen=_KEEP)

    def take(self, new_id: str, to: str, text: str, given: Json, *, shown: bool = True) -> Taken:
        """Take a message in."""
        message = Taken(len(self.taken) + 1, new_id, epoch(), to, text, given, shown)
        self.taken.append(message)
        return message

    def tell(self, name: str, event: Json) -> None:
        """Post a webhook, where there is an address for it."""
        url = self.config.webhook_url
        if url is None:
            return
        faults = self.faults.judge_webhook(self.name, name)
        body = json.dumps(event, ensure_ascii=False).encode()
        trust = self.signed(body, wrong=FaultKind.WRONG_SIGNATURE in faults)
        self.sender.post(
            event=name,
            url=url,
            body=body,
            headers={"content-type": "application/json", **trust},
            retries_s=self.config.webhook_retries_s,
            copies=2 if FaultKind.DUPLICATE_WEBHOOK in faults else 1,
            hold=FaultKind.OUT_OF_ORDER_WEBHOOK in faults,
        )

    async def _webhooks(self, request: Request) -> Response:
        log = list(self.sender.log)[-int(request.query_params.get("limit", "100")) :]
        deliveries = [delivery.shown() for delivery in log]
        return JSONResponse({"total": self.sender.sent, "deliveries": deliveries})
