"""Mailgun's events, searched for our own Message-Ids after an answer was lost."""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from postlude.channels.mailgun.account import Account
from postlude.channels.types import Examination
from postlude.kernel import boundaries, http
from postlude.kernel.redact import cut

_log = logging.getLogger(__name__)
_HINTS = {
    401: "Check api_key: the look-up of lost answers needs an account key.",
    403: "Check api_key: the look-up of lost answers needs an account key.",
    404: "Check domain and region: Mailgun keeps us and eu apart.",
}


def taken(account: Account, wanted: Mapping[int, str]) -> dict[int, str]:
    """Return the Message-Id of each message that the events know.

    Events lag behind, so an absent one says nothing yet. A search that fails finds nothing.
    """
    found: dict[int, str] = {}
    for message, identifier in wanted.items():
        try:
            items = _search(account, identifier.strip("<>"))
        except (httpx.HTTPError, ValueError) as error:
            _log.warning(
                "events could not be searched",
                extra={"message_id": message, "words": cut(type(error).__name__)},
            )
            break
        if any(_is_ours(item, message, identifier) for item in items):
            found[message] = identifier
    return found


def probe(account: Account) -> Examination:
    """Say whether Mailgun takes the key and knows the domain."""
    try:
        answer = _ask(account, {"limit": "1"})
    except httpx.HTTPError as error:
        return Examination(
            works=False,
            text=f"Mailgun does not answer: {type(error).__name__}",
            hint="Check base_url and the firewall.",
        )
    if answer.status_code == 200 and "items" in answer.text:  # noqa: PLR2004
        return Examination(works=True, text=f"Mailgun takes the key for {account.domain}")
    return Examination(
        works=False,
        text=f"Mailgun answers {answer.status_code}: {cut(answer.text, 100)}",
        hint=_HINTS.get(answer.status_code, "Check base_url: it must be Mailgun's API."),
    )


def _search(account: Account, identifier: str) -> list[Any]:
    boundaries.crossing("channels.events_searching")
    answer = _ask(account, {"message-id": identifier, "limit": "5"})
    boundaries.crossing("channels.events_searched")
    answer.raise_for_status()
    body = answer.json()
    items = body.get("items") if isinstance(body, dict) else None
    if not isinstance(items, list):
        raise ValueError("no list of events")  # noqa: TRY004 - it is their value
    return items


def _ask(account: Account, params: Mapping[str, str]) -> httpx.Response:
    return http.client(base_url=account.api_url).get(
        f"/{quote(account.domain, safe='')}/events",
        params=dict(params),
        auth=("api", account.api_key),
    )


def _is_ours(item: Any, message: int, identifier: str) -> bool:
    if not isinstance(item, dict):
        return False
    variables = item.get("user-variables")
    if isinstance(variables, dict) and variables.get("outbox_id") == str(message):
        return True
    try:
        spoken = item["message"]["headers"]["message-id"]
    except (KeyError, TypeError):
        return False
    return isinstance(spoken, str) and spoken.strip("<>") == identifier.strip("<>")
