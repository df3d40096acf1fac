"""The form gateway as a simulator: a form with `phones` and `text`, the key in the query."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.faults import FaultBook
from postlude.sandbox.simulator import VendorConfig, not_sent
from postlude.sandbox.text_service import TextService

_PHONE = re.compile(r"8\d{10}")


class FormGatewayConfig(VendorConfig):
    """Settings of the form gateway. What it answers to a wrong key is not documented: choose."""

    key: str = "sandbox-gateway-key"
    key_refused: int = 403
    gzip: bool = True
    spelling: str = "mesages_sent"


class FormGateway(TextService):
    """The site's own gateway."""

    name = "form_gateway"
    config: FormGatewayConfig

    def __init__(self, config: FormGatewayConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)

    def routes(self) -> list[BaseRoute]:
        """Its one call."""
        return [Route("/bonus/send-sms.html", self._send, methods=["POST"])]

    async def _send(self, request: Request) -> Response:
        body = await request.body()
        if request.query_params.get("key") != self.config.key:
            return self._answer(request, {"error": "wrong key"}, self.config.key_refused)
        form = parse_qs(body.decode("utf-8"))
        to, text = form.get("phones", [""])[0], form.get("text", [""])[0]
        sent = bool(_PHONE.fullmatch(to) and text) and not not_sent(request)
        if sent:
            self.keep(to, text)
        return self._answer(request, {self.config.spelling: int(sent)})

    def _answer(self, request: Request, said: Mapping[str, object], status: int = 200) -> Response:
        body = json.dumps(said, separators=(",", ":")).encode()
        headers = {"content-type": "application/json; charset=UTF-8"}
        if self.config.gzip and "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 1)
            headers["content-encoding"] = "gzip"
        return Response(body, status, headers)
