"""Where faults happen: a thin ASGI layer before each simulator, which also keeps its journal."""

from __future__ import annotations

import asyncio
import gzip

from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from postlude.sandbox.connection import cut
from postlude.sandbox.faults import FaultKind, FaultRule
from postlude.sandbox.simulator import EMPTIED, NOT_SENT, NOTES, Simulator

_REFUSALS = frozenset(
    {
        FaultKind.RATE_LIMITED,
        FaultKind.QUOTA_EXCEEDED,
        FaultKind.SERVER_ERROR,
        FaultKind.HTML,
    }
)
_CHALLENGE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    "<body><h1>Checking your browser before accessing the site.</h1></body></html>"
)


class FaultGate:
    """Lets a call through to its simulator, or does to it what the faults of the moment say."""

    def __init__(self, app: ASGIApp, simulator: Simulator) -> None:
        self._app = app
        self._simulator = simulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        if scope["type"] != "http":
            return
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        sim = self._simulator
        verdict = sim.faults.judge(sim.name, scope["method"], path)
        await asyncio.sleep(verdict.before_s)
        answer, body = Captured(), Overheard(receive)
        notes: dict[str, bool] = {}
        scope = {**scope, NOTES: notes}
        if verdict.fault is None:
            await self._app(scope, body, answer)
        else:
            await self._break(verdict.fault, scope, body, answer)
        await asyncio.sleep(verdict.after_s)
        sim.journal.record(
            method=scope["method"],
            path=path,
            query=scope["query_string"].decode("latin-1"),
            status=answer.status,
            fault=_label(verdict.fault, verdict.before_s + verdict.after_s),
        )
        sim.overhear(body.heard, answer.status, notes)
        if answer.status is None:
            await cut(scope, receive, reset=verdict.fault is not None and verdict.fault.reset)
        else:
            await answer.replay(send)

    async def _break(
        self, fault: FaultRule, scope: Scope, receive: Receive, answer: Captured
    ) -> None:
        """Fill `answer` with what the fault leaves of it; empty means a cut connection."""
        if fault.kind is FaultKind.DROP_AFTER:
            await self._app(scope, receive, Captured())
        elif fault.kind is FaultKind.TRUNCATED_JSON:
            await self._app(scope, receive, answer)
            answer.halve()
        elif fault.kind is FaultKind.EMPTY_LIST:
            await self._app({**scope, EMPTIED: True}, receive, answer)
        elif fault.kind is FaultKind.NOT_SENT:
            await self._app({**scope, NOT_SENT: True}, receive, answer)
        elif fault.kind is FaultKind.TRUNCATED_GZIP:
            await self._app(scope, receive, answer)
            answer.pack()
            answer.halve()
        elif fault.kind in _REFUSALS:
            await _drain(receive)
            await self._refusal(fault)(scope, receive, answer)

    def _refusal(self, fault: FaultRule) -> ASGIApp:
        if fault.kind is FaultKind.RATE_LIMITED:
            return self._simulator.rate_limited(fault.retry_after)
        if fault.kind is FaultKind.QUOTA_EXCEEDED:
            return self._simulator.quota_exceeded()
        if fault.kind is FaultKind.HTML:
            return HTMLResponse(_CHALLENGE, status_code=fault.status or 403)
        return JSONResponse({"message": "Internal Server Error"}, status_code=fault.status or 500)


class Overheard:
    """A `receive` that remembers the body which passes through it."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.heard = b""

    async def __call__(self) -> Message:
        """Hand one ASGI message on."""
        message = await self._receive()
        self.heard += message.get("body", b"")
        return message


class Captured:
    """A `send` that keeps the answer back until it is decided what becomes of it."""

    def __init__(self) -> None:
        self.status: int | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Take one ASGI message of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._headers = list(message.get("headers", []))
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")

    def halve(self) -> None:
        """Keep half of the body, with a length that agrees: well-formed HTTP, broken JSON."""
        self._body = self._body[: max(1, len(self._body) // 2)]
        length = str(len(self._body)).encode()
        self._headers = [(k, length if k == b"content-length" else v) for k, v in self._headers]

    def pack(self) -> None:
        """Compress the body, unless that is done."""
        if (b"content-encoding", b"gzip") not in self._headers:
            self._body = gzip.compress(self._body)
            self._headers.append((b"content-encoding", b"gzip"))

    async def replay(self, send: Send) -> None:
        """Send the answer on."""
        start: Message = {"type": "http.response.start", "status": self.status}
        await send({**start, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body})


async def _drain(receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return


def _label(fault: FaultRule | None, waited_s: float) -> str | None:
    if fault is not None:
        return fault.kind.value
    return FaultKind.LATENCY.value if waited_s else None
