"""One call of a small vendor's HTTP API over a kept connection: what it said, or that it did not.

Tries once. When to try again is decided by what the answer means, never in here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from postlude.channels.unanswered import NoAnswer
from postlude.kernel import http
from postlude.kernel.redact import cut

TIMEOUT_S = 12.0  # a window has to end inside its lease of 30 s
# Only these came before the request was written; InvalidURL is no HTTPError.
_BEFORE_WRITING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a JSON object (empty for anything else), the text, and how long to wait."""

    status: int
    document: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after: float | None = None

    def words(self, own: str = "") -> str:
        """Return the vendor's words for people, `own` being those found in its document."""
        return f"{self.status} {cut(own or self.text[:500], 200)}".strip()


def call(  # noqa: PLR0913 - a call is what it is
    method: str,
    base_url: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    params: Mapping[str, str] | None = None,
) -> Answer:
    """Call once; raise NoAnswer, which names the kind of the failure and nothing of the call."""
    try:
        reply = http.client(base_url=base_url, timeout=TIMEOUT_S).request(
            method, path, headers=dict(headers or {}), json=body, params=dict(params or {})
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        left_us = not isinstance(error, _BEFORE_WRITING)
        raise NoAnswer(type(error).__name__, left_us=left_us) from None
    return Answer(
        status=reply.status_code,
        document=_document(reply),
        text=reply.text,
        headers=reply.headers,
        retry_after=http.retry_after(reply),
    )


def _document(reply: httpx.Response) -> dict[str, Any]:
    try:
        found = json.loads(reply.content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
