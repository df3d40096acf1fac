"""Who may come in with a write key, and from where; and how a page is answered."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from postlude.collector.http import Answer, Headers, Request
from postlude.collector.sites import Site, Sites
from postlude.kernel.errors import AppError, Forbidden, NotFound

JSON = (b"content-type", b"application/json")
_PREFLIGHT = (
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"content-type"),
    (b"access-control-max-age", b"7200"),
)


class WrongOrigin(Forbidden):
    """The page is of another site than the write key."""

    code = "origin_not_allowed"
    message = "Hits with this write key do not come from there."
    hint = "`postlude beacon keys` shows the origins of the key."


class UnknownWriteKey(NotFound):
    """There is no such write key."""

    code = "unknown_write_key"
    message = "There is no such write key in force."
    hint = "`postlude beacon keys` shows those there are."


@dataclass(frozen=True, slots=True)
class Door:
    """An open door: whose site it is, and the headers that let the page read the answer."""

    site: Site
    shared: Headers


async def door(sites: Sites, request: Request, key: str) -> Door | Answer:
    """Return the door of a write key, or the answer to who does not come in to tell something."""
    return door_of(await sites.of(key), request)


def door_of(site: Site | None, request: Request) -> Door | Answer:
    """Return the door of a site, or the answer to who does not come in. Waits for nothing."""
    if site is None:
        return told(UnknownWriteKey())
    origin = request.headers.get("origin", "")
    if origin not in site.origins:
        return told(WrongOrigin())
    shared = _shared(origin)
    if request.method == "OPTIONS":
        return Answer(204, b"", (*shared, *_PREFLIGHT))
    if request.method != "POST":
        return Answer(405, b"", ((b"allow", b"POST, OPTIONS"),))
    return Door(site, shared)


@lru_cache(maxsize=512)
def _shared(origin: str) -> Headers:
    return (
        (b"access-control-allow-origin", origin.encode("ascii")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"origin"),
    )


def told(error: AppError, shared: Headers = ()) -> Answer:
    """Answer with an error, in the one shape that errors have."""
    return answer(error.as_json(), shared, status=error.http_status)


def answer(said: Any, headers: Headers, *, status: int = 200) -> Answer:
    """Answer with JSON."""
    body = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
    return Answer(status, body, (*headers, JSON))
