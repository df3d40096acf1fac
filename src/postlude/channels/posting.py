"""A form posted to a small vendor: where it goes, and what came back.

Nothing here writes an address into a log: with some vendors the key stands in it. See `lines` for
the wire, and `unanswered` for a call that broke.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECT_S = 5.0
READ_S = 12.0  # a window has to end inside its lease


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
