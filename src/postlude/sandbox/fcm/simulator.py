"""FCM as a simulator: tokens for service accounts, and devices that take notifications."""

from __future__ import annotations

import base64
import binascii
import json
from collections import deque
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.faults import FaultBook
from postlude.sandbox.fcm.messages import Refused, check, device, invalid
from postlude.sandbox.now import epoch
from postlude.sandbox.simulator import Json, Simulator, VendorConfig, retry_headers

_KEEP = 100_000
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class FcmConfig(VendorConfig):
    """Settings of the FCM simulator: devices that are gone, and those of another project."""

    project: str = "sandbox-project"
    client_email: str = "postlude@sandbox-project.iam.gserviceaccount.com"
    access_token: str = "sandbox-fcm-token"  # noqa: S105 - everybody may know it
    may_send: bool = True
    unregistered: tuple[str, ...] = ()
    of_another_project: tuple[str, ...] = ()
    without_apns_key: tuple[str, ...] = ()


class Uninstall(BaseModel):
    """Somebody removes the app from a device."""

    model_config = ConfigDict(extra="forbid")

    device: str


class Fcm(Simulator):
    """Messages, and the tokens that open them."""

    name = "fcm"
    config: FcmConfig

    def __init__(self, config: FcmConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)
        self._forget()

    def routes(self) -> list[BaseRoute]:
        """Google's token endpoint and FCM's one call."""
        return [
            Route("/token", self._token, methods=["POST"]),
            Route("/v1/projects/{project}/messages:send", self._send, methods=["POST"]),
        ]

    def control_routes(self) -> list[BaseRoute]:
        """The key of a service account for this simulator, and devices that go."""
        return [
            Route("/key", self._key, methods=["GET"]),
            Route("/uninstall", self._uninstall, methods=["POST"]),
        ]

    def received(self, query: Mapping[str, str]) -> Json:
        """Notifications taken, newest last, filtered by `to` (a device)."""
        found = [each for each in self.taken if query.get("to", "") in ("", each["to"])]
        shown = found[-int(query.get("limit", "100")) :]
        return {"total": len(self.taken), "messages": shown, "tokens_given": self.tokens_given}

    def summary(self) -> dict[str, object]:
        """Notifications and tokens."""
        return {"messages": len(self.taken), "tokens": self.tokens_given}

    def reset(self) -> None:
        """Every device is back."""
        super().reset()
        self._forget()

    def rate_limited(self, retry_after: float | None) -> Response:
        """429 in FCM's words."""
        words = "Quota exceeded for quota metric 'Message sends'."
        refused = Refused(429, "RESOURCE_EXHAUSTED", words, "QUOTA_EXCEEDED")
        return refused.answer(retry_headers(retry_after))

    def _forget(self) -> None:
        self.taken: deque[Json] = deque(maxlen=_KEEP)
        self.gone: set[str] = set()
        self.tokens_given = 0

    async def _token(self, request: Request) -> Response:
        form = dict(item.split("=", 1) for item in (await request.body()).decode().split("&"))
        claims = _claims(form.get("assertion", ""))
        if _GRANT.replace(":", "%3A") != form.get("grant_type") or not self._is_known(claims):
            error = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            return JSONResponse(error, status_code=400)
        self.tokens_given += 1
        token = self.config.access_token
        return JSONResponse({"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def _is_known(self, claims: Json) -> bool:
        # Who it says it is, and for what; the signature is Google's to check.
        scope = str(claims.get("scope", ""))
        return claims.get("iss") == self.config.client_email and "firebase.messaging" in scope

    async def _send(self, request: Request) -> Response:
        try:
            self._authorise(request)
            given = _json(await request.body())
            return self._take(given.get("message") or {}, dry=given.get("validateOnly") is True)
        except Refused as refused:
            return refused.answer()

    def _authorise(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Bearer {self.config.access_token}":
            words = "Request had invalid authentication credentials."
            raise Refused(401, "UNAUTHENTICATED", words)
        if request.path_params["project"] != self.config.project:
            raise Refused(404, "NOT_FOUND", "Requested entity was not found.")
        if not self.config.may_send:
            words = "Permission 'cloudmessaging.messages.create' denied."
            raise Refused(403, "PERMISSION_DENIED", words)

    def _take(self, message: Json, *, dry: bool) -> Response:
        to = device(message)
        check(message)
        if to in self.gone or to in self.config.unregistered:
            raise Refused(404, "NOT_FOUND", "Requested entity was not found.", "UNREGISTERED")
        if to in self.config.of_another_project:
            raise Refused(403, "PERMISSION_DENIED", "SenderId mismatch", "SENDER_ID_MISMATCH")
        if to in self.config.without_apns_key:
            words = "Auth error from APNS or Web Push Service"
            raise Refused(401, "UNAUTHENTICATED", words, "THIRD_PARTY_AUTH_ERROR")
        if to == "nobody":
            raise invalid("The registration token is not a valid FCM registration token")
        name = f"projects/{self.config.project}/messages/0:{len(self.taken) + 1:016d}%sandbox"
        if not dry:
            self.taken.append({"name": name, "at": epoch(), "to": to, "given": message})
        return JSONResponse({"name": name})

    async def _key(self, request: Request) -> Response:
        base = str(request.url).partition("/_sandbox/")[0]
        return JSONResponse(
            {
                "type": "service_account",
                "project_id": self.config.project,
                "private_key_id": "sandbox",
                "private_key": _private_key(),
                "client_email": self.config.client_email,
                "client_id": "1",
                "token_uri": f"{base}/fcm/token",
            }
        )

    async def _uninstall(self, request: Request) -> Response:
        self.gone.add(Uninstall.model_validate(await request.json()).device)
        return JSONResponse({"gone": sorted(self.gone)})


@cache
def _private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _claims(assertion: str) -> Json:
    """Return what a JWT says of itself."""
    parts = assertion.split(".")
    try:
        found: Any = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}


def _json(body: bytes) -> Json:
    try:
        given = json.loads(body)
    except ValueError:
        raise invalid("Invalid JSON payload received.") from None
    if not isinstance(given, dict) or not isinstance(given.get("message"), dict):
        raise invalid("Request contains an invalid argument.")
    return given
