"""One kept-alive HTTP client per outside service, and what may be said of its failures."""

import ssl
import threading
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache

import httpx

from postlude import __version__
from postlude.kernel import clock, redact

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
_clients: dict[tuple[str, float], httpx.Client] = {}
_lock = threading.Lock()


@cache
def trust() -> ssl.SSLContext:
    """Return whose certificates are believed, for every client of this process.

    To read them takes 20 ms of a processor, which each client would do by itself, also one that
    speaks plain HTTP.
    """
    return httpx.create_ssl_context(trust_env=False)


def client(*, base_url: str = "", timeout: float = READ_SECONDS) -> httpx.Client:
    """Return the shared client of a service; it keeps its connections and is thread-safe.

    Redirects are not followed: no vendor's contract has one, and a redirect would carry the
    credentials elsewhere.
    """
    key = (base_url, timeout)
    with _lock:
        if key not in _clients:
            _clients[key] = httpx.Client(
                base_url=base_url,
                timeout=httpx.Timeout(timeout, connect=CONNECT_SECONDS),
                limits=httpx.Limits(max_connections=32, keepalive_expiry=30),
                headers={"User-Agent": f"Postlude/{__version__}"},
                trust_env=False,
                verify=trust(),
            )
        return _clients[key]


def close_all() -> None:
    """Close every connection; after a fork, and at the end of tests."""
    with _lock:
        for each in _clients.values():
            each.close()
        _clients.clear()


def words(error: Exception) -> str:
    """Return what may be said of a failure: its kind, and its text without personal data."""
    return f"{type(error).__name__}: {redact.cut(error, 200)}"


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that a Retry-After header asks for, from 0 to a day, or None."""
    text = response.headers.get("Retry-After", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            when: datetime = parsedate_to_datetime(text)
        except ValueError:
            return None
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        seconds = (aware - clock.now()).total_seconds()
    return min(86_400.0, max(0.0, seconds))
