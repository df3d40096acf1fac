"""Pixel, click, access and unsubscribe.

What every one of them keeps: a token that we did not make leads nowhere and is not told apart
from one that has gone; HEAD and prefetch never write; a GET never opts out.
"""

import re
from typing import Any

from postlude.access import api as access
from postlude.access.types import Gone, GoneReason
from postlude.collector.arrivals import Arrival, record
from postlude.collector.commits import GroupCommit
from postlude.collector.http import Answer, Request, redirect
from postlude.collector.pages import Page, page
from postlude.collector.threads import Readers, close_connections
from postlude.kernel import clock, tokens
from postlude.kernel.errors import BadToken
from postlude.messages import api as messages
from postlude.tracking import api as tracking
from postlude.tracking.types import TouchKind

_GIF = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
_GIF_HEADERS = ((b"content-type", b"image/gif"), (b"cross-origin-resource-policy", b"cross-origin"))
_SAFE_URL = re.compile(r"https?://[\x21-\x7e]+")
_READ = ("GET", "HEAD")
_MOST_LINKS = 10_000


class Endpoints:
    """The four of them, with the threads that read and commit for them."""

    def __init__(self) -> None:
        self._commits: GroupCommit[Arrival] = GroupCommit(record, at_end=close_connections)
        self._readers = Readers()

    def close(self) -> None:
        """Commit what waits; then end the threads."""
        self._commits.close()
        self._readers.close()

    async def pixel(self, request: Request, token: str) -> Answer:
        """`/o/<token>.gif`: always the same picture, whatever the token."""
        status = 200
        if request.method not in _READ:
            return Answer(405, b"", ((b"allow", b"GET, HEAD"),))
        if _writes(request) and _number(token) is not None:
            kept = await self._commits.put(_arrival(TouchKind.OPEN, request, token=token))
            status = 200 if kept else 503
        return Answer(status, _GIF, _GIF_HEADERS)

    async def click(self, request: Request, token: str, n: str) -> Answer:
        """`/c/<token>/<n>`: on to the link that was published with the message."""
        if request.method not in _READ:
            return Answer(405, b"", ((b"allow", b"GET, HEAD"),))
        message = _number(token)
        number = int(n) if n.isdecimal() and len(n) <= 5 else _MOST_LINKS  # noqa: PLR2004
        if message is None or number >= _MOST_LINKS:
            return _page(Page.NOT_FOUND, request)
        target = await self._readers.run(lambda: messages.resolve_link(message, number))
        if target is None or not _SAFE_URL.fullmatch(target.url):
            return _page(Page.NOT_FOUND, request)
        if tracking.fetches_ahead(request.headers):
            return _ask_later()
        if _writes(request):
            # A person goes on even where the hit could not be kept: it is logged and counted.
            await self._commits.put(_arrival(TouchKind.CLICK, request, token=token, link=number))
        return redirect(target.url)

    async def go(self, request: Request, token: str) -> Answer:
        """`/go/<token>`: on to what a ticket gives access to, while it does."""
        if request.method not in _READ:
            return Answer(405, b"", ((b"allow", b"GET, HEAD"),))
        now = clock.now()
        found = await self._readers.run(lambda: access.follow(token, now=now))
        if isinstance(found, Gone):
            return _page(_GONE.get(found.reason, Page.NOT_FOUND), request)
        if not _SAFE_URL.fullmatch(found.url):
            return _page(Page.NOT_FOUND, request)
        if tracking.fetches_ahead(request.headers):
            return _ask_later()
        if _writes(request):
            hit = _arrival(TouchKind.ACCESS, request, org=found.org, subject=found.grant)
            await self._commits.put(hit)
        return redirect(found.url)

    async def unsubscribe(self, request: Request, token: str) -> Answer:
        """`/u/<token>`: GET asks, POST does (RFC 8058, and the page's own button)."""
        if _number(token) is None:
            return _page(Page.NOT_FOUND, request)
        owner = await self._readers.run(lambda: messages.message_of_token(token))
        if owner is None:
            return _page(Page.NOT_FOUND, request)
        if request.method in _READ:
            return _page(Page.ASK, request)
        if request.method == "POST":
            return await self._opt_out(request, token)
        return Answer(405, b"", ((b"allow", b"GET, HEAD, POST"),))

    async def _opt_out(self, request: Request, token: str) -> Answer:
        via = _via(request)
        if via is None:
            return _page(Page.NOT_UNDERSTOOD, request)
        done = await self._readers.run(
            lambda: messages.unsubscribe(token, now=clock.now(), via=via)
        )
        if done is None:
            return _page(Page.NOT_FOUND, request)
        await self._commits.put(_arrival(TouchKind.UNSUBSCRIBE, request, token=token))
        return _page(Page.DONE, request)


_GONE = {
    GoneReason.EXPIRED: Page.EXPIRED,
    GoneReason.REVOKED: Page.REVOKED,
    GoneReason.REPLACED: Page.REPLACED,
    GoneReason.NOT_READY: Page.NOT_READY,
}


def _number(token: str) -> int | None:
    try:
        return tokens.unseal("message", token)
    except BadToken:
        return None


def _writes(request: Request) -> bool:
    return request.method == "GET" and not tracking.fetches_ahead(request.headers)


def _via(request: Request) -> str | None:
    form = request.form()
    if form.get("List-Unsubscribe") == "One-Click":
        return "one-click"
    return "page" if form.get("confirm") == "1" else None


def _arrival(kind: TouchKind, request: Request, **known: Any) -> Arrival:
    agent = tracking.look(request.headers, request.method)
    return Arrival(kind=kind, at=clock.now(), ip=request.ip, agent=agent, **known)


def _page(kind: Page, request: Request) -> Answer:
    return page(kind, request.headers.get("accept-language", ""))


def _ask_later() -> Answer:
    """Let a program that fetches ahead come back when the person really asks.

    With a redirect now, the browser would use it later without telling us.
    """
    return Answer(503, b"", ((b"retry-after", b"0"),))
