"""What Discord posts, read once into plain values. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from postlude.chatops.errors import UnreadableInteraction

DEFAULT_SIZE_LIMIT = 10 * 1024 * 1024
_MISTAKES = (KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError)
_LONGEST_ID = 32


class Kind(IntEnum):
    """What sort of interaction it is."""

    PING = 1
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4


@dataclass(frozen=True, slots=True)
class Interaction:
    """One interaction. `command` is the part after /event, `focused` what is being typed.

    `size_limit` is in bytes, for one attached file.
    """

    number: str
    application: str
    kind: int
    token: str = field(default="", repr=False)
    user: str = ""
    roles: frozenset[str] = frozenset()
    guild: str = ""
    locale: str = "en-US"
    size_limit: int = DEFAULT_SIZE_LIMIT
    name: str = ""
    command: str = ""
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    focused: str = ""
    custom_id: str = ""


def read(raw: bytes) -> Interaction:
    """Return the interaction; raise UnreadableInteraction for what is none."""
    try:
        return _read(json.loads(raw))
    except _MISTAKES:
        raise UnreadableInteraction from None


def _read(body: dict[str, Any]) -> Interaction:
    kind = int(body["type"])
    if kind == Kind.PING:
        return Interaction(_number(body.get("id", "0")), str(body.get("application_id", "")), kind)
    member = body.get("member") or {}
    user = member.get("user") or body["user"]
    data = body.get("data") or {}
    first = (data.get("options") or [{}])[0]
    given = first.get("options") or []
    return Interaction(
        number=_number(body["id"]),
        application=str(body["application_id"]),
        kind=kind,
        token=str(body["token"]),
        user=_number(user["id"]),
        roles=frozenset(str(each) for each in member.get("roles") or ()),
        guild=str(body.get("guild_id") or ""),
        locale=str(body.get("locale") or "en-US")[:16],
        size_limit=int(body.get("attachment_size_limit") or DEFAULT_SIZE_LIMIT),
        name=str(data.get("name", "")),
        command=str(first.get("name", "")),
        options={str(each["name"]): str(each.get("value", "")).strip() for each in given},
        focused=next((str(each["name"]) for each in given if each.get("focused")), ""),
        custom_id=str(data.get("custom_id", "")),
    )


def _number(value: object) -> str:
    """Return a snowflake; anything else is no id of Discord's."""
    text = str(value)
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID):
        raise ValueError("not an id")
    return text
