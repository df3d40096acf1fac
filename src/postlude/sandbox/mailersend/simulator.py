"""MailerSend as a simulator: a mail a call, answered by an id in a header and an empty page."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.faults import FaultBook
from postlude.sandbox.mail_service import MailService, MailServiceConfig, Message, read_json
from postlude.sandbox.mailersend.events import NAMES, make_event
from postlude.sandbox.simulator import Json, retry_headers

_KNOWN = frozenset(
    "from to cc bcc reply_to subject text html attachments tags settings headers send_at "
    "in_reply_to precedence_bulk personalization template_id".split()
)


class MailerSendConfig(MailServiceConfig):
    """Settings of the MailerSend simulator; `suppressed`: addresses on its own list."""

    api_token: str = "sandbox-mailersend-token"  # noqa: S105 - everybody may know it
    signing_secret: str = "sandbox-mailersend-secret"  # noqa: S105 - see above
    suppressed: tuple[str, ...] = ()


class MailerSend(MailService):
    """The e-mail service."""

    name = "mailersend"
    events = NAMES
    config: MailerSendConfig

    def __init__(self, config: MailerSendConfig, faults: FaultBook) -> None:
        super().__init__(config, faults, refusals=frozenset())

    def routes(self) -> list[BaseRoute]:
        """One mail."""
        return [Route("/v1/email", self._send, methods=["POST"])]

    def event(self, name: str, message: Message, number: int) -> Json:
        """One activity in MailerSend's shape."""
        return make_event(name, message, number)

    def trusted_by(self, body: bytes, *, wrong: bool) -> dict[str, str]:
        """An HMAC over the body."""
        key = f"{self.config.signing_secret}{'-not' if wrong else ''}".encode()
        return {"signature": hmac.new(key, body, hashlib.sha256).hexdigest()}

    def rate_limited(self, retry_after: float | None) -> Response:
        """429 in MailerSend's words."""
        return _refused("Too Many Attempts.", 429, headers=retry_headers(retry_after))

    async def _send(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.config.api_token}":
            return _refused("Unauthenticated.", 401)
        given = read_json(await request.body())
        wrong = _wrong(given)
        if wrong or not isinstance(given, dict):
            return _refused("The given data was invalid.", 422, errors=wrong)
        address = given["to"][0]["email"]
        if address in self.config.suppressed:
            return _suppressed(address)
        message = self.keep(secrets.token_hex(12), address, given)
        # A page, and nothing on it: that is its way to say yes.
        return Response(
            status_code=202, media_type="text/html", headers={"X-Message-Id": message.id}
        )


def _wrong(given: object) -> dict[str, list[str]]:
    """Return what MailerSend would complain of, by field."""
    if not isinstance(given, dict):
        return {"from": ["The from field is required."]}
    wrong = {field: [f"The {field} is not known."] for field in sorted(set(given) - _KNOWN)}
    if not (given.get("text") or given.get("html")):
        wrong["text"] = ["The text field is required when html is not present."]
    for field, address in (("from.email", given.get("from")), ("to.0.email", _first(given))):
        text = str(address.get("email", "")) if isinstance(address, dict) else ""
        _local, at, host = text.rpartition("@")
        if not (at and "." in host and text.isascii()):
            wrong[field] = [f"The {field} must be a valid email address."]
    return wrong


def _first(given: Json) -> object:
    to = given.get("to")
    return to[0] if isinstance(to, list) and to else None


def _refused(
    words: str, status: int, *, errors: object = None, headers: dict[str, str] | None = None
) -> Response:
    body = {"message": words} if errors is None else {"message": words, "errors": errors}
    return JSONResponse(body, status_code=status, headers=headers)


def _suppressed(address: str) -> Response:
    """Taken, and said to go nowhere."""
    return JSONResponse(
        {
            "message": "There are some warnings for your request.",
            "warnings": [
                {
                    "type": "ALL_SUPPRESSED",
                    "message": "All the recipients were suppressed.",
                    "recipients": [{"email": address, "reasons": ["hard_bounced"]}],
                }
            ],
        },
        status_code=202,
    )
