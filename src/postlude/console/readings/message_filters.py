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
from postlude.kernel import tokens
from postlude.kernel.errors import BadToken
from postlude.messages.types import State
from postlude.orgs import api as orgs

_FIRST, _LAST = date(1900, 1, 1), date(9998, 12, 31)
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as they stand in the form and in every link; an empty one filters nothing."""

    state: str = ""
    kind: str = ""
    action: str = ""
    reaction: str = ""
    branch: str = ""
    channel: str = ""
    contact: str = ""
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
        return any(
            (
                *(self.kind, self.action, self.reaction, self.branch),
                *(self.channel, self.contact, self.since, self.until),
            )
        )

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
            "branch": self._branch(org),
            "channel": self.channel,
            "contact": _contact(self.contact),
            "since": _day(self.since) or _FIRST,
            "until": _day(self.until) or _LAST,
        }

    def _branch(self, org: int) -> int:
        """Return the branch's id: 0 where all are meant, -1 of none that there is."""
        if not self.branch:
            return 0
        found = (each.id for each in orgs.branches(org) if each.slug == self.branch)
        return next(found, -1)


def _contact(token: str) -> int:
    """Return whose messages are meant: 0 for everybody's, -1 for nobody's."""
    if not token:
        return 0
    try:
        return tokens.unseal("contact", token)
    except BadToken:
        return -1


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
    branches: tuple[Choice, ...] = ()


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
        tuple(
            Choice(each.slug, each.name, each.slug == asked.branch) for each in orgs.branches(org)
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
