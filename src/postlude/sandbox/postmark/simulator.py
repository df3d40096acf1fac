"""Postmark as a simulator: one mail a call or a batch, webhooks behind a login."""

from __future__ import annotations

import base64
import uuid
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.faults import FaultBook
from postlude.sandbox.mail_service import MailService, MailServiceConfig, Message, read_json
from postlude.sandbox.now import now
from postlude.sandbox.postmark.events import EventName, make_event
from postlude.sandbox.postmark.messages import BAD_TOKEN, TOO_MANY, Refused, recipient, taken
from postlude.sandbox.simulator import Json, retry_headers

_MOST_IN_A_BATCH = 500


class PostmarkConfig(MailServiceConfig):
    """Settings of the Postmark simulator."""

    server_token: str = "sandbox-postmark-token"  # noqa: S105 - everybody may know it
    webhook_login: str = "postmark:sandbox-postmark-password"
    inactive: tuple[str, ...] = ()


class Postmark(MailService):
    """The e-mail service."""

    name = "postmark"
    events = frozenset(get_args(EventName))
    config: PostmarkConfig

    def __init__(self, config: PostmarkConfig, faults: FaultBook) -> None:
        # 403 is Postmark's "never again".
        super().__init__(config, faults, refusals=frozenset({403}))

    def routes(self) -> list[BaseRoute]:
        """One mail, or up to 500."""
        return [
            Route("/email", self._send, methods=["POST"]),
            Route("/email/batch", self._send_batch, methods=["POST"]),
        ]

    def event(self, name: str, message: Message, number: int) -> Json:
        """One event in Postmark's shape."""
        return make_event(name, message, number)

    def trusted_by(self, body: bytes, *, wrong: bool) -> dict[str, str]:  # noqa: ARG002
        """A login, whatever the body is."""
        login = f"{self.config.webhook_login}{'-not' if wrong else ''}"
        return {"authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}

    def rate_limited(self, retry_after: float | None) -> Response:
        """429 with Postmark's code."""
        refused = Refused(TOO_MANY, "Rate limit exceeded.")
        return JSONResponse(refused.answer(), status_code=429, headers=retry_headers(retry_after))

    async def _send(self, request: Request) -> Response:
        refusal = self._bad_token(request)
        if refusal is not None:
            return refusal
        answer = self._take(read_json(await request.body()))
        return JSONResponse(answer, status_code=422 if answer["ErrorCode"] else 200)

    async def _send_batch(self, request: Request) -> Response:
        refusal = self._bad_token(request)
        if refusal is not None:
            return refusal
        mails = read_json(await request.body())
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
        held: dict[str, Any] = given if isinstance(given, dict) else {}
        message = self.keep(str(uuid.uuid4()), address, held)
        return taken(message, now().isoformat())

    def _bad_token(self, request: Request) -> Response | None:
        if request.headers.get("x-postmark-server-token") == self.config.server_token:
            return None
        words = "Bad or missing Server API token."
        return JSONResponse(Refused(BAD_TOKEN, words).answer(), status_code=401)
