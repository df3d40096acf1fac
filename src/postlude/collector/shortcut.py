"""The short way of what comes by the ten thousand: pixel, click, beacon, straight from the parser.

An ASGI call (scope, task, receive, send, events) costs as much as all else of such a hit. Here the
request is decided where its last byte is read, by the same functions as on the long way, handed to
the group that is committed next, and answered by one call for that group. Everything that is not
plain (another path or method, a query, HTTP/1.0, a body in chunks, `Expect`, an upgrade, a second
request before the first is answered) goes the long way, which uvicorn's own class leads. Both
answer the same bytes.
"""

import asyncio
import math
import re
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from uvicorn.config import Config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from postlude.collector.batches import MOST_BODY
from postlude.collector.beacon import Beacon
from postlude.collector.endpoints import Endpoints, Link
from postlude.collector.http import Answer, Headers, Kept, Request, repeated_headers
from postlude.collector.onward import Way
from postlude.collector.pages import failed
from postlude.collector.sites import Site

_PLAIN = re.compile(
    rb"/(?:o/(?P<open>[A-Za-z0-9_.-]{1,64})"
    rb"|c/(?P<click>[A-Za-z0-9_-]{22})/(?P<n>[0-9]{1,5})"
    rb"|b/(?P<beacon>plw_[A-Za-z0-9]{20}))"
)
# What any of the three looks at, and what makes a request go the long way.
READ = (
    *("user-agent", "cookie", "origin", "accept-language", "sec-gpc"),
    *("sec-purpose", "purpose", "x-purpose", "x-moz"),
)
_ODD = ("transfer-encoding", "expect", "upgrade", "content-length")
_FORWARDED = ("x-forwarded-for", "x-forwarded-proto")
_NAMES = {name.encode(): name for name in (*READ, *_ODD, *_FORWARDED)}


class _Nobody:
    """In the place of the event by which a task of uvicorn hears of more; here is no task."""

    def set(self) -> None:
        """Tell nobody."""


_NOBODY = _Nobody()


class Asked:
    """A request on the short way. uvicorn's protocol treats it as it does its own."""

    __slots__ = (
        "_decided",
        "body",
        "disconnected",
        "keep_alive",
        "match",
        "message_event",
        "protocol",
        "request",
        "response_complete",
        "site",
        "whole",
    )

    def __init__(
        self,
        protocol: "Shortcut",
        match: "re.Match[bytes]",
        request: Request,
        site: Site | None,
        keep_alive: bool,  # noqa: FBT001 - as the parser says it
    ) -> None:
        self.protocol, self.match, self.request, self.site = protocol, match, request, site
        self.keep_alive = keep_alive
        self.body = b""
        self.response_complete = self.disconnected = self.whole = False
        self.message_event = _NOBODY

    def decide(self) -> None:
        """Begin to answer, now that all of it is here."""
        self.whole = True
        try:
            self._begin()
        except Exception as error:  # noqa: BLE001 - as on the long way
            self._fail(error)

    def _begin(self) -> None:
        kind, name = self.match.lastgroup, self.match.string
        at = self.protocol.endpoints
        if kind == "open":
            self._hand_in(at.opened(self.request, name[3:].decode()))
        elif kind == "beacon":
            self.request.body = self.body
            self._hand_in(self.protocol.beacon.heard(self.request, self.site))
        else:
            asked = at.clicked(self.request, self._token(), self.match["n"].decode())
            if isinstance(asked, Link):
                at.ways.ask(asked, self._led, self.protocol.loop)
            else:
                self._hand_in(asked)

    def _token(self) -> str:
        return self.match["click"].decode()

    def _led(self, way: Way | None, error: Exception | None) -> None:
        """Go on with a click: this is where it leads."""
        if error is not None:
            self._fail(error)
            return
        try:
            link = Link(0, int(self.match["n"]))
            self._hand_in(self.protocol.endpoints.led_on(self.request, self._token(), link, way))
        except Exception as wrong:  # noqa: BLE001 - as on the long way
            self._fail(wrong)

    def _hand_in(self, decided: Answer | Kept[Any]) -> None:
        if isinstance(decided, Answer):
            self.protocol.answer(self, decided)
            return
        self._decided = decided
        beacon = self.match.lastgroup == "beacon"
        commits: Any = self.protocol.beacon.commits if beacon else self.protocol.endpoints.commits
        commits.hand_in(decided.item, self._told, self.protocol.loop)

    def _told(self, kept: bool) -> None:  # noqa: FBT001 - the word of a commit
        self.protocol.answer(self, self._decided.answer if kept else self._decided.lost)

    def _fail(self, error: Exception) -> None:
        accepted = self.request.headers.get("accept-language", "")
        self.protocol.answer(self, failed(error, accepted))


