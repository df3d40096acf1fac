"""`/b/<write key>`: pages tell what their visitors do; answered when it is committed.

Answers: 204 all of it is kept · 200 what can be used is kept, the rest is named · 422 nothing
could be used · 400 the body cannot be read · 403 not from this origin · 404 no such key · 413 too
much · 503 not kept, send it again.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from postlude.collector.batches import MOST_BODY, WORDS, read_batch
from postlude.collector.commits import GroupCommit
from postlude.collector.cookies import cid_of
from postlude.collector.countries import country_of
from postlude.collector.doors import JSON, door_of, told
from postlude.collector.hearing import LETTERS
from postlude.collector.http import Answer, Headers, Kept, Request
from postlude.collector.letters import Batch, Heard, Letter, Sealed
from postlude.collector.plainly import plain
from postlude.collector.rush import Rush
from postlude.collector.sites import Site, Sites
from postlude.collector.threads import close_connections
from postlude.kernel import clock
from postlude.kernel.errors import AppError, BadInput
from postlude.tracking import api as tracking
from postlude.tracking.types import Reason

# A transaction aims at 10 ms, so a group ends with this many hits, however few batches they are.
_MOST_HITS = 500


class TooLong(BadInput):
    """The body is longer than a batch may be."""

    code = "body_too_big"
    http_status = 413
    message = "A batch is at most {most} bytes long."
    hint = "Send fewer hits at once."


class Beacon:
    """The endpoint, with the thread that commits for it."""

    def __init__(self, sites: Sites) -> None:
        self.sites = sites
        rush = Rush(LETTERS)
        self.commits: GroupCommit[Heard] = GroupCommit(
            rush,
            at_end=close_connections,
            gather_s=rush.gather_s,
            weigh=_weight,
            heaviest=_MOST_HITS,
        )

    def close(self) -> None:
        """Commit what waits."""
        self.commits.close()

    async def __call__(self, request: Request, key: str) -> Answer:
        decided = self.heard(request, await self.sites.of(key))
        if isinstance(decided, Answer):
            return decided
        return decided.answer if await self.commits.put(decided.item) else decided.lost

    def heard(self, request: Request, site: Site | None) -> Answer | Kept[Heard]:
        """Decide what a request comes to. Waits for nothing."""
        found = door_of(site, request)
        if isinstance(found, Answer):
            return found
        try:
            return self._take(request, found.site, found.shared)
        except AppError as error:
            return told(error, found.shared)

    def _take(self, request: Request, site: Site, shared: Headers) -> Answer | Kept[Heard]:
        if request.too_long:
            raise TooLong(most=MOST_BODY)
        now = clock.now()
        asks_not_to = request.headers.get("sec-gpc") == "1"
        said = plain(request.body, now)
        if said is not None and ("consent" in said or not asks_not_to):
            return self._seal(request, site, shared, said, now)
        batch = read_batch(request.body, currency=site.currency, received_at=now)
        if not batch.told:
            return Answer(422, _report(batch), (*shared, JSON))
        keeps = batch.consent is not False and (batch.consent is True or not asks_not_to)
        cid, cookie = cid_of(request, batch.cid) if keeps else ("", None)
        agent = tracking.look(request.headers)
        reasons = agent.reasons | Reason.AUTOMATED if batch.automated else agent.reasons
        letter = Letter(
            org=site.org,
            orders_close=site.orders_close,
            batch=batch,
            cid=cid,
            received_at=now,
            agent=agent.kind.value,
            reasons=int(reasons),
            keeps=keeps,
            country=country_of(request.headers) if keeps else "",
        )
        own = _setting(cookie)
        if batch.refused or batch.ignored:
            answer = Answer(200, _report(batch), (*shared, JSON), own=own)
        else:
            answer = Answer(204, b"", shared, own=own)
        return Kept(letter, answer, _lost(shared))

    def _seal(
        self,
        request: Request,
        site: Site,
        shared: Headers,
        said: Mapping[str, Any],
        now: datetime,
    ) -> Kept[Heard]:
        cid, cookie = cid_of(request, said.get("cid", ""))
        agent = tracking.look(request.headers)
        sealed = Sealed(
            org=site.org,
            cid=cid,
            received_at=now,
            agent=agent.kind.value,
            reasons=int(agent.reasons),
            country=country_of(request.headers),
            said=said,
        )
        return Kept(sealed, Answer(204, b"", shared, own=_setting(cookie)), _lost(shared))


@lru_cache(maxsize=512)
def _lost(shared: Headers) -> Answer:
    return Answer(503, b"", (*shared, (b"retry-after", b"5")))


def _setting(cookie: bytes | None) -> Headers:
    return () if cookie is None else ((b"set-cookie", cookie),)


def _weight(letter: Heard) -> int:
    return len(letter.said["hits"] if isinstance(letter, Sealed) else letter.batch.told)


def _report(batch: Batch) -> bytes:
    """Say what was kept, and of the rest by its place why not."""
    told: dict[str, Any] = {
        "kept": len(batch.told),
        "refused": [
            {"hit": each.place, "code": each.code, "hint": WORDS[each.code]}
            for each in batch.refused
        ],
    }
    if batch.ignored:
        told["ignored"] = list(batch.ignored)
    return json.dumps(told, separators=(",", ":")).encode()
