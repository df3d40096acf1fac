"""The one shape every command has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from postlude.orgs.types import OrgRef
from postlude.people.types import Actor

NAME = "event"


@dataclass(frozen=True, slots=True)
class File:
    """A file beside the answer."""

    name: str
    content: bytes = field(repr=False)
    kind: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Offer:
    """A button under an answer: what it says, and what is remembered until it is pressed."""

    yes: str
    values: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller reads; with an offer the same command is worked out again at its press."""

    text: str = field(repr=False)
    file: File | None = None
    offer: Offer | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet: look again after so many seconds. `step` is remembered."""

    seconds: float
    step: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody of the team asks. `number` is Discord's id of the interaction, `size_limit` in
    bytes; `step`, `asked_at` and `confirmed_at` are there for what is answered later.
    """

    org: OrgRef
    number: str
    user: str
    permissions: frozenset[str]
    locale: str
    command: str
    values: Mapping[str, str] = field(repr=False)
    now: datetime
    size_limit: int
    step: str = ""
    asked_at: datetime | None = None
    confirmed_at: datetime | None = None

    @property
    def actor(self) -> Actor:
        """Who it is, for the audit."""
        return Actor("discord", self.user)

    def value(self, name: str) -> str:
        """Return an option, empty when it was not given."""
        return self.values.get(name, "")


@dataclass(frozen=True, slots=True)
class Question:
    """What has to be confirmed first, and whom it is about."""

    text: str = field(repr=False)
    yes: str
    contact: int
    conference: int


@dataclass(frozen=True, slots=True)
class Command:
    """How one command is answered.

    `check` raises what is wrong before anything is promised; `ask` makes it wait for a yes. A
    `quick` one is answered at once if its answer fits, every other later. `private`: only the
    caller sees the answer.
    """

    permission: str
    answer: Callable[[Call], Answer | Wait]
    check: Callable[[Call], object] = lambda _: None
    ask: Callable[[Call], Question] | None = None
    quick: bool = False
    private: bool = False
    confirms: str = ""

    @property
    def to_confirm(self) -> str:
        """What the press of its button needs."""
        return self.confirms or self.permission
