"""Playing the people in a Discord server: they type commands and press buttons."""

from __future__ import annotations

import itertools
import json
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field

from postlude.kernel import http
from postlude.sandbox.discord import signing
from postlude.sandbox.faults import FaultBook, FaultKind
from postlude.sandbox.now import epoch
from postlude.sandbox.simulator import ControlError, Json

_KEEP = 500
_COMMAND, _COMPONENT, _AUTOCOMPLETE, _PING = 2, 3, 4, 1
_EPOCH_MS = 1_420_070_400_000
_DEFERRED, _MESSAGE, _UPDATE = 5, 4, 7
TOKEN_LIVES_S = 900


class Ask(BaseModel):
    """Somebody types `/event <command>`; `again` sends the body and headers of a former ask.

    Without `send` it is only signed, for who delivers it; a `number` that is known stays as it was.
    """

    model_config = ConfigDict(extra="forbid")

    command: str = "list"
    options: dict[str, str] = Field(default_factory=dict)
    typing: str = ""
    user: str = "200000000000000001"
    roles: list[str] = Field(default_factory=lambda: ["300000000000000001"])
    guild: str | None = ""
    locale: str = "en-US"
    size_limit: int = 10_485_760
    application: str = ""
    number: str = ""
    ping: bool = False
    signature: Literal["good", "bad", "missing"] = "good"
    age_s: float = 0
    again: str = ""
    send: bool = True


class Press(BaseModel):
    """Somebody presses a button of a message: its number from 0."""

    model_config = ConfigDict(extra="forbid")

    interaction: str
    button: int = 0
    user: str = ""
    roles: list[str] = Field(default_factory=lambda: ["300000000000000001"])
    locale: str = ""
    custom_id: str = ""
    age_s: float = 0
    number: str = ""
    send: bool = True


@dataclass(slots=True)
class Asked:
    """One interaction: what was sent, what came back, and the message as it looks now."""

    number: str
    token: str
    body: bytes
    headers: dict[str, str]
    ask: Json
    at: float
    status: int | None = None
    first_answer_s: float = 0.0
    reply: Json = field(default_factory=dict)
    message: Json = field(default_factory=dict)
    edits: int = 0
    answered_s: float | None = None
    dead: bool = False
    message_of: str = ""

    def shown(self) -> Json:
        """The interaction for the control API."""
        return {
            "number": self.number,
            "ask": self.ask,
            "status": self.status,
            "first_answer_s": round(self.first_answer_s, 4),
            "answered_s": self.answered_s,
            "reply": self.reply,
            "message": self.message,
            "edits": self.edits,
            "body": self.body.decode(),
            "headers": self.headers,
        }


