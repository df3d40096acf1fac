"""What a list of messages is asked for, and what can be asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from postlude.attribution.types import ReactionState
from postlude.console import words
from postlude.console.readings.queries import rows
from postlude.messages.types import State

_FIRST, _LAST = date(1900, 1, 1), date(9998, 12, 31)
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as they stand in the form and in every link; an empty one filters nothing."""

    state: str = ""
    kind: str = ""
    action: str = ""
    reaction: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Asked":
        """Read a query; a word that cannot be is left out."""
        words_ = {
            each.name: str(given.get(each.name, "")).replace("\0", "").strip()[:_LONGEST]
            for each in fields(cls)
        }
        known: dict[str, set[str]] = {"state": {*State}, "reaction": {*ReactionState}}
        for name, allowed in known.items():
            words_[name] = words_[name] if words_[name] in allowed else ""
        for name in ("since", "until"):
            words_[name] = words_[name] if _day(words_[name]) else ""
        return cls(**words_)

    @property
    def narrows(self) -> bool:
        """Say whether anything but the state is asked for."""
        return bool(self.kind or self.action or self.reaction or self.since or self.until)

    def query(self, **more: Any) -> str:
        named = {each.name: getattr(self, each.name) for each in fields(self)} | more
        return urlencode({key: value for key, value in named.items() if value})

    def params(self, org: int) -> dict[str, Any]:
        """Return what the questions about messages are asked with."""
        return {
            "org": org,
            "state": self.state,
            "kind": self.kind,
            "action": self.action,
            "reaction": self.reaction,
            "since": _day(self.since) or _FIRST,
            "until": _day(self.until) or _LAST,
        }


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form offers; nothing where no notice was ever sent."""

    kinds: tuple[Choice, ...]
    actions: tuple[Choice, ...]
    reactions: tuple[Choice, ...]


def choices(org: int, asked: Asked) -> Choices:
    """Return what can be chosen; of a kind that is chosen only its own actions."""
    pairs = [(str(kind), str(action)) for kind, action in rows("list_notice_actions", (org,))]
    kinds = sorted({kind for kind, _action in pairs})
    actions = sorted({act for kind, act in pairs if act and asked.kind in ("", kind)})
    return Choices(
        tuple(Choice(each, each, each == asked.kind) for each in kinds),
        tuple(Choice(each, each, each == asked.action) for each in actions),
        tuple(
            Choice(each.value, words.reaction(each.value)[0], each.value == asked.reaction)
            for each in ReactionState
            if kinds
        ),
    )


def empty_words(asked: Asked) -> str:
    """Say why a list is empty."""
    if asked.narrows:
        return _("Nothing was written that fits all of these filters. Leave one out.")
    return _("Messages appear as soon as the first buyer has been let in.")


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
