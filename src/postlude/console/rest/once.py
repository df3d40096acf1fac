"""Doing what a request asks for once, however often it is sent.

Who writes names the request by a key of its own. The first time it is noted with a digest of the
body and the route, and with the moment: whatever counts from now ("for 14 days") counts from that
moment again when the request is repeated, so a repetition says word for word the same to the rooms.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Annotated, Any

from ninja import Header

from postlude.console.models import ApiRequest
from postlude.console.rest.errors import KeyNeeded, KeyUsed
from postlude.kernel import ids, store

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_COLUMNS = ("id", "org", "key", "digest", "at")

IdempotencyKey = Annotated[
    str,
    Header(
        alias=HEADER,
        description="Needed: names this very request. 1 to 100 letters, digits and . _ : -",
        examples=["sale-4711"],
    ),
]


@dataclass(frozen=True, slots=True)
class Once:
    """A request that is being done. `at` is when it came first."""

    key: str
    at: datetime
    replayed: bool


def checked(key: str) -> str:
    """Return a key that can be one. Raises KeyNeeded."""
    if not _KEY.fullmatch(key):
        raise KeyNeeded
    return key


def digest(route: str, said: Mapping[str, Any]) -> bytes:
    """Return a fingerprint of a request. `said` names contacts by id, never by an address."""
    words = json.dumps([route, said], sort_keys=True, ensure_ascii=False, default=str)
    return blake2b(words.encode(), digest_size=32).digest()


@contextmanager
def once(
    org: int, key: str, route: str, said: Mapping[str, Any], *, now: datetime
) -> Iterator[Once]:
    """Note a request and do it in the same commit: what fails leaves its key free.

    Raises KeyNeeded, and KeyUsed when the key was sent with another request.
    """
    name, stamp = checked(key), digest(route, said).hex()
    with store.write():
        row = (ids.new_id(), org, name, stamp, now)
        fresh = store.insert_ignore(ApiRequest, _COLUMNS, [row], conflict=("org", "key"))
        noted = ApiRequest.objects.get(org=org, key=name)
        if noted.digest != stamp:
            raise KeyUsed
        yield Once(name, noted.at, not fresh)
