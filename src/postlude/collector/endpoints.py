"""Pixel, click, access and unsubscribe.

What every one of them keeps: a token that we did not make leads nowhere and is not told apart
from one that has gone; HEAD and prefetch never write; a GET never opts out.
"""

import re
from dataclasses import replace
from typing import Any, NamedTuple

from postlude.access import api as access
from postlude.access.types import Gone, GoneReason
from postlude.collector.arrivals import TOUCHES, Arrival
from postlude.collector.commits import GroupCommit
from postlude.collector.cookies import cid_of
from postlude.collector.http import Answer, Kept, Request, redirect
from postlude.collector.onward import OwnSites, Way, with_parameter
from postlude.collector.pages import Page, page
from postlude.collector.rush import Rush
from postlude.collector.threads import Readers, close_connections
from postlude.collector.together import Together
from postlude.kernel import clock, ids, tokens
from postlude.kernel.errors import BadToken
from postlude.messages import api as messages
from postlude.tracking import api as tracking
from postlude.tracking.types import TouchKind

_GIF = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
_GIF_HEADERS = ((b"content-type", b"image/gif"), (b"cross-origin-resource-policy", b"cross-origin"))
_SAFE_URL = re.compile(r"https?://[\x21-\x7e]+")
_PICTURE, _PICTURE_LOST = Answer(200, _GIF, _GIF_HEADERS), Answer(503, _GIF, _GIF_HEADERS)
_READ = ("GET", "HEAD")
_MOST_LINKS = 10_000


class Link(NamedTuple):
    """A link of a message."""

    message: int
    n: int


class Endpoints:
    """The four of them, with the thread that commits for them."""

    def __init__(self, readers: Readers) -> None:
        rush = Rush(TOUCHES)
        self.commits: GroupCommit[Arrival] = GroupCommit(
            rush, at_end=close_connections, gather_s=rush.gather_s
        )
        self._readers = readers
        self.ways: Together[tuple[int, int], Way] = Together(readers, OwnSites().ways)

    def close(self) -> None:
        """Commit what waits."""
        self.commits.close()

    async def pixel(self, request: Request, token: str) -> Answer:
        """`/o/<token>.gif`: always the same picture, whatever the token."""
        return await self._settle(self.opened(request, token))

    def opened(self, request: Request, token: str) -> Answer | Kept[Arrival]:
        """Decide what a pixel's request comes to. Waits for nothing."""
        if request.method not in _READ:
            return Answer(405, b"", ((b"allow", b"GET, HEAD"),))
        token = token.removesuffix(".gif")
        if _writes(request) and _number(token) is not None:
            return Kept(_arrival(TouchKind.OPEN, request, token=token), _PICTURE, _PICTURE_LOST)
        return _PICTURE

    async def click(self, request: Request, token: str, n: str) -> Answer:
        """`/c/<token>/<n>`: on to the link that was published with the message."""
        asked = self.clicked(request, token, n)
        if not isinstance(asked, Link):
            return await self._settle(asked)
        return await self._settle(self.led_on(request, token, asked, await self.ways.of(asked)))

    def clicked(self, request: Request, token: str, n: str) -> Answer | Kept[Arrival] | Link:
        """Decide what a click comes to; mostly one has to ask first where the link leads."""
        if request.method not in _READ:
            return Answer(405, b"", ((b"allow", b"GET, HEAD"),))
        message = _number(token)
        number = int(n) if n.isdecimal() and len(n) <= 5 else _MOST_LINKS  # noqa: PLR2004
        if message is None or number >= _MOST_LINKS:
            return _page(Page.NOT_FOUND, request)
        if number != messages.TRAP:
            return Link(message, number)
        # Somebody followed what no person sees; there is nothing to see.
        seen = Answer(200, b"", ((b"content-type", b"text/html; charset=utf-8"),))
        if not _writes(request):
            return seen
        return Kept(_arrival(TouchKind.TRAP, request, token=token, link=number), seen, seen)

    def led_on(
        self, request: Request, token: str, link: Link, way: Way | None
    ) -> Answer | Kept[Arrival]:
        """Keep a click and lead on; a page of an own site is told which click led there.

        A person goes on even where the hit could not be kept: that is logged and counted.
        """
        if way is None or not _SAFE_URL.fullmatch(way.url):
            return _page(Page.NOT_FOUND, request)
        if tracking.fetches_ahead(request.headers):
            return _ask_later()
        if not _writes(request):
            return redirect(way.url)
        hit: dict[str, Any] = {"token": token, "link": link.n}
        if not way.own or request.headers.get("sec-gpc") == "1":
            answer = redirect(way.url)
            return Kept(_arrival(TouchKind.CLICK, request, **hit), answer, answer)
        touch = ids.new_id()
        cid, cookie = cid_of(request, "")
        hit |= {"touch": touch, "cid": "" if cookie else cid}
        told = with_parameter(way.url, tracking.PARAMETER, tracking.click_token(touch))
        answer = redirect(told)
        if cookie is not None:
            answer = replace(answer, own=(*answer.own, (b"set-cookie", cookie)))
        return Kept(_arrival(TouchKind.CLICK, request, **hit), answer, answer)

    async def _settle(self, decided: Answer | Kept[Arrival]) -> Answer:
        if isinstance(decided, Answer):
            return decided
        return decided.answer if await self.commits.put(decided.item) else decided.lost

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
            await self.commits.put(hit)
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
        await self.commits.put(_arrival(TouchKind.UNSUBSCRIBE, request, token=token))
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
    agent = tracking.look(request.headers, request.method, request.ip)
    return Arrival(
        kind=kind, at=clock.now(), origin=tracking.veil(request.ip), agent=agent, **known
    )


def _page(kind: Page, request: Request) -> Answer:
    return page(kind, request.headers.get("accept-language", ""))


def _ask_later() -> Answer:
    """Let a program that fetches ahead come back when the person really asks.

    With a redirect now, the browser would use it later without telling us.
    """
    return Answer(503, b"", ((b"retry-after", b"0"),))
