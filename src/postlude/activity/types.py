from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntFlag, StrEnum
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from postlude.kernel import redact


class Campaign(NamedTuple):
    """What brought a visitor to a page, as the page's address says (`utm_source` and so on)."""

    source: str = ""
    medium: str = ""
    name: str = ""

    def __bool__(self) -> bool:
        return any(self)


NO_CAMPAIGN = Campaign()
_UTM = ("utm_source", "utm_medium", "utm_campaign")
_MOST_FIELDS = 100


def campaign_of(url: Any) -> Campaign:
    """Return what an address says brought the visitor; the rest of its query is not looked at."""
    if not isinstance(url, str) or "utm_" not in url:
        return NO_CAMPAIGN
    query = url.partition("#")[0].partition("?")[2]
    try:
        said = dict(reversed(parse_qsl(query, max_num_fields=_MOST_FIELDS)))
    except ValueError:
        return NO_CAMPAIGN
    return Campaign(*(redact.cut(said.get(name, ""), 100) for name in _UTM))


class Kind(StrEnum):
    """What a visitor did: looked at a page, or something else that has a name."""

    PAGE = "page"
    EVENT = "event"


class Sign(IntFlag):
    """What is odd about a hit's times. Facts, kept with it."""

    NONE = 0
    CLOCK_AHEAD = 1
    """The client said a time to come; the time of arrival stands for it."""
    LATE = 2
    """It came more than five minutes after it happened, by the client's own word."""
    PAST = 4
    """It is history of another system: it counts everywhere, and no journey begins with it."""


@dataclass(frozen=True, slots=True)
class ActivitySeen:
    """One hit as it came. Times are aware UTC.

    `message_id` is the client's UUIDv7 as 32 hexadecimal letters, `sent_ms` its milliseconds since
    1970. `at` is when it happened by our clock, `client_ts` by the client's. `url` has no query.
    `subject` is what it is about (the number of an order). `agent` and `reasons` are what
    `tracking` reads off the request.
    """

    kind: Kind
    message_id: str
    sent_ms: int
    visitor: int
    contact: int | None
    at: datetime
    client_ts: datetime
    action: str = ""
    url: str = ""
    subject: str = ""
    products: tuple[str, ...] = ()
    properties: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    agent: str = ""
    reasons: int = 0
    signs: Sign = Sign.NONE
    campaign: Campaign = NO_CAMPAIGN


@dataclass(frozen=True, slots=True)
class ActivityFact:
    """A page view or an event, as it was. `contact`: who it was known to be when it was kept."""

    id: int
    kind: Kind
    visitor: int
    contact: int | None
    action: str
    url: str
    subject: str
    products: tuple[str, ...]
    properties: Mapping[str, str | int | float | bool]
    at: datetime
    received_at: datetime
    agent: str
    reasons: int
    campaign: Campaign = NO_CAMPAIGN


@dataclass(frozen=True, slots=True)
class EventSeen:
    """Another system says that `name` happened to a contact; `uid` is its own name for that.

    `properties` are small and hold nothing personal.
    """

    uid: str
    contact: int
    name: str
    at: datetime
    properties: Mapping[str, str | int | float | bool] = field(default_factory=dict)


class EventChange(StrEnum):
    """What a telling did. REFUSED: this `uid` was told before, and otherwise."""

    NEW = "new"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ContactEvent:
    """An event of a contact, whoever told of it."""

    id: int
    contact: int
    name: str
    at: datetime
