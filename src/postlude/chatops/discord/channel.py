"""A Discord channel webhook: how the team is told of things it did not ask for."""

from http import HTTPStatus
from typing import Any

import httpx

from postlude.chatops.outcome import Outcome
from postlude.chatops.texts import cut
from postlude.chatops.types import AlertSettings
from postlude.kernel import environment, http, redact

_PERMANENT = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
}
_WAIT_WITHOUT_WORD = 5.0
_SECONDS = 10.0


def post(settings: AlertSettings, text: str) -> Outcome:
    """Put one text into the channel; nobody is pinged, and the answer is waited for."""
    url = environment.resolve(settings.discord_webhook)
    message = {"content": cut(text), "allowed_mentions": {"parse": []}}
    try:
        # Without wait=true Discord answers 204 and may lose the message silently.
        answer = http.client(timeout=_SECONDS).post(url, params={"wait": "true"}, json=message)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Outcome(sent=False, words=type(error).__name__)
    if answer.is_success:
        return Outcome(sent=True)
    if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return Outcome(sent=False, wait=asked_to_wait(answer), words="429")
    body = body_of(answer)
    words = f"{answer.status_code} {redact.cut(body.get('message', ''), 200)}".strip()
    # A 403 page of HTML is a wall in front of Discord and goes away; only its own no is final.
    permanent = answer.status_code in _PERMANENT and "code" in body
    return Outcome(sent=False, permanent=permanent, words=words)


def asked_to_wait(answer: httpx.Response) -> float:
    """Discord's body has fractions of a second, its header only whole ones."""
    told = body_of(answer).get("retry_after")
    if isinstance(told, int | float):
        return min(max(float(told), 0.0), 3_600.0)
    found = http.retry_after(answer)
    return _WAIT_WITHOUT_WORD if found is None else found


def body_of(answer: httpx.Response) -> dict[str, Any]:
    """Return Discord's JSON; empty for what is none."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
