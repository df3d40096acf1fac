"""Discord: a channel's webhook, and an application whose commands people type."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.discord import complaints, signing
from postlude.sandbox.discord.applications import Applications
from postlude.sandbox.discord.asking import People
from postlude.sandbox.discord.controls import control_routes
from postlude.sandbox.discord.reading import read_message
from postlude.sandbox.faults import HTTP_FAULTS, FaultBook, FaultKind
from postlude.sandbox.now import now
from postlude.sandbox.simulator import Json, Simulator, VendorConfig, retry_headers

_EPOCH_MS = 1_420_070_400_000


class DiscordConfig(VendorConfig):
    """Known webhooks (id and token), and one application in one server."""

    webhooks: Mapping[str, str] = Field(
        default_factory=lambda: {"100000000000000001": "sandbox-discord-token"}
    )
    application: str = "100000000000000010"
    bot_token: str = "sandbox-bot-token"  # noqa: S105 - everybody's
    guild: str = "100000000000000020"
    public_key: str = signing.public_key()
    interactions_url: str = ""


class Discord(Simulator):
    """The team's chat."""

    name = "discord"
    faults_offered = HTTP_FAULTS | {FaultKind.CLOCK_SKEW, FaultKind.WRONG_SIGNATURE}
    page = "/_sandbox/discord/try"
    config: DiscordConfig

    def __init__(self, config: DiscordConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)
        self.messages: deque[dict[str, Any]] = deque(maxlen=10_000)
        self.people = People(faults)
        self.applications = Applications(self)

    def routes(self) -> list[BaseRoute]:
        """With and without a version in the path."""
        tail = "/webhooks/{id}/{token}"
        return [
            Route("/api" + tail, self._post, methods=["POST"]),
            Route("/api/v10" + tail, self._post, methods=["POST"]),
            *self.applications.routes(),
        ]

    def control_routes(self) -> list[BaseRoute]:
        """Commands and buttons by hand."""
        return control_routes(self)

    def received(self, query: Mapping[str, str]) -> Json:
        """Messages, newest last."""
        limit = int(query.get("limit", "100"))
        return {"total": len(self.messages), "messages": list(self.messages)[-limit:]}

    def summary(self) -> dict[str, object]:
        """How many messages."""
        return {"messages": len(self.messages), "commands": len(self.people.asked)}

    def reset(self) -> None:
        """An empty channel."""
        super().reset()
        self.messages.clear()
        self.people.clear()
        self.applications.commands.clear()

    async def stop(self) -> None:
        """Close the connections to the application."""
        await self.people.stop()

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
            return complaints.error(10015, "Unknown Webhook", 404)
        if self.config.webhooks[number] != token:
            return complaints.error(50027, "Invalid Webhook Token", 401)
        try:
            payload, files = await read_message(request)
        except ValueError:
            return complaints.error(50109, "The request body contains invalid JSON.", 400)
        content = str(payload.get("content") or "")
        if len(content) > complaints.LONGEST:
            return complaints.too_long()
        if not (content or payload.get("embeds") or files):
            return complaints.error(50006, "Cannot send an empty message", 400)
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
