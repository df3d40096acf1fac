"""`/p/<write key>/…`: what a page needs to show popups.

`routers` says when to ask · `fetch` what a popup would say, with a pass · `show` judges once more
and is answered when it is committed: what it calls shown is kept. What became of it comes with the
other hits, by the beacon. Answers: 200 · 400 the body cannot be read · 403 not from this origin ·
404 no such key · 413 too much · 422 a pass that is none · 503 not kept, ask again.
"""

from dataclasses import replace
from typing import Any

from postlude.collector.commits import GroupCommit
from postlude.collector.cookies import cid_of
from postlude.collector.doors import Door, answer, door, told
from postlude.collector.http import Answer, Request
from postlude.collector.showing import Asking, show
from postlude.collector.sites import Sites
from postlude.collector.threads import Readers, close_connections
from postlude.collector.wishing import Asker, read_fetching, read_showing
from postlude.kernel import clock
from postlude.kernel.errors import AppError, BadInput
from postlude.people import api as people
from postlude.popups import api as popups
from postlude.popups.types import Fate, InForce, Offer

# What is published is seen after so long, and asked for once in so long by all pages together.
_REMEMBERED_S = 5.0
_MOST = 10_000
# Each is a few statements, and a transaction aims at 10 ms.
_MOST_SHOWS = 40


class _TooLong(BadInput):
    """The body is longer than a question may be."""

    code = "body_too_big"
    http_status = 413
    message = "A question about popups is at most 4 kB long."
    hint = "Ask for one popup at a time."


class Popups:
    """The endpoints, with the thread that commits for them."""

    def __init__(self, sites: Sites, readers: Readers) -> None:
        self._sites = sites
        self._readers = readers
        self._known: dict[int, tuple[float, InForce]] = {}
        self._commits: GroupCommit[Asking] = GroupCommit(
            show, at_end=close_connections, weigh=lambda _: 1, heaviest=_MOST_SHOWS
        )

    def close(self) -> None:
        """Commit what waits."""
        self._commits.close()

    async def routers(self, request: Request, key: str) -> Answer:
        """Say when to ask for which popup; nothing in it is about a person."""
        found = await door(self._sites, request, key)
        if isinstance(found, Answer):
            return found
        held = await self._in_force(found.site.org)
        return answer(popups.routers(held, now=clock.now()), found.shared)

    async def fetch(self, request: Request, key: str) -> Answer:
        """Say what the named popups would say to this visitor, if they are for them."""
        found = await door(self._sites, request, key)
        if isinstance(found, Answer):
            return found
        try:
            return await self._fetch(request, found)
        except AppError as error:
            return told(error, found.shared)

    async def show(self, request: Request, key: str) -> Answer:
        """Judge, count and keep; the page shows what comes back as shown, and nothing else."""
        found = await door(self._sites, request, key)
        if isinstance(found, Answer):
            return found
        try:
            return await self._show(request, found)
        except AppError as error:
            return told(error, found.shared)

    async def _fetch(self, request: Request, found: Door) -> Answer:
        _whole(request)
        asked = read_fetching(request.body)
        if not _keeps(request, asked.asker):
            return answer({"popups": []}, found.shared)
        cid, cookie = cid_of(request, asked.asker.cid)
        held = await self._in_force(found.site.org)

        def look() -> dict[str, Any]:
            (seen,) = people.look_at_browsers(held.org, [(cid, asked.asker.member)])
            offered, who = popups.offers(
                held,
                asked.slugs,
                cid=cid,
                contact=None if seen is None else seen.contact,
                locale=asked.language,
                now=clock.now(),
            )
            return {"popups": [_offered(each) for each in offered], "line": who.has_line}

        return _with(cookie, answer(await self._readers.run(look), found.shared))

    async def _show(self, request: Request, found: Door) -> Answer:
        _whole(request)
        now = clock.now()
        asked = read_showing(request.body, now=now)
        if not _keeps(request, asked.asker):
            return answer({"shown": False, "why": "consent"}, found.shared)
        cid, cookie = cid_of(request, asked.asker.cid)
        popup, version = popups.read_pass(asked.pass_, cid, now=now)
        asking = Asking(found.site.org, cid, asked.asker.member, asked.uid, popup, version, now)
        if not await self._commits.put(asking):
            return Answer(503, b"", (*found.shared, (b"retry-after", b"5")))
        return _with(cookie, answer(_came_to(asking), found.shared))

    async def _in_force(self, org: int) -> InForce:
        now = clock.monotonic()
        known = self._known.get(org)
        if known is not None and known[0] > now:
            return known[1]
        held = await self._readers.run(lambda: popups.in_force(org))
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[org] = (now + _REMEMBERED_S, held)
        return held


def _whole(request: Request) -> None:
    if request.too_long:
        raise _TooLong


def _keeps(request: Request, asker: Asker) -> bool:
    """Whether what this visitor does may be kept: what is shown is counted, by visitor."""
    asked_not_to = request.headers.get("sec-gpc") == "1"
    return asker.consent is not False and (asker.consent is True or not asked_not_to)


def _with(cookie: bytes | None, answer: Answer) -> Answer:
    return answer if cookie is None else replace(answer, own=((b"set-cookie", cookie),))


def _offered(offer: Offer) -> dict[str, Any]:
    said: dict[str, Any] = {"popup": offer.slug, "pass": offer.pass_}
    return said | ({"held_out": True} if offer.held_out else {"content": dict(offer.filled)})


def _came_to(asking: Asking) -> dict[str, Any]:
    shown = asking.answer
    if shown.fate is Fate.SHOWN and shown.exposure is not None:
        return {"shown": popups.name_of(shown.exposure)}
    return {"shown": False, "why": shown.fate.value}
