"""The control API below `/_sandbox`: faults, settings, what arrived, reset, replay."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from postlude.sandbox.faults import FaultRule
from postlude.sandbox.options import Vendors
from postlude.sandbox.sale.replay import Replay, ReplayCall
from postlude.sandbox.simulator import ControlError, Simulator

_RULES = TypeAdapter(list[FaultRule])


class Control:
    """Everything a test, a demo or a person at a terminal may do to the sandbox."""

    def __init__(self, vendors: Vendors) -> None:
        self._vendors = vendors
        self._replay: Replay | None = None
        self.addresses: dict[str, object] = {}
        self.faults_changed: Callable[[], Awaitable[None]] | None = None

    def routes(self) -> list[BaseRoute]:
        """All control routes, the vendors' own included."""
        named = [
            Route("/", self._status, methods=["GET"]),
            Route("/reset", self._reset, methods=["POST"]),
            Route("/replay", self._start_replay, methods=["POST"]),
            Route("/replay", self._show_replay, methods=["GET"]),
            Route("/replay", self._stop_replay, methods=["DELETE"]),
            Route("/faults", self._all_faults, methods=["GET", "DELETE"]),
            Route("/faults/{vendor}", self._show_faults, methods=["GET"]),
            Route("/faults/{vendor}", self._put_faults, methods=["PUT"]),
            Route("/faults/{vendor}", self._clear_faults, methods=["DELETE"]),
            Route("/{vendor}/received", self._received, methods=["GET"]),
            Route("/{vendor}/calls", self._calls, methods=["GET"]),
            Route("/{vendor}/config", self._config, methods=["GET", "PUT"]),
        ]
        own = [
            Mount("/" + name, routes=simulator.control_routes())
            for name, simulator in self._vendors.by_name.items()
        ]
        return [*named, *own]

    def exception_handlers(self) -> Mapping[Any, Callable[[Request, Any], Awaitable[Response]]]:
        """Refusals become JSON that says what to correct."""

        async def refused(_: Request, error: ControlError) -> Response:
            return JSONResponse({"error": str(error)}, status_code=error.status)

        async def invalid(_: Request, error: ValueError) -> Response:
            return JSONResponse({"error": str(error)}, status_code=400)

        return {ControlError: refused, ValidationError: invalid, ValueError: invalid}

    async def stop(self) -> None:
        """End a running replay."""
        if self._replay is not None:
            await self._replay.stop()
            self._replay = None

    def _vendor(self, request: Request) -> Simulator:
        name = request.path_params["vendor"]
        if name not in self._vendors.by_name:
            raise ControlError(f"no simulator {name!r}; there are {[*self._vendors.by_name]}", 404)
        return self._vendors.by_name[name]

    async def _status(self, _: Request) -> Response:
        vendors = {
            name: {**simulator.summary(), "calls": simulator.journal.total}
            for name, simulator in self._vendors.by_name.items()
        }
        return JSONResponse({"addresses": self.addresses, "vendors": vendors})

    async def _reset(self, _: Request) -> Response:
        await self.stop()
        self._vendors.reset()
        await self._tell()
        return JSONResponse({"ok": True})

    async def _all_faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._vendors.faults.clear()
            await self._tell()
        names = self._vendors.by_name
        return JSONResponse({name: self._vendors.faults.listed(name) for name in names})

    async def _show_faults(self, request: Request) -> Response:
        return JSONResponse(self._vendors.faults.listed(self._vendor(request).name))

    async def _put_faults(self, request: Request) -> Response:
        vendor = self._vendor(request)
        body = await request.json()
        rules = _RULES.validate_python(body if isinstance(body, list) else [body])
        for rule in rules:
            if rule.kind not in vendor.faults_offered:
                offered = sorted(vendor.faults_offered)
                raise ControlError(
                    f"{vendor.name} has no fault {rule.kind.value}; it has {offered}"
                )
        self._vendors.faults.put(vendor.name, rules)
        await self._tell()
        return JSONResponse(self._vendors.faults.listed(vendor.name))

    async def _clear_faults(self, request: Request) -> Response:
        self._vendors.faults.clear(self._vendor(request).name)
        await self._tell()
        return JSONResponse([])

    async def _tell(self) -> None:
        if self.faults_changed is not None:
            await self.faults_changed()

    async def _received(self, request: Request) -> Response:
        return JSONResponse(self._vendor(request).received(request.query_params))

    async def _calls(self, request: Request) -> Response:
        limit = int(request.query_params.get("limit", "100"))
        return JSONResponse(self._vendor(request).journal.shown(limit))

    async def _config(self, request: Request) -> Response:
        vendor = self._vendor(request)
        if request.method == "PUT":
            vendor.configure(await request.json())
        return JSONResponse(vendor.config.model_dump(mode="json"))

    async def _start_replay(self, request: Request) -> Response:
        body = await request.body()
        call = ReplayCall.model_validate_json(body or b"{}")
        if self._replay is not None and not self._replay.finished:
            raise ControlError("a replay is running; DELETE it first", 409)
        self._replay = Replay(self._vendors.kktix, call)
        self._replay.start()
        return JSONResponse(self._replay.shown(), status_code=202)

    async def _show_replay(self, _: Request) -> Response:
        return JSONResponse(self._replay.shown() if self._replay else {"state": "none"})

    async def _stop_replay(self, _: Request) -> Response:
        await self.stop()
        return JSONResponse({"state": "none"})