class People:
    """Sends interactions to the application, and keeps the messages that come of them."""

    def __init__(self, faults: FaultBook) -> None:
        self._faults = faults
        self._numbers = itertools.count(1)
        self.asked: OrderedDict[str, Asked] = OrderedDict()
        self._client: httpx.AsyncClient | None = None

    def clear(self) -> None:
        """Forget every interaction."""
        self.asked.clear()

    async def stop(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def by_token(self, token: str) -> Asked | None:
        """The interaction of a token; None when Discord never gave it."""
        return next((each for each in self.asked.values() if each.token == token), None)

    def messages_of(self, asked: Asked) -> Asked:
        """Whose message an answer goes to: a button's is the message it stands under."""
        return self.asked.get(asked.message_of, asked)

    async def ask(self, call: Ask, url: str, application: str, guild: str) -> Asked:
        """Send one command and wait for the first answer, 3 seconds at most."""
        if call.again:
            former = self._found(call.again)
            return await self._send(former, url)
        number = call.number or self._new_number()
        if number in self.asked:
            return self.asked[number]
        token = secrets.token_urlsafe(48)
        asked = self._keep(_payload(call, number, token, application, guild), token, call)
        return await self._send(asked, url) if call.send else asked

    async def press(self, call: Press, url: str, application: str, guild: str) -> Asked:
        """Press a button under the message of a former interaction."""
        former = self._found(call.interaction)
        custom_id = call.custom_id or _buttons(former.message)[call.button]["custom_id"]
        person = Ask(
            user=call.user or former.ask["user"],
            roles=call.roles,
            locale=call.locale or former.ask["locale"],
            age_s=call.age_s,
        )
        number, token = call.number or self._new_number(), secrets.token_urlsafe(48)
        if number in self.asked:
            return self.asked[number]
        body = _payload(person, number, token, application, guild)
        body |= {"type": _COMPONENT, "data": {"custom_id": custom_id, "component_type": 2}}
        asked = self._keep(body, token, person)
        asked.message_of = former.message_of or former.number
        return await self._send(asked, url) if call.send else asked

    def _found(self, number: str) -> Asked:
        if number not in self.asked:
            raise ControlError(f"no interaction {number}", 404)
        return self.asked[number]

    def _new_number(self) -> str:
        return str((int(epoch() * 1000) - _EPOCH_MS << 22) + next(self._numbers))

    def _keep(self, payload: Json, token: str, call: Ask) -> Asked:
        faults = self._faults.judge_webhook("discord", str(payload["type"]))
        skew = faults[FaultKind.CLOCK_SKEW].skew_s if FaultKind.CLOCK_SKEW in faults else 0.0
        wrong = call.signature == "bad" or FaultKind.WRONG_SIGNATURE in faults
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        headers = signing.headers(str(int(epoch() - call.age_s + skew)), body, wrong=wrong)
        if call.signature == "missing":
            headers = {"Content-Type": "application/json"}
        asked = Asked(payload["id"], token, body, headers, call.model_dump(), epoch())
        self.asked[asked.number] = asked
        while len(self.asked) > _KEEP:
            self.asked.popitem(last=False)
        return asked

    async def _send(self, asked: Asked, url: str) -> Asked:
        if not url:
            raise ControlError("the application has no interactions endpoint (interactions_url)")
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=3, trust_env=False, verify=http.trust())
        started = time.monotonic()
        try:
            answer = await self._client.post(url, content=asked.body, headers=asked.headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            asked.reply, asked.dead = {"error": type(error).__name__}, True
            return asked
        asked.first_answer_s = time.monotonic() - started
        asked.status = answer.status_code
        asked.reply = _json(answer)
        self._take(asked)
        return asked

    def _take(self, asked: Asked) -> None:
        """Show the first answer as Discord would."""
        kind, data = asked.reply.get("type"), asked.reply.get("data") or {}
        if asked.status != httpx.codes.OK:
            asked.dead = True
        elif kind == _MESSAGE:
            asked.message = {"attachments": [], **data}
        elif kind == _DEFERRED:
            asked.message = {"content": "", "loading": True, "flags": data.get("flags", 0)}
        elif kind == _UPDATE:
            self.messages_of(asked).message |= data


def _payload(call: Ask, number: str, token: str, application: str, guild: str) -> Json:
    if call.ping:
        return {"id": number, "application_id": application, "type": _PING, "version": 1}
    options: list[Json] = [
        {"type": 3, "name": name, "value": value} for name, value in call.options.items()
    ]
    if call.typing:
        options = [{**each, "focused": each["name"] == call.typing} for each in options]
    user = {"id": call.user, "username": "somebody", "global_name": "Somebody"}
    body: Json = {
        "id": number,
        "application_id": call.application or application,
        "type": _AUTOCOMPLETE if call.typing else _COMMAND,
        "token": token,
        "version": 1,
        "channel_id": "100000000000000002",
        "locale": call.locale,
        "attachment_size_limit": call.size_limit,
        "data": {
            "id": "400000000000000001",
            "name": "event",
            "type": 1,
            "options": [{"type": 1, "name": call.command, "options": options}],
        },
    }
    if call.guild is None:
        return body | {"user": user}
    member = {"user": user, "roles": call.roles, "permissions": "2147483648"}
    return body | {"guild_id": call.guild or guild, "member": member}


def _buttons(message: Json) -> list[Json]:
    rows: list[Json] = message.get("components") or []
    found = [each for row in rows for each in row["components"]]
    if not found:
        raise ControlError("this message has no buttons")
    return found


def _json(answer: httpx.Response) -> Json:
    try:
        found: Any = answer.json()
    except ValueError:
        return {"text": answer.text[:500]}
    return found if isinstance(found, dict) else {"list": found}
