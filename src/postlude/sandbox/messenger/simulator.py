"""Messenger as a simulator: a page that may answer people for a day after they have written."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.chat_service import ChatService, ChatServiceConfig
from postlude.sandbox.messenger import refusals
from postlude.sandbox.messenger.refusals import Refused
from postlude.sandbox.now import epoch
from postlude.sandbox.simulator import Json, retry_headers

_MOST = 2_000
_KINDS = frozenset({"RESPONSE", "UPDATE", "MESSAGE_TAG"})


class MessengerConfig(ChatServiceConfig):
    """Settings of the Messenger simulator. `window_s`: how long a person may be answered."""

    page_token: str = "sandbox-messenger-token"  # noqa: S105 - everybody may know it
    app_secret: str = "sandbox-messenger-secret"  # noqa: S105
    window_s: float = Field(default=86_400, ge=0)
    unavailable: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    refuse_with: int = Field(default=0, ge=0)


class Happening(BaseModel):
    """A person writes to the page, has received what it sent, or has read it; or came by a link
    or button with a `ref`: opted in, came back (referral), or got started.
    """

    model_config = ConfigDict(extra="forbid")

    event: Literal["message", "delivery", "read", "optin", "referral", "get_started"]
    user: str
    text: str = ""
    ref: str = ""
    at: int | None = None


class Messenger(ChatService):
    """The Send API of one page. Every person may be answered, but for those that are named."""

    name = "messenger"
    config: MessengerConfig

    def routes(self) -> list[BaseRoute]:
        """Send, and whose token it is."""
        return [
            Route("/{version}/me/messages", self._send, methods=["POST"]),
            Route("/{version}/me", self._me, methods=["GET"]),
        ]

    def control_routes(self) -> list[BaseRoute]:
        """What people do."""
        return [*super().control_routes(), Route("/happen", self._happen, methods=["POST"])]

    def forget(self) -> None:
        """Nobody has written."""
        super().forget()
        self._wrote: dict[str, float] = {}

    def signed(self, body: bytes, *, wrong: bool) -> dict[str, str]:
        """A signature over the whole body."""
        secret = self.config.app_secret + ("-not" if wrong else "")
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return {"x-hub-signature-256": f"sha256={digest}"}

    def rate_limited(self, retry_after: float | None) -> Response:
        """Number 613."""
        refused = Refused(613, "(#613) Calls to this api have exceeded the rate limit.", status=429)
        return refused.answer(retry_headers(retry_after))

    async def _send(self, request: Request) -> Response:
        try:
            self._authorise(request)
            given = _json(await request.body())
            to, text = _parts(given)
            self._look_at(to, given)
        except Refused as refused:
            return refused.answer()
        message = self.take(f"m_sandbox{len(self.taken) + 1}", to, text, given)
        return JSONResponse({"recipient_id": to, "message_id": message.id})

    async def _me(self, request: Request) -> Response:
        try:
            self._authorise(request)
        except Refused as refused:
            return refused.answer()
        return JSONResponse({"id": "100000000000001", "name": "Sandbox page"})

    def _authorise(self, request: Request) -> None:
        if request.query_params.get("access_token") != self.config.page_token:
            raise refusals.bad_token()

    def _look_at(self, to: str, given: Json) -> None:
        if self.config.refuse_with:
            raise Refused(self.config.refuse_with, f"(#{self.config.refuse_with}) Refused.")
        if not to.isdecimal():
            raise refusals.unknown_person()
        if to in self.config.unavailable:
            raise refusals.unavailable()
        wrote = self._wrote.get(to)
        too_late = wrote is not None and epoch() - wrote > self.config.window_s
        if (too_late or to in self.config.outside) and not given.get("tag"):
            raise refusals.outside_the_window()

    async def _happen(self, request: Request) -> Response:
        call = Happening.model_validate(await request.json())
        at = call.at if call.at is not None else int(epoch() * 1000)
        event: Json = {
            "sender": {"id": call.user},
            "recipient": {"id": "100000000000001"},
            "timestamp": at,
        }
        if call.event == "message":
            self._wrote[call.user] = epoch()
            event["message"] = {"mid": f"m_of_person{at}", "text": call.text}
        elif call.event == "delivery":
            mids = [each.id for each in self.taken if each.to == call.user]
            event["delivery"] = {"mids": mids, "watermark": at}
        elif call.event in {"optin", "referral", "get_started"}:
            self._wrote[call.user] = epoch()
            event |= _opened(call.event, call.ref)
        else:
            event["read"] = {"watermark": at}
        entry = {"id": "100000000000001", "time": at, "messaging": [event]}
        self.tell(call.event, {"object": "page", "entry": [entry]})
        return JSONResponse(event, status_code=201)


def _opened(how: str, ref: str) -> Json:
    if how == "optin":
        return {"optin": {"ref": ref}}
    referral = {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
    if how == "referral":
        return {"referral": referral}
    return {"postback": {"title": "Get Started", "payload": "START", "referral": referral}}


def _parts(given: Json) -> tuple[str, str]:
    to: Any = (given.get("recipient") or {}).get("id")
    text: Any = (given.get("message") or {}).get("text")
    if not isinstance(to, str) or not to:
        raise refusals.malformed("The parameter recipient is required")
    if given.get("messaging_type") not in _KINDS:
        raise refusals.malformed(
            "Param messaging_type must be one of RESPONSE, UPDATE, MESSAGE_TAG"
        )
    if (given["messaging_type"] == "MESSAGE_TAG") != bool(given.get("tag")):
        raise refusals.malformed("A tag goes with MESSAGE_TAG")
    if not isinstance(text, str) or not text or len(text) > _MOST:
        raise refusals.malformed(f"Length of param message[text] must be between 1 and {_MOST}")
    return to, text


def _json(body: bytes) -> Json:
    try:
        given = json.loads(body)
    except ValueError:
        raise refusals.malformed("The body is no JSON") from None
    if not isinstance(given, dict):
        raise refusals.malformed("The body is no object")
    return given
