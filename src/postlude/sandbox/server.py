"""Running the sandbox: in a thread for tests, or for ever for the command line."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import uvicorn

from postlude.sandbox.app import create_app
from postlude.sandbox.client import SandboxClient
from postlude.sandbox.connection import CuttableProtocol
from postlude.sandbox.doors import Door, Doors
from postlude.sandbox.options import SandboxOptions, Vendors

_START_WITHIN_S = 15


class _Server(uvicorn.Server):
    """Uvicorn that can be told where it is ready, and lends its protocol to the doors."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], Any]) -> None:
        super().__init__(config)
        self._ready = ready
        self._make_protocol: Callable[..., CuttableProtocol] = CuttableProtocol

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            await self._ready()

    def protocol(self) -> CuttableProtocol:
        return self._make_protocol(self.config, self.server_state, self.lifespan.state)


class _House:
    """One running sandbox: the shared port, the doors, the mail port."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        smtp_port: int,
        options: SandboxOptions | None,
        opened: Callable[[], None],
    ) -> None:
        self.host = host
        self.vendors = Vendors(options or SandboxOptions())
        self._opened = opened
        self._app = create_app(vendors=self.vendors)
        config = uvicorn.Config(
            self._app,
            http=CuttableProtocol,
            ws="none",
            lifespan="on",
            # The product's own logging stays as it is.
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self.loop_factory = config.get_loop_factory()
        self.server = _Server(config, self._open_doors)
        self._shared = socket.create_server((host, port), backlog=2048)
        self.port: int = self._shared.getsockname()[1]
        web = [name for name in self.vendors.by_name if name != "smtp"]
        doors = [Door(name, host, 0, self.server.protocol) for name in web]
        doors.append(Door("smtp", host, smtp_port, self.vendors.smtp.protocol))
        self.doors = Doors(doors, self.vendors.faults)

    @property
    def base_url(self) -> str:
        """The shared address."""
        return f"http://{self.host}:{self.port}"

    def url(self, vendor: str) -> str:
        """The address of one vendor's own door."""
        return f"http://{self.host}:{self.doors.ports[vendor]}/{vendor}"

    def addresses(self) -> dict[str, object]:
        """Every address, as the control API shows them."""
        vendors = {name: self.url(name) for name in self.doors.ports if name != "smtp"}
        smtp = {"host": self.host, "port": self.doors.ports["smtp"]}
        return {"base": self.base_url, "vendors": vendors, "smtp": smtp}

    async def serve(self) -> None:
        """Serve until told to exit; every socket is closed on return."""
        try:
            await self.server.serve(sockets=[self._shared])
        finally:
            await self.doors.close()
            self._shared.close()

    async def _open_doors(self) -> None:
        control = self._app.state.control
        control.faults_changed = self.doors.follow
        control.addresses = self.addresses()
        await self.doors.open()
        self._opened()


class Sandbox:
    """A sandbox in a thread, on free ports: `with Sandbox() as sandbox: sandbox.client.sell(...)`.

    Leaving the block stops the thread and closes every socket.
    """

    def __init__(
        self,
        options: SandboxOptions | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        smtp_port: int = 0,
    ) -> None:
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._options = options
        self._host, self._port, self._smtp_port = host, port, smtp_port
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._house = _House(
            host=self._host,
            port=self._port,
            smtp_port=self._smtp_port,
            options=self._options,
            opened=self._ready.set,
        )
        self._thread = threading.Thread(target=self._run, name="postlude-sandbox", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START_WITHIN_S) or self._failure is not None:
            self._house.server.should_exit = True
            raise RuntimeError("the sandbox did not start") from self._failure
        self.client = SandboxClient(self.base_url)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()
        self._house.server.should_exit = True
        if self._thread is not None:
            self._thread.join(_START_WITHIN_S)

    @property
    def base_url(self) -> str:
        """The shared address, without a slash at its end."""
        return self._house.base_url

    @property
    def smtp_address(self) -> tuple[str, int]:
        """Host and port of the mail sink."""
        return self._house.host, self._house.doors.ports["smtp"]

    def url(self, vendor: str) -> str:
        """A vendor's own address (`http://host:port/<vendor>`), the one which can refuse."""
        return self._house.url(vendor)

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=self._house.loop_factory) as runner:
                runner.run(self._house.serve())
        except BaseException as error:  # noqa: BLE001 - told to whoever waits in __enter__
            self._failure = error
        finally:
            self._ready.set()


def run_forever(
    host: str = "127.0.0.1",
    port: int = 8100,
    smtp_port: int = 8125,
    *,
    options: SandboxOptions | None = None,
    ready: Callable[[dict[str, object]], None] | None = None,
) -> None:
    """Serve in this thread until SIGINT or SIGTERM; `ready` gets the addresses once it listens."""

    def opened() -> None:
        if ready is not None:
            ready(house.addresses())

    house = _House(host=host, port=port, smtp_port=smtp_port, options=options, opened=opened)
    with asyncio.Runner(loop_factory=house.loop_factory) as runner:
        runner.run(house.serve())
