"""The sandbox as one ASGI app: a prefix per vendor, controls below `/_sandbox`, an index page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route, Router

from postlude.sandbox.control import Control
from postlude.sandbox.gate import FaultGate
from postlude.sandbox.index_page import index_page
from postlude.sandbox.options import SandboxOptions, Vendors
from postlude.sandbox.shop import pages as shop_pages


def create_app(
    options: SandboxOptions | None = None, *, vendors: Vendors | None = None
) -> Starlette:
    """Build the app. Faults that cut connections need `postlude.sandbox.server` to serve it."""
    held = vendors or Vendors(options or SandboxOptions())
    control = Control(held)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        for simulator in held.by_name.values():
            await simulator.start()
        yield
        await control.stop()
        for simulator in held.by_name.values():
            await simulator.stop()

    mounts: list[BaseRoute] = [
        Mount("/" + name, app=FaultGate(Router(simulator.routes()), simulator))
        for name, simulator in held.by_name.items()
    ]
    routes: list[BaseRoute] = [
        Route("/", index_page(held)),
        Mount("/_sandbox", routes=control.routes()),
        Mount("/shop", routes=shop_pages.routes()),
    ]
    app = Starlette(
        routes=routes + mounts, lifespan=lifespan, exception_handlers=control.exception_handlers()
    )
    app.state.vendors = held
    app.state.control = control
    return app
