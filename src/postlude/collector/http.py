"""Just enough HTTP over ASGI: one request in, one answer out. No cookies, ever."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BODY = 4_096

_ALWAYS = (
    (b"cache-control", b"no-store, private"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex, nofollow"),
)


class BodyTooBig(Exception):
    """The request has more body than any of ours needs."""


@dataclass(frozen=True, slots=True)
class Request:
    """`headers` have lower-case names; `ip` is the nearest trusted hop's word (see uvicorn)."""

    method: str
    path: str
    headers: Mapping[str, str]
    ip: str
    body: bytes = b""

    def form(self) -> Mapping[str, str]:
        """Return the fields of a form body, the first value of each."""
        if not self.body:
            return {}
        text = self.body.decode("utf-8", "replace")
        return {name: values[0] for name, values in parse_qs(text, max_num_fields=20).items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = field(default=())


def redirect(url: str) -> Answer:
    """Send the person on; `url` is ours or was published by the organiser."""
    return Answer(302, b"", ((b"location", url.encode("ascii", "strict")),))


async def read(scope: Scope, receive: Receive) -> Request:
    """Read a request with its body; raise BodyTooBig."""
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in scope.get("headers", ())
    }
    body = b""
    if scope["method"] not in ("GET", "HEAD"):
        body = await _body(receive)
    client = scope.get("client")
    return Request(scope["method"], scope["path"], headers, client[0] if client else "", body)


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            return bytes(body)
        body += event.get("body", b"")
        if len(body) > MOST_BODY:
            raise BodyTooBig
        if not event.get("more_body", False):
            return bytes(body)


async def write(send: Send, answer: Answer, *, head: bool = False) -> None:
    """Write an answer, without its body to a HEAD."""
    length = (b"content-length", str(len(answer.body)).encode())
    headers = [*answer.headers, *_ALWAYS, length]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
