"""A listener that notes each ping: plain, start, fail or an exit code."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.faults import FaultBook
from postlude.sandbox.now import now
from postlude.sandbox.simulator import Json, Simulator, VendorConfig


class HeartbeatConfig(VendorConfig):
    """Nothing to set: every id is taken."""


class Heartbeat(Simulator):
    """The watchman."""

    name = "heartbeat"
    config: HeartbeatConfig

    def __init__(self, config: HeartbeatConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)
        self.pings: deque[Json] = deque(maxlen=10_000)
        self.counts: Counter[str] = Counter()

    def routes(self) -> list[BaseRoute]:
        """`/<id>` and `/<id>/<start|fail|exit code>`."""
        methods = ["GET", "POST", "HEAD"]
        return [
            Route("/{id}", self._ping, methods=methods),
            Route("/{id}/{signal}", self._ping, methods=methods),
        ]

    def received(self, query: Mapping[str, str]) -> Json:
        """Pings, newest last, and counts by id."""
        limit = int(query.get("limit", "100"))
        return {
            "total": sum(self.counts.values()),
            "by_id": dict(self.counts),
            "pings": list(self.pings)[-limit:],
        }

    def summary(self) -> dict[str, object]:
        """How many pings."""
        return {"pings": sum(self.counts.values())}

    def reset(self) -> None:
        """Nobody pinged yet."""
        super().reset()
        self.pings.clear()
        self.counts.clear()

    async def _ping(self, request: Request) -> Response:
        ident = request.path_params["id"]
        self.counts[ident] += 1
        body = (await request.body())[:10_000].decode("utf-8", "replace")
        signal = request.path_params.get("signal", "success")
        self.pings.append(
            {"id": ident, "signal": signal, "at": now().isoformat(), "method": request.method}
            | {"body": body, "headers": dict(request.headers)}
        )
        return PlainTextResponse("OK")
