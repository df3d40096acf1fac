"""The form gateway as a simulator: a form with `phones` and `text`, the key in the query."""

from __future__ import annotations

import gzip
import json
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.faults import FaultBook
from postlude.sandbox.simulator import VendorConfig, not_sent, notes
from postlude.sandbox.text_service import TextService

_PHONE = re.compile(r"8\d{10}")
_KEEP = 200_000
_ARRIVED = "arrived"


@dataclass(frozen=True, slots=True)
class Asked:
    """One call, whatever became of it. `answer` is the status, None where the line was cut.

    `arrived`: whether the phone got the text, be it that the caller was told so or not.
    """

    number: int
    to: str
    text: str
    arrived: bool
    answer: int | None


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
        self._log: deque[Asked] = deque(maxlen=_KEEP)
        self._asked = 0

    def routes(self) -> list[BaseRoute]:
        """Its one call."""
        return [Route("/bonus/send-sms.html", self._send, methods=["POST"])]

    def control_routes(self) -> list[BaseRoute]:
        """Every call in the order of its end, above the number `after`."""
        return [Route("/log", self._show_log, methods=["GET"])]

    def overhear(self, body: bytes, status: int | None, noted: Mapping[str, bool]) -> None:
        """Write a call down."""
        self._asked += 1
        arrived = noted.get(_ARRIVED, False)
        self._log.append(Asked(self._asked, *_form(body), arrived, status))

    def reset(self) -> None:
        """Empty phones, and nothing was asked."""
        super().reset()
        self._log.clear()
        self._asked = 0

    async def _show_log(self, request: Request) -> Response:
        after = int(request.query_params.get("after", "0"))
        forgotten = self._asked - len(self._log)
        calls = [asdict(each) for each in islice(self._log, max(0, after - forgotten), None)]
        return JSONResponse({"total": self._asked, "calls": calls})

    async def _send(self, request: Request) -> Response:
        body = await request.body()
        if request.query_params.get("key") != self.config.key:
            return self._answer(request, {"error": "wrong key"}, self.config.key_refused)
        to, text = _form(body)
        sent = bool(_PHONE.fullmatch(to) and text) and not not_sent(request)
        if sent:
            self.keep(to, text)
            notes(request)[_ARRIVED] = True
        return self._answer(request, {self.config.spelling: int(sent)})

    def _answer(self, request: Request, said: Mapping[str, object], status: int = 200) -> Response:
        body = json.dumps(said, separators=(",", ":")).encode()
        headers = {"content-type": "application/json; charset=UTF-8"}
        if self.config.gzip and "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 1)
            headers["content-encoding"] = "gzip"
        return Response(body, status, headers)


def _form(body: bytes) -> tuple[str, str]:
    """Return to whom, and the text; a body that never came is nobody and nothing."""
    form = parse_qs(body.decode("utf-8", "replace"))
    return form.get("phones", [""])[0], form.get("text", [""])[0]
