"""Just enough HTTP over ASGI: one request in, one answer out."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]
Item = TypeVar("Item")
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BODY = 4_096
_MOST_UNREAD = 4_000_000

_NEVER_KEPT = (b"cache-control", b"no-store, private")
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex, nofollow"),
)


# Not frozen: that triples what the making of one costs, and each hit makes one.
@dataclass(slots=True)
class Request:
    """`headers` have lower-case names; `ip` is the nearest trusted hop's word (see uvicorn), and so
    is `secure` (https). `too_long`: there was more body than was asked for, and it is not kept.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    ip: str
    body: bytes = b""
    secure: bool = False
    too_long: bool = False

    def form(self) -> Mapping[str, str]:
        """Return the fields of a form body, the first value of each."""
        if not self.body:
            return {}
        text = self.body.decode("utf-8", "replace")
        return {name: values[0] for name, values in parse_qs(text, max_num_fields=20).items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back; it may be kept for `lasts_s` seconds, mostly not at all.

    `own` are the headers that no other answer has, such as a cookie; `headers` repeat, and what
    they come to is remembered.
    """

    status: int
    body: bytes = b""
    headers: Headers = ()
    lasts_s: int = 0
    own: Headers = ()


@dataclass(slots=True)
class Kept(Generic[Item]):
    """What is to be committed, and how it is answered then: `answer` where it is kept, else `lost`.

    To decide that asks nobody and waits for nothing, so that every way a request comes in can
    have it decided here: as an ASGI call, or on the shorter way of `shortcut`.
    """

    item: Item
    answer: Answer
    lost: Answer


def redirect(url: str) -> Answer:
    """Send the person on; `url` is ours or was published by the organiser."""
    return Answer(302, own=((b"location", url.encode("ascii", "strict")),))


async def read(scope: Scope, receive: Receive, *, most: int = MOST_BODY) -> Request:
    """Read a request with its body, of at most so many bytes."""
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in scope.get("headers", ())
    }
    body: bytes | None = b""
    if scope["method"] not in ("GET", "HEAD"):
        body = await _body(receive, most)
    client = scope.get("client")
    return Request(
        scope["method"],
        scope["path"],
        headers,
        client[0] if client else "",
        body or b"",
        scope.get("scheme") == "https",
        body is None,
    )


async def _body(receive: Receive, most: int) -> bytes | None:
    """Return the body; None where it is too long, once it is read: who still sends hears nothing.

    After some more it is not read either.
    """
    event = await receive()
    if not event.get("more_body", False) and event["type"] != "http.disconnect":
        body = event.get("body", b"")
        return body if len(body) <= most else None
    parts, length = [], 0
    while event["type"] != "http.disconnect":
        length += len(event.get("body", b""))
        if length > most + _MOST_UNREAD:
            return None
        if length <= most:
            parts.append(event.get("body", b""))
        if not event.get("more_body", False):
            break
        event = await receive()
    return b"".join(parts) if length <= most else None


async def write(send: Send, answer: Answer, *, head: bool = False) -> None:
    """Write an answer, without its body to a HEAD."""
    repeated = repeated_headers(answer.headers, len(answer.body), answer.lasts_s)
    headers = [*repeated, *answer.own]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})


def repeated_headers(headers: Headers, length: int, lasts_s: int) -> Headers:
    """Return all headers of an answer that others have too: those it names, and everybody's.

    `length` is of the body in bytes; `lasts_s` as an answer has it.
    """
    kept = (b"cache-control", f"public, max-age={lasts_s}".encode()) if lasts_s else _NEVER_KEPT
    return (*headers, kept, *_ALWAYS, (b"content-length", str(length).encode()))
