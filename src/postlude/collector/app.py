"""The ASGI app of the collector; `wiring` puts it in front of Django, or runs it alone.

No framework and no request stack: a hit costs its parsing and its share of a commit.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable

from postlude.collector.batches import MOST_BODY as MOST_BATCH
from postlude.collector.beacon import Beacon
from postlude.collector.devices import Devices
from postlude.collector.endpoints import Endpoints
from postlude.collector.http import (
    MOST_BODY,
    Answer,
    Receive,
    Request,
    Scope,
    Send,
    read,
    write,
)
from postlude.collector.pages import Page, failed, page
from postlude.collector.popups import Popups
from postlude.collector.shortcut import shortcut
from postlude.collector.sites import Sites
from postlude.collector.snippet import snippet
from postlude.collector.threads import Readers
from postlude.collector.viewing import Views

_TOKEN = r"[A-Za-z0-9_-]{22}"  # noqa: S105 - a pattern
_KEY = r"plw_[A-Za-z0-9]{20}"
_BEACON = "/b/"
_FIRST = 3
_Endpoint = Callable[..., Awaitable[Answer]]


class Collector:
    """Serves the collector's paths and answers 404 to every other."""

    def __init__(self) -> None:
        self._readers = Readers()
        self._endpoints = ours = Endpoints(self._readers)
        sites = Sites(self._readers)
        self._beacon = Beacon(sites)
        self._popups = shows = Popups(sites, self._readers)
        self._views = views = Views(self._readers)
        # A program asks, not a person: what is too long they say in its words.
        devices = Devices(sites, self._readers)
        self._say_themselves = (self._beacon, shows.routers, shows.fetch, shows.show, devices)
        routes: tuple[tuple[str, _Endpoint], ...] = (
            (rf"/b/({_KEY})", self._beacon),
            (r"/o/(.*)", ours.pixel),
            (rf"/c/({_TOKEN})/(\d{{1,5}})", ours.click),
            (r"/go/([A-Za-z0-9_-]{1,1000})", ours.go),
            (rf"/u/({_TOKEN})", ours.unsubscribe),
            (rf"/v/({_TOKEN})", views),
            (rf"/p/({_KEY})/routers", shows.routers),
            (rf"/p/({_KEY})/fetch", shows.fetch),
            (rf"/p/({_KEY})/show", shows.show),
            (rf"/p/({_KEY})/push", devices),
            (r"/postlude\.js", snippet),
        )
        # By the first letters: most hits are of the first three, and each has its own.
        self._routes: dict[str, list[tuple[re.Pattern[str], _Endpoint]]] = defaultdict(list)
        for pattern, endpoint in routes:
            self._routes[pattern[:_FIRST]].append((re.compile(pattern, re.DOTALL), endpoint))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    def protocol(self) -> type[asyncio.Protocol]:
        """Return the class of uvicorn's connections (`http=`) that spares most hits the ASGI."""
        return shortcut(self._endpoints, self._beacon)

    def close(self) -> None:
        """Commit what waits and end the threads."""
        self._beacon.close()
        self._popups.close()
        self._endpoints.close()
        self._views.close()
        self._readers.close()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = MOST_BATCH if scope["path"].startswith(_BEACON) else MOST_BODY
        try:
            answer = await self._answer(await read(scope, receive, most=most))
        except Exception as error:  # noqa: BLE001 - a person waits behind every link
            accepted = dict(scope.get("headers", ())).get(b"accept-language", b"")
            answer = failed(error, accepted.decode("latin-1"))
        await write(send, answer, head=scope["method"] == "HEAD")

    async def _answer(self, request: Request) -> Answer:
        for pattern, endpoint in self._routes.get(request.path[:_FIRST], ()):
            match = pattern.fullmatch(request.path)
            if match:
                if request.too_long and endpoint not in self._say_themselves:
                    return page(Page.TOO_BIG, request.headers.get("accept-language", ""))
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
