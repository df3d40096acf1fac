"""A form posted over a kept connection, by a client that shows at which step a call broke.

Only a call that broke before its first byte was written left nothing with the vendor. The standard
library's client connects in a step of its own, is quick, and writes no address into a log: with
some vendors the key stands in it.
"""

import zlib
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ssl import SSLContext
from urllib.parse import urlencode, urlsplit

import httpx
from urllib3.util.wait import wait_for_read

from postlude import __version__
from postlude.channels.types import Verdict
from postlude.kernel import clock, http

CONNECT_S = 5.0
READ_S = 12.0  # a window has to end inside its lease
_LARGEST = 65_536
_HEADERS = {
    "User-Agent": f"Postlude/{__version__}",
    "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
    "Accept-Encoding": "gzip",
}
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Place:
    """A vendor's server."""

    host: str
    port: int
    secure: bool = True

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is None where it could not be read to its end."""

    status: int
    body: str | None
    retry_after: float | None = None


class NotConnected(Exception):
    """Nothing left us: there was no connection. The text is the kind of failure."""


class NoAnswer(Exception):
    """The form may have arrived. The text is the kind of failure."""


def place(url: str) -> Place | None:
    """Return the server of an http(s) address, or None for what is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    secure = parts.scheme == "https"
    return Place(parts.hostname, port or (443 if secure else 80), secure)


def broken(error: NotConnected | NoAnswer) -> Verdict:
    """Return what became of a text whose call had no answer."""
    if isinstance(error, NotConnected):
        return Verdict("refused", f"no connection: {error}")
    return Verdict("unknown", f"no answer: {error}")


class Connection:
    """One connection to one server; used by one thread at a time."""

    def __init__(self, server: Place) -> None:
        self._http = (
            HTTPSConnection(server.host, server.port, timeout=CONNECT_S, context=_trust())
            if server.secure
            else HTTPConnection(server.host, server.port, timeout=CONNECT_S)
        )
        self.used_at = clock.monotonic()

    def open(self) -> None:
        """Connect, unless that is done; raise NotConnected."""
        sock = self._http.sock
        if sock is not None and wait_for_read(sock, timeout=0):  # they closed it meanwhile
            self._http.close()
        if self._http.sock is None:
            self._connect()

    def post(self, path: str, form: dict[str, str]) -> Answer:
        """Post a form once; raise NotConnected or NoAnswer. Redirects are answers."""
        body = urlencode(form).encode()
        self.open()
        try:
            self._http.request("POST", path, body, _HEADERS)
            reply = self._http.getresponse()
        except (OSError, HTTPException) as error:
            self._http.close()
            raise NoAnswer(type(error).__name__) from None
        return Answer(reply.status, self._read(reply), _rest(reply))

    def close(self) -> None:
        """Close it."""
        self._http.close()

    def _connect(self) -> None:
        try:
            self._http.connect()
            self._http.sock.settimeout(READ_S)
        except (OSError, ValueError) as error:  # a name that cannot be looked up is a ValueError
            self._http.close()
            raise NotConnected(type(error).__name__) from None

    def _read(self, reply: HTTPResponse) -> str | None:
        try:
            raw = reply.read(_LARGEST + 1)
            if reply.getheader("Content-Encoding", "").lower() == "gzip":
                raw = _unpacked(raw)
            # Bytes that are missing at the end raise nothing when a length was announced.
            whole = len(raw) <= _LARGEST and not reply.length
        except (OSError, HTTPException, zlib.error):
            whole = False
        if not whole or not reply.isclosed():
            self._http.close()
        return raw.decode("utf-8-sig", "replace") if whole else None


def _unpacked(raw: bytes) -> bytes:
    packed = zlib.decompressobj(_GZIP)
    found = packed.decompress(raw, _LARGEST + 1)
    if not packed.eof:
        raise zlib.error("it ends too early")
    return found


def _rest(reply: HTTPResponse) -> float | None:
    asked = {"Retry-After": reply.getheader("Retry-After", "")}
    return http.retry_after(httpx.Response(reply.status, headers=asked))


@cache
def _trust() -> SSLContext:
    return httpx.create_ssl_context()
