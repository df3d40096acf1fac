"""LINE as a simulator: pushes under retry keys, a monthly quota, people who follow and block."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.chat_service import ChatService, ChatServiceConfig
from postlude.sandbox.faults import FaultKind
from postlude.sandbox.line import pushes
from postlude.sandbox.line.pushes import Refused
from postlude.sandbox.now import epoch
from postlude.sandbox.simulator import Json, retry_headers

_FIRST_ID = 461_230_966_842_064_896
_MONTHLY = "You have reached your monthly limit."


class LineConfig(ChatServiceConfig):
    """Settings of the LINE simulator. `monthly_limit` None is a plan without one."""

    token: str = "sandbox-line-token"  # noqa: S105 - everybody may know it
    channel_secret: str = "sandbox-line-secret"  # noqa: S105
    monthly_limit: int | None = Field(default=200, ge=0)
    key_life_s: float = Field(default=86_400, ge=0)
    blocked: tuple[str, ...] = ()


class Happening(BaseModel):
    """A person does something. `at` is in milliseconds; `event_id` is LINE's id of the event."""

    model_config = ConfigDict(extra="forbid")

    event: Literal["follow", "unfollow", "message", "accountLink"]
    user: str
    text: str = ""
    nonce: str = ""
    linked: bool = True
    at: int | None = None
    event_id: str | None = None


class Line(ChatService):
    """The Messaging API of one official account."""

    name = "line"
    faults_offered = ChatService.faults_offered | {FaultKind.QUOTA_EXCEEDED}
    config: LineConfig

    def routes(self) -> list[BaseRoute]:
        """Push, its dry run, and the quota."""
        base = "/v2/bot/message"
        return [
            Route(f"{base}/push", self._push, methods=["POST"]),
            Route(f"{base}/validate/push", self._validate, methods=["POST"]),
            Route(f"{base}/quota", self._quota, methods=["GET"]),
            Route(f"{base}/quota/consumption", self._consumption, methods=["GET"]),
        ]

    def control_routes(self) -> list[BaseRoute]:
        """What people do."""
        return [*super().control_routes(), Route("/happen", self._happen, methods=["POST"])]

    def received(self, query: Any) -> Json:
        """Messages, and who has blocked the account now."""
        return {**super().received(query), "blocked": sorted(self.blocked), "used": self.used}

    def forget(self) -> None:
        """No friends lost, no keys, nothing used."""
        super().forget()
        self.blocked: set[str] = set()
        self.used = 0
        self._keys: dict[str, tuple[float, str, list[dict[str, str]]]] = {}
        self._events = 0

    def signed(self, body: bytes, *, wrong: bool) -> dict[str, str]:
        """A signature over the whole body."""
        secret = self.config.channel_secret + ("-not" if wrong else "")
        digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
        return {"x-line-signature": base64.b64encode(digest).decode()}

    def rate_limited(self, retry_after: float | None) -> Response:
        """429 because of the speed."""
        words = "The API rate limit has been exceeded. Try again later."
        return JSONResponse({"message": words}, 429, headers=retry_headers(retry_after))

    def quota_exceeded(self) -> Response:
        """429 because of the month."""
        return JSONResponse({"message": _MONTHLY}, 429)

    async def _push(self, request: Request) -> Response:
        try:
            self._authorise(request)
            key = pushes.key(request.headers.get("x-line-retry-key"))
            given = _json(await request.body())
            texts = pushes.texts(given)
            return self._take(key, pushes.user(given), texts, given)
        except Refused as refused:
            return refused.answer()

    def _take(self, key: str, to: str, texts: list[str], given: Json) -> Response:
        known = self._keys.get(key) if key else None
        if known is not None and epoch() - known[0] < self.config.key_life_s:
            words = "The retry key is already accepted"
            headers = {"x-line-accepted-request-id": known[1]}
            body = {"message": words, "sentMessages": known[2]}
            return JSONResponse(body, 409, headers=headers)
        limit = self.config.monthly_limit
        if limit is not None and self.used + 1 > limit:
            raise Refused(429, _MONTHLY)
        request_id = str(uuid.uuid4())
        shown = to not in self.blocked and to not in self.config.blocked
        self.used += int(shown)  # LINE counts no message to somebody who has blocked the account
        sent = []
        for text in texts:
            new_id = str(_FIRST_ID + len(self.taken) + 1)
            self.take(new_id, to, text, {**given, "retry_key": key}, shown=shown)
            sent.append({"id": new_id, "quoteToken": f"q{new_id}"})
        if key:
            self._keys[key] = (epoch(), request_id, sent)
        return JSONResponse({"sentMessages": sent}, headers={"x-line-request-id": request_id})

    async def _validate(self, request: Request) -> Response:
        if request.headers.get("x-line-retry-key") is not None:
            return Refused(400, "The retry key is not supported here.").answer()
        try:
            self._authorise(request)
            pushes.texts(_json(await request.body()))
        except Refused as refused:
            return refused.answer()
        return JSONResponse({})

    async def _quota(self, request: Request) -> Response:
        try:
            self._authorise(request)
        except Refused as refused:
            return refused.answer()
        limit = self.config.monthly_limit
        return JSONResponse({"type": "none"} if limit is None else _limited(limit))

    async def _consumption(self, request: Request) -> Response:
        try:
            self._authorise(request)
        except Refused as refused:
            return refused.answer()
        return JSONResponse({"totalUsage": self.used})

    def _authorise(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Bearer {self.config.token}":
            words = "Authentication failed due to the following reason: invalid token. "
            raise Refused(401, words + "Confirm that the access token in the header is valid.")

    async def _happen(self, request: Request) -> Response:
        call = Happening.model_validate(await request.json())
        if call.event == "unfollow":
            self.blocked.add(call.user)
        elif call.event == "follow":
            self.blocked.discard(call.user)
        self._events += 1
        event: Json = {
            "type": call.event,
            "mode": "active",
            "timestamp": call.at if call.at is not None else int(epoch() * 1000),
            "source": {"type": "user", "userId": call.user},
            "webhookEventId": call.event_id or f"01SANDBOX{self._events:017d}",
            "deliveryContext": {"isRedelivery": False},
        }
        if call.event == "message":
            event["message"] = {"type": "text", "id": str(self._events), "text": call.text}
        if call.event == "accountLink":
            event["link"] = {"result": "ok" if call.linked else "failed", "nonce": call.nonce}
        self.tell(call.event, {"destination": "Usandbox", "events": [event]})
        return JSONResponse(event, status_code=201)


def _limited(value: int) -> Json:
    return {"type": "limited", "value": value}


def _json(body: bytes) -> Json:
    try:
        given = json.loads(body)
    except ValueError:
        raise Refused(400, "The request body could not be parsed as JSON.") from None
    if not isinstance(given, dict):
        raise Refused(400, "The request body could not be parsed as JSON.")
    return given