class Shortcut(HttpToolsProtocol):
    """A connection of a server; see `shortcut`."""

    endpoints: Endpoints
    beacon: Beacon

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._plain = self.limit_concurrency is None and not self.root_path and not self.access_log
        self._rests_since = math.inf
        self._timer: asyncio.TimerHandle | None = None
        self._always: tuple[list[tuple[bytes, bytes]] | None, bytes] = (None, b"")

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._rests_since = math.inf
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Begin a request; what only the long way needs is made there."""
        self.url = b""
        self.headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Choose the way."""
        asked = self._asked()
        if asked is None:
            self._go_the_long_way()
        else:
            self.cycle = cast("Any", asked)

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        cycle: Any = self.cycle
        if type(cycle) is not Asked:
            super().on_body(body)
        elif not cycle.whole:
            cycle.body += body

    def on_message_complete(self) -> None:
        """Answer, or let the long way know that all is here."""
        cycle: Any = self.cycle
        if type(cycle) is not Asked:
            super().on_message_complete()
        elif not cycle.whole:  # else it is of a request that never became one: an upgrade
            cycle.decide()

    def answer(self, asked: Asked, answer: Answer) -> None:
        """Write the answer to a request of the short way, unless nobody is there any more."""
        asked.response_complete = True
        if asked.disconnected or self.transport.is_closing():
            return
        always, line = self._always
        if always is not self.server_state.default_headers:
            always = self.server_state.default_headers
            line = b"".join(b"%b: %b\r\n" % each for each in always)
            self._always = always, line
        end = b"\r\n" if asked.keep_alive else b"connection: close\r\n\r\n"
        lines = _lines(answer.headers, len(answer.body), answer.lasts_s)
        own = [b"%b: %b\r\n" % each for each in answer.own]
        self.transport.write(
            b"".join((STATUS_LINE[answer.status], line, lines, *own, end, answer.body))
        )
        if not asked.keep_alive:
            self.transport.close()
        self.on_response_complete()

    def on_response_complete(self) -> None:
        """Go on with what waits on this connection, or rest.

        One timer of a connection looks how long it has rested: to set and to take back one for each
        request costs as much as to parse it.
        """
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
            return
        self._rests_since = self.loop.time()
        if self._timer is None:
            self._timer = self.loop.call_later(self.timeout_keep_alive, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        left = self._rests_since + self.timeout_keep_alive - self.loop.time()
        if left <= 0:
            self.timeout_keep_alive_handler()
        else:
            self._timer = self.loop.call_later(min(left, self.timeout_keep_alive), self._look)

    def _asked(self) -> Asked | None:  # noqa: PLR0911 - each a reason to go the long way
        """Return the request if it is one of the three and plain in every respect."""
        match = _PLAIN.fullmatch(self.url)
        if match is None or not self._plain:
            return None
        if self.cycle is not None and not self.cycle.response_complete:
            return None
        parser, posts = self.parser, match.lastgroup == "beacon"
        if parser.get_method() != (b"POST" if posts else b"GET"):
            return None
        if parser.get_http_version() != "1.1":
            return None
        found = self._found()
        if "transfer-encoding" in found or "expect" in found or "upgrade" in found:
            return None
        length = found.get("content-length", "")
        site = None
        if posts:
            if not length.isdecimal() or len(length) > 5 or int(length) > MOST_BODY:  # noqa: PLR2004
                return None
            site = self.beacon.sites.remembered(match["beacon"].decode())
            if site is None:  # to be asked for
                return None
        elif length:
            return None
        ip, secure = self._hop(found)
        method = "POST" if posts else "GET"
        request = Request(method, "", found, ip, b"", secure)
        return Asked(self, match, request, site, parser.should_keep_alive())

    def _found(self) -> dict[str, str]:
        """Return the headers that anybody looks at; of one that comes twice the last."""
        found = {
            _NAMES[name]: value.decode("latin-1") for name, value in self.headers if name in _NAMES
        }
        country = settings.POSTLUDE_COUNTRY_HEADER.lower()
        if country:
            wanted = country.encode()
            said = [value.decode("latin-1") for name, value in self.headers if name == wanted]
            if said:
                found[country] = said[-1]
        return found

    def _hop(self, found: dict[str, str]) -> tuple[str, bool]:
        """Return whose request it is and whether it is https, by uvicorn's own rule of proxies."""
        client, scheme = self.client, self.scheme
        if self.config.proxy_headers and not found.keys().isdisjoint(_FORWARDED):
            scope: Any = {
                "type": "http",
                "client": client,
                "scheme": scheme,
                "headers": self.headers,
            }
            trusted = self.config.forwarded_allow_ips
            call: Any = _proxies(_as_key(trusted))(scope, cast("Any", None), cast("Any", None))
            try:
                call.send(None)  # it waits for nothing
            except StopIteration:
                client, scheme = scope["client"], scope["scheme"]
        return (client[0] if client else ""), scheme == "https"

    def _go_the_long_way(self) -> None:
        url, headers = self.url, self.headers
        super().on_message_begin()
        self.url = url
        for name, value in headers:
            super().on_header(name, value)
        super().on_headers_complete()


def shortcut(endpoints: Endpoints, beacon: Beacon) -> type[asyncio.Protocol]:
    """Return the class of uvicorn's connections (`http=`) that knows the short way to these."""
    return type("Shortcut", (Shortcut,), {"endpoints": endpoints, "beacon": beacon})


@lru_cache(maxsize=512)
def _lines(headers: Headers, length: int, lasts_s: int) -> bytes:
    """Return the lines of an answer's head that others have too."""
    repeated = repeated_headers(headers, length, lasts_s)
    return b"".join(b"%b: %b\r\n" % each for each in repeated)


def _as_key(trusted: list[str] | str | None) -> str:
    return trusted if isinstance(trusted, str) else ",".join(trusted or ())


@lru_cache(maxsize=8)
def _proxies(trusted: str) -> ProxyHeadersMiddleware:
    async def nobody(*_: Any) -> None:
        """Behind it is nobody: only what it makes of the scope is wanted."""

    return ProxyHeadersMiddleware(nobody, trusted)
