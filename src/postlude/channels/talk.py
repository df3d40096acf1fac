"""One HTTP/1.1 connection that is kept: a request goes out, one answer comes back.

The parser is httptools, the one that uvicorn reads with. Lives in the thread of `lines` only.
"""

import asyncio
import zlib
from typing import cast

import httpx
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from postlude.channels import posting
from postlude.channels.posting import Answer
from postlude.channels.unanswered import NoAnswer
from postlude.kernel import clock, http

_LARGEST = 65_536
_GZIP = 16 + zlib.MAX_WBITS
_INTERIM = range(100, 200)


class Talk(asyncio.Protocol):
    """One request at a time. What breaks off is closed and never written into again."""

    def __init__(self) -> None:
        self.used_at = clock.monotonic()
        self._parser = HttpResponseParser(self)
        self._waiting: asyncio.Future[Answer] | None = None
        self._forget()

    @property
    def usable(self) -> bool:
        """Say whether the next request may be written; no once they have closed it."""
        return not self._transport.is_closing()

    async def post(self, request: bytes) -> Answer:
        """Write a request once and wait for its answer; raise NoAnswer."""
        loop = asyncio.get_running_loop()
        self._forget()
        waiting: asyncio.Future[Answer] = loop.create_future()
        self._waiting = waiting
        late = loop.call_later(posting.READ_S, self._break_off, "TimeoutError")
        self._transport.write(request)
        try:
            return await waiting
        finally:
            late.cancel()
            self._waiting = None
            self.used_at = clock.monotonic()

    def close(self) -> None:
        """Close it."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its type

    def data_received(self, data: bytes) -> None:
        if self._waiting is None:  # nobody asked: whatever it answers, it is no answer of ours
            self._transport.abort()
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._break_off(type(error).__name__)

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is None and self._status and not self._measured:  # its end is the end of the answer
            self._say(self._text())
        else:
            self._break_off("RemoteDisconnected" if exc is None else type(exc).__name__)

    def on_message_begin(self) -> None:
        if self._waiting is None or self._waiting.done():  # more than was asked for
            self._transport.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        self._measured = b"content-length" in self._headers or b"transfer-encoding" in self._headers

    def on_body(self, body: bytes) -> None:
        self._body += body
        if len(self._body) > _LARGEST:
            self._break_off("too large")

    def on_message_complete(self) -> None:
        if self._status in _INTERIM:
            self._forget()
            return
        if not self._parser.should_keep_alive():
            self._transport.close()
        self._say(self._text())

    def _forget(self) -> None:
        self._status = 0
        self._measured = False
        self._body = b""
        self._headers: dict[bytes, bytes] = {}

    def _break_off(self, kind: str) -> None:
        """End the call: by half an answer where its status came, else by none."""
        self._transport.abort()
        if self._status and self._status not in _INTERIM:
            self._say(None)
        elif self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(NoAnswer(kind))

    def _say(self, body: str | None) -> None:
        if body is None:
            self._transport.abort()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(Answer(self._status, body, self._rest()))

    def _text(self) -> str | None:
        try:
            packed = self._headers.get(b"content-encoding", b"").lower() == b"gzip"
            raw = _unpacked(self._body) if packed else self._body
        except zlib.error:
            return None
        return raw.decode("utf-8-sig", "replace") if len(raw) <= _LARGEST else None

    def _rest(self) -> float | None:
        asked = self._headers.get(b"retry-after")
        if asked is None:
            return None
        headers = {"Retry-After": asked.decode("latin-1")}
        return http.retry_after(httpx.Response(self._status, headers=headers))


def _unpacked(raw: bytes) -> bytes:
    packed = zlib.decompressobj(_GZIP)
    found = packed.decompress(raw, _LARGEST + 1)
    if not packed.eof:
        raise zlib.error("it ends too early")
    return found
