"""The ASGI app of the collector; `wiring` puts it in front of Django, or runs it alone.

No framework and no request stack: a hit costs its parsing and its share of a commit.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable

from postlude.collector.endpoints import Endpoints
from postlude.collector.http import (
    Answer,
    BodyTooBig,
    Receive,
    Request,
    Scope,
    Send,
    read,
    write,
)
from postlude.collector.pages import Page, page

_log = logging.getLogger(__name__)

_TOKEN = r"[A-Za-z0-9_-]{22}"  # noqa: S105 - a pattern
_Endpoint = Callable[..., Awaitable[Answer]]


class Collector:
    """Serves the collector's paths and answers 404 to every other."""

    def __init__(self) -> None:
        self._endpoints = Endpoints()
        ours = self._endpoints
        self._routes: tuple[tuple[re.Pattern[str], _Endpoint], ...] = (
            (re.compile(r"/o/(.*?)(?:\.gif)?", re.DOTALL), ours.pixel),
            (re.compile(rf"/c/({_TOKEN})/(\d{{1,5}})"), ours.click),
            (re.compile(r"/go/([A-Za-z0-9_-]{1,1000})"), ours.go),
            (re.compile(rf"/u/({_TOKEN})"), ours.unsubscribe),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    def close(self) -> None:
        """Commit what waits and end the threads."""
        self._endpoints.close()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        languages = dict(scope.get("headers", ())).get(b"accept-language", b"").decode("latin-1")
        try:
            answer = await self._answer(await read(scope, receive))
        except BodyTooBig:
            answer = page(Page.TOO_BIG, languages)
        except Exception as error:  # noqa: BLE001 - a person waits behind every link
            # Neither the path (it holds a token) nor the text of the error is logged.
            _log.error("collector failed", extra={"error": type(error).__name__})
            answer = page(Page.LATER, languages)
        await write(send, answer, head=scope["method"] == "HEAD")

    async def _answer(self, request: Request) -> Answer:
        for pattern, endpoint in self._routes:
            match = pattern.fullmatch(request.path)
            if match:
                return await endpoint(request, *match.groups())
        return page(Page.NOT_FOUND, request.headers.get("accept-language", ""))

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif event["type"] == "lifespan.shutdown":
                await asyncio.to_thread(self.close)
                await send({"type": "lifespan.shutdown.complete"})
                return


def create_app() -> Collector:
    """Return the app; call its `close()` where no lifespan protocol does."""
    return Collector()
