"""One call: put these e-mails on the guest list, beside those who are there."""

from collections.abc import Sequence
from typing import Any, Never

import httpx

from postlude.kernel import boundaries, http, redact

BASE_URL = "https://api.gather.town"
SECONDS = 10.0


class Refused(Exception):
    """401, 403, 404: our key or our space is wrong, for everybody."""


class Malformed(Exception):
    """400: somebody in this list cannot be a guest."""


class Tired(Exception):
    """429, 5xx, or no answer that can be read; the call is safe to repeat."""

    def __init__(self, words: str, rest_s: float | None = None) -> None:
        super().__init__(words)
        self.rest_s = rest_s


_REFUSALS = {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND}


def set_guests(
    base_url: str, api_key: str, space: str, guests: Sequence[tuple[str, dict[str, str]]]
) -> Any:
    """Merge guests into the list and return Gather's answer.

    `overwrite` is not a parameter: true would throw everybody else out.
    """
    body = {
        "apiKey": api_key,
        "spaceId": space,
        "guestlist": dict(guests),
        "overwrite": False,
    }
    boundaries.crossing("access.gather.sending")
    try:
        reply = http.client(base_url=base_url, timeout=SECONDS).post(
            "/api/setEmailGuestlist", json=body
        )
    except httpx.HTTPError as error:
        raise Tired(http.words(error)) from None
    boundaries.crossing("access.gather.answered")
    if not reply.is_success:
        _complain(reply, [email for email, _ in guests])
    return _read(reply)


def _read(reply: httpx.Response) -> Any:
    try:
        return reply.json()
    except ValueError:
        # A page of a proxy with status 200: nobody knows whether Gather saw the call.
        raise Tired("the answer is not JSON") from None


def _complain(reply: httpx.Response, emails: Sequence[str]) -> Never:
    words = redact.without(f"{reply.status_code} {_message(reply)}".strip(), emails)
    if "html" in reply.headers.get("Content-Type", ""):
        # A page is from somebody in between (a proxy, a firewall): Gather itself speaks JSON.
        raise Tired(words, http.retry_after(reply))
    if reply.status_code in _REFUSALS:
        raise Refused(words)
    if reply.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise Tired(words, http.retry_after(reply))
    if reply.is_client_error:
        raise Malformed(words)
    raise Tired(words, http.retry_after(reply))


def _message(reply: httpx.Response) -> str:
    try:
        body = reply.json()
    except ValueError:
        return reply.reason_phrase
    return str(body.get("message") or body.get("error") or "") if isinstance(body, dict) else ""
