"""Discord's REST API: edit an answer, register commands, ask who we are."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import httpx

from postlude import __version__
from postlude.chatops.commands.shape import File
from postlude.chatops.discord import replies
from postlude.chatops.discord.channel import asked_to_wait, body_of
from postlude.chatops.errors import DiscordFailed
from postlude.chatops.outcome import Outcome
from postlude.kernel import http, redact

# Without it Cloudflare may stand in the way.
_AGENT = f"DiscordBot (https://github.com/postlude/postlude, {__version__})"
_SECONDS = 20.0
# Unknown webhook, unknown interaction, bad webhook token: the token is dead.
_DEAD_TOKEN = {10015, 10062, 50027}
_WAITS = {HTTPStatus.TOO_MANY_REQUESTS}


def edit_answer(  # noqa: PLR0913, PLR0917 - where to, and all that a message has
    base_url: str,
    application: str,
    token: str,
    text: str,
    file: File | None,
    buttons: Sequence[replies.Reply] = (),
) -> Outcome:
    """Put the answer in the place of the promise; safe to repeat while the token lives."""
    url = f"{base_url}/webhooks/{application}/{token}/messages/@original"
    try:
        answer = http.client(timeout=_SECONDS).patch(
            url,
            headers={"User-Agent": _AGENT},
            **_parts(replies.content(text, buttons=buttons), file),
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Outcome(sent=False, words=type(error).__name__)
    if answer.is_success:
        return Outcome(sent=True)
    if answer.status_code in _WAITS:
        return Outcome(sent=False, wait=asked_to_wait(answer), words="429")
    body = body_of(answer)
    code = body.get("code")
    words = f"{answer.status_code} {redact.cut(body.get('message', ''), 200)}".strip()
    if code in _DEAD_TOKEN:
        return Outcome(sent=False, permanent=True, words=f"the token is dead: {words}")
    refused = HTTPStatus.BAD_REQUEST <= answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    # A page of HTML is a wall in front of Discord and goes away; only its own no is final.
    return Outcome(sent=False, permanent=refused and code is not None, words=words)


def _parts(content: dict[str, Any], file: File | None) -> dict[str, Any]:
    if file is None:
        return {"json": content}
    content["attachments"] = [{"id": 0, "filename": file.name}]
    return {
        "files": {
            "payload_json": (None, json.dumps(content), "application/json"),
            "files[0]": (file.name, file.content, file.kind),
        }
    }


def call(method: str, base_url: str, path: str, *, bot_token: str, body: object = None) -> Any:
    """Call as the bot and return the answer; raise DiscordFailed, with Discord's words."""
    headers: Mapping[str, str] = {"User-Agent": _AGENT, "Authorization": f"Bot {bot_token}"}
    try:
        answer = http.client(timeout=_SECONDS).request(
            method, base_url + path, headers=headers, json=body
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DiscordFailed(words=type(error).__name__) from None
    if answer.is_success:
        try:
            return answer.json()
        except ValueError:
            raise DiscordFailed(words=f"{answer.status_code}, and no JSON") from None
    said = body_of(answer)
    if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        words = f"429, try again in {asked_to_wait(answer):.0f} s"
    else:
        words = f"{answer.status_code} {redact.cut(said.get('message', ''), 200)}".strip()
    raise DiscordFailed(words=words, status=answer.status_code)
