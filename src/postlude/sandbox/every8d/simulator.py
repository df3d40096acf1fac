"""every8d as a simulator: sending, and how much credit is left. The status is always 200."""

from __future__ import annotations

import re
import uuid
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.faults import FaultBook
from postlude.sandbox.simulator import VendorConfig, not_sent
from postlude.sandbox.text_service import TextService

_PHONE = re.compile(r"09\d{8}|\+886\d{9}")
_PRICE = 1.0


class Every8dConfig(VendorConfig):
    """Settings of the every8d simulator. Its error numbers are not documented: all are -99."""

    uid: str = "sandbox-every8d-uid"
    password: str = "sandbox-every8d-password"  # noqa: S105 - everybody may know it
    credit: float = 1_000_000.0


class Every8d(TextService):
    """The SMS service."""

    name = "every8d"
    config: Every8dConfig

    def __init__(self, config: Every8dConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)

    def routes(self) -> list[BaseRoute]:
        """Sending, and the credit."""
        return [
            Route("/API21/HTTP/sendSMS.ashx", self._send, methods=["POST"]),
            Route("/API21/HTTP/getCredit.ashx", self._credit, methods=["POST"]),
        ]

    @property
    def left(self) -> float:
        """The credit that is left."""
        return self.config.credit - self.sent * _PRICE

    async def _send(self, request: Request) -> Response:
        form = await _form(request)
        if not self._knows(form):
            return _line("-99,帳號或密碼錯誤")
        if not_sent(request):
            return _line("-99,主機端發生不明錯誤")
        phones = [each.strip() for each in form.get("DEST", "").split(",") if each.strip()]
        if not phones or not form.get("MSG"):
            return _line("-99,參數錯誤")
        good = [each for each in phones if _PHONE.fullmatch(each)]
        if len(good) * _PRICE > self.left:
            return _line("-99,點數不足")
        for each in good:
            self.keep(each, form["MSG"])
        cost, unsent = len(good) * _PRICE, len(phones) - len(good)
        return _line(f"{self.left},{len(good)},{cost},{unsent},{uuid.uuid4()}")

    async def _credit(self, request: Request) -> Response:
        known = self._knows(await _form(request))
        return _line(str(self.left) if known else "-99,帳號或密碼錯誤")

    def _knows(self, form: dict[str, str]) -> bool:
        return (form.get("UID"), form.get("PWD")) == (self.config.uid, self.config.password)


async def _form(request: Request) -> dict[str, str]:
    body = await request.body()
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8")).items()}


def _line(text: str) -> Response:
    return PlainTextResponse(text)
