from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from postlude.tracking.types import Agent


@dataclass(frozen=True, slots=True)
class Content:
    """What a popup says in one language; the texts are templates, and never HTML.

    `picture` and `link` begin with http:// or https://, or with / (on the shop's own site);
    `picture_words` say what the picture shows to whoever does not see it.
    """

    title: str
    text: str = ""
    picture: str = ""
    picture_words: str = ""
    button: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Trigger:
    """When a browser asks for a popup: on which pages, who, and after what.

    `pages` are patterns, none is every page. `logged_in` None: either. `seconds` after the page
    was opened, or after one of `events`; with `stays` only those count in which it is looked at.
    """

    pages: tuple[str, ...] = ()
    logged_in: bool | None = None
    seconds: int = 0
    stays: bool = False
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a popup is for, which the server judges; empty and None: everybody.

    A person needs one of the levels and one of the tags; `has_line`: whether LINE reaches them.
    """

    levels: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    has_line: bool | None = None

    @property
    def everybody(self) -> bool:
        return not self.levels and not self.tags and self.has_line is None


@dataclass(frozen=True, slots=True)
class Popup:
    """A popup as it is published. `share` of the visitors see it (1: all), drawn once for ever
    under this `draw`; `again_s`: a visitor does not see it again before so many seconds.
    """

    slug: str
    contents: Mapping[str, Content]
    title: str = ""
    active: bool = True
    starts: datetime | None = None
    ends: datetime | None = None
    trigger: Trigger = field(default=Trigger())
    target: Target = field(default=Target())
    share: float = 1.0
    draw: int = 1
    again_s: int = 86_400

    def runs(self, now: datetime) -> bool:
        """Whether it is on at this moment; the first instant counts, the last does not."""
        begun = self.starts is None or self.starts <= now
        return self.active and begun and (self.ends is None or now < self.ends)


@dataclass(frozen=True, slots=True)
class Published:
    """A popup in force: `id` stays, `version` is what it says now."""

    id: int
    version: int
    number: int
    popup: Popup


@dataclass(frozen=True, slots=True)
class InForce:
    """All popups of an organisation that may run, and how many a visitor sees a day (None: any)."""

    org: int
    zone: ZoneInfo
    a_day: int | None
    locale: str
    popups: tuple[Published, ...] = ()


@dataclass(frozen=True, slots=True)
class Who:
    """Whom the server sees in a browser. `level` and `tags` are empty of whom nobody knows."""

    contact: int | None = None
    level: str = ""
    tags: frozenset[str] = frozenset()
    has_line: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What a browser gets when it asks for a popup.

    `pass_` opens the door to show it, and to nothing else. `held_out`: the draw says no; then
    there is nothing to show, and only that is told.
    """

    slug: str
    pass_: str
    held_out: bool
    filled: Mapping[str, str] = field(default_factory=dict)


class Fate(StrEnum):
    """What became of one wish to show a popup. SHOWN and HELD_OUT are kept, each a fact."""

    SHOWN = "shown"
    HELD_OUT = "held_out"
    LIMIT = "limit"
    """So many as a visitor sees a day have been shown."""
    NOT_FOR_THEM = "not_for_them"
    ENDED = "ended"
    """It does not run any more, or not yet."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Wish:
    """A browser wants to show a popup. `uid` is its own id of that, the same in a repeat."""

    uid: str
    popup: int
    version: int
    cid: str
    visitor: int
    contact: int | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a wish came to; `exposure` is the fact that was kept, if any."""

    fate: Fate
    exposure: int | None = None


class Deed(StrEnum):
    """What a visitor did with a popup that was shown."""

    CLICKED = "clicked"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Told:
    """A page says what its visitor did; `uid` is the page's own id of that, `agent` its browser."""

    uid: str
    exposure: int
    deed: Deed
    at: datetime
    visitor: int
    contact: int | None
    agent: Agent


@dataclass(frozen=True, slots=True)
class PopupLine:
    """A popup as pages and reports name it; `active`: the newest version may run."""

    id: int
    slug: str
    title: str
    version: int
    active: bool
    popup: Popup
