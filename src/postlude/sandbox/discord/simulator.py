"""Discord's channel webhook: messages into a channel, with Discord's own complaints."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.faults import FaultBook
from postlude.sandbox.mailgun.parsing import read_form
from postlude.sandbox.now import now
from postlude.sandbox.simulator import Json, Simulator, VendorConfig, retry_headers

_LONGEST = 2000
_EPOCH_MS = 1_420_070_400_000


class DiscordConfig(VendorConfig):
    """Known webhooks: id and token."""

    webhooks: Mapping[str, str] = Field(
        default_factory=lambda: {"100000000000000001": "sandbox-discord-token"}
    )


class Discord(Simulator):
    """The team's chat."""

    name = "discord"
    config: DiscordConfig

    def __init__(self, config: DiscordConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)
        self.messages: deque[dict[str, Any]] = deque(maxlen=10_000)

    def routes(self) -> list[BaseRoute]:
        """With and without a version in the path."""
        tail = "/webhooks/{id}/{token}"
        return [
            Route("/api" + tail, self._post, methods=["POST"]),
            Route("/api/v10" + tail, self._post, methods=["POST"]),
        ]

    def received(self, query: Mapping[str, str]) -> Json:
        """Messages, newest last."""
        limit = int(query.get("limit", "100"))
        return {"total": len(self.messages), "messages": list(self.messages)[-limit:]}

    def summary(self) -> dict[str, object]:
        """How many messages."""
        return {"messages": len(self.messages)}

    def reset(self) -> None:
        """An empty channel."""
        super().reset()
        self.messages.clear()

    def rate_limited(self, retry_after: float | None) -> Response:
        """Discord's 429 repeats the wait in its body, in fractions of a second."""
        body: Json = {"message": "You are being rate limited.", "global": False}
        headers = {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0"}
        if retry_after is not None:
            body["retry_after"] = retry_after
            headers["X-RateLimit-Reset-After"] = str(retry_after)
        return JSONResponse(body, status_code=429, headers=headers | retry_headers(retry_after))

    async def _post(self, request: Request) -> Response:  # noqa: PLR0911 - one per complaint
        number, token = request.path_params["id"], request.path_params["token"]
        if number not in self.config.webhooks:
            return _error(10015, "Unknown Webhook", 404)
        if self.config.webhooks[number] != token:
            return _error(50027, "Invalid Webhook Token", 401)
        try:
            payload, files = await _payload(request)
        except ValueError:
            return _error(50109, "The request body contains invalid JSON.", 400)
        content = str(payload.get("content") or "")
        if len(content) > _LONGEST:
            return _too_long()
        if not (content or payload.get("embeds") or files):
            return _error(50006, "Cannot send an empty message", 400)
        message = self._keep(number, content, payload, files)
        if request.query_params.get("wait") == "true":
            return JSONResponse(message)
        return Response(status_code=204)

    def _keep(
        self, webhook: str, content: str, payload: Json, files: list[dict[str, object]]
    ) -> Json:
        at = now()
        snowflake = (int(at.timestamp() * 1000) - _EPOCH_MS << 22) + len(self.messages)
        message: Json = {
            "id": str(snowflake),
            "type": 0,
            "content": content,
            "channel_id": "100000000000000002",
            "author": {"id": webhook, "bot": True, "username": payload.get("username", "sandbox")},
            "attachments": files,
            "embeds": payload.get("embeds", []),
            "timestamp": at.isoformat(),
            "webhook_id": webhook,
        }
        self.messages.append(message)
        return message


async def _payload(request: Request) -> tuple[Json, list[dict[str, object]]]:
    body = await request.body()
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        payload, files = json.loads(body), []
    else:
        form = read_form(kind, body)
        text = form.one("payload_json")
        payload = json.loads(text) if text else {k: v[-1] for k, v in form.fields.items()}
        files = [{"filename": file.filename, "size": file.size} for file in form.files]
    if not isinstance(payload, dict):
        raise ValueError("not an object")  # noqa: TRY004 - bad JSON and wrong JSON are one answer
    return payload, list(files)


def _error(code: int, message: str, status: int) -> Response:
    return JSONResponse({"message": message, "code": code}, status_code=status)


def _too_long() -> Response:
    problem = {
        "code": "BASE_TYPE_MAX_LENGTH",
        "message": f"Must be {_LONGEST} or fewer in length.",
    }
    errors = {"content": {"_errors": [problem]}}
    body = {"message": "Invalid Form Body", "code": 50035, "errors": errors}
    return JSONResponse(body, status_code=400)
