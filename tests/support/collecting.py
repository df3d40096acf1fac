"""A running collector, over the test's own database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from postlude.collector.app import create_app


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = threading.Event()

    async def startup(self, sockets=None) -> None:
        await super().startup(sockets)
        self.listens.set()


@contextmanager
def collecting(port: int = 0, *, short: bool = True, **options: Any) -> Iterator[str]:
    """Yield its address; not `short`: every request goes the long way, as an ASGI call."""
    app = create_app()
    config = uvicorn.Config(
        app,
        port=port,
        http=app.protocol() if short else "httptools",
        log_level="error",
        access_log=False,
        lifespan="on",
        **options,
    )
    server = _Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert server.listens.wait(10)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
