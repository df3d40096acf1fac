from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntFlag, StrEnum

from postlude.messages.types import TokenOwner


class TouchKind(StrEnum):
    """What came back from a message."""

    OPEN = "open"
    CLICK = "click"
    ACCESS = "access"
    UNSUBSCRIBE = "unsubscribe"
    VIEW = "view"
    """The message was looked at in the browser: no click."""
    TRAP = "trap"
    """A link was followed that no person sees: no click, but a sign against others."""


class AgentKind(StrEnum):
    """What kind of program asked, as far as its name says."""

    BROWSER = "browser"
    MAIL_PROXY = "mail_proxy"
    BOT = "bot"
    TOOL = "tool"
    UNKNOWN = "unknown"


class Reason(IntFlag):
    """Signs that no person was behind a touch. Facts; what they mean is a verdict's work."""

    NONE = 0
    PREFETCH = 1
    """The program said that it fetches ahead (Sec-Purpose, Purpose, X-Moz)."""
    HEAD = 2
    """Only the headers were asked for."""
    KNOWN_BOT = 4
    """The program names itself as a bot, scanner or link preview."""
    MAIL_PROXY = 8
    """An image proxy of a mailbox provider, which may load before a person opens."""
    NO_AGENT = 16
    """The program gave no name."""
    VENDOR_BOT = 32
    """The provider that reported the touch called it a bot."""
    TOOL = 64
    """A library or a command line program."""
    AUTOMATED = 128
    """The browser itself said that a program drives it."""
    TOO_SOON = 256
    """It came sooner after the sending than anybody reads."""
    EVERY_LINK = 512
    """All links of the message were followed within a few seconds."""
    HIDDEN_LINK = 1024
    """Somebody followed the link of this message that no person sees."""
    DATA_CENTRE = 2048
    """It came from a network of machines, not of people."""
    OPENED_AHEAD = 4096
    """A mailbox provider loads the pictures of every mail, read or not."""
    DRIVEN = 8192
    """What makes the click human on the site was itself done by a machine."""


_MACHINE = (
    Reason.PREFETCH
    | Reason.HEAD
    | Reason.KNOWN_BOT
    | Reason.VENDOR_BOT
    | Reason.NO_AGENT
    | Reason.TOOL
    | Reason.AUTOMATED
    | Reason.TOO_SOON
    | Reason.HIDDEN_LINK
    | Reason.DATA_CENTRE
)
AGAINST_CLICKS = _MACHINE | Reason.MAIL_PROXY | Reason.EVERY_LINK | Reason.DRIVEN
"""Any of these, and a click does not count where signs are filtered."""
AGAINST_OPENS = _MACHINE | Reason.OPENED_AHEAD
"""The same for opens. A proxy loads pictures for whoever reads: no sign against them."""

OWN = "own"


@dataclass(frozen=True, slots=True)
class Agent:
    """What the request's headers say about who asks."""

    kind: AgentKind
    reasons: Reason


@dataclass(frozen=True, slots=True)
class Place:
    """Where a touch without a message happened: what a popup is to whoever reports it.

    `contact` is who the visitor was known to be; `template` is the popup, whatever its version.
    """

    channel: str
    node: str
    template: int | None = None
    contact: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that came back. `provider` is "own" for our pixel and links, else the vendor.

    `subject` is what an access opened (a grant's id). `event_id` is the provider's own id of the
    event, which makes a repeated report one touch; without it the same kind from the same
    program on the same message and link within a second is one touch. `visitor` is the browser,
    where it is known. `owner` is what is known of the message; looked up where it is missing.
    `place` stands for it where there is no message.
    """

    kind: TouchKind
    message: int | None
    at: datetime
    link: int | None = None
    subject: int | None = None
    provider: str = OWN
    origin: str = ""
    agent: Agent = field(default=Agent(AgentKind.UNKNOWN, Reason.NONE))
    event_id: str = ""
    visitor: int | None = None
    owner: TokenOwner | None = None
    id: int | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class TouchFact:
    """A recorded touch, as it was, and what was judged of it.

    `contact` is who the message was written to: ask `people.canonical` who speaks for that person
    now. `visitor` is the browser, where it is known by now. `human` is None while nobody has said
    (always of an open); `reasons` holds every sign, those of the verdict included.
    """

    id: int
    kind: TouchKind
    message: int | None
    link: int | None
    subject: int | None
    at: datetime
    provider: str
    agent: AgentKind
    reasons: Reason
    contact: int | None = None
    visitor: int | None = None
    channel: str = ""
    node: str = ""
    template: int | None = None
    cycle: int | None = None
    testing: bool = False
    human: bool | None = None
    rule: int | None = None
    judged_at: datetime | None = None
    recorded_at: datetime | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Somebody (a contact or a visitor) from one moment to another, both inclusive."""

    who: int
    since: datetime
    until: datetime
