from dataclasses import dataclass, field
from datetime import datetime
from enum import IntFlag, StrEnum


class TouchKind(StrEnum):
    """What came back from a message."""

    OPEN = "open"
    CLICK = "click"
    ACCESS = "access"
    UNSUBSCRIBE = "unsubscribe"


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


OWN = "own"


@dataclass(frozen=True, slots=True)
class Agent:
    """What the request's headers say about who asks."""

    kind: AgentKind
    reasons: Reason


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that came back. `provider` is "own" for our pixel and links, else the vendor.

    `subject` is what an access opened (a grant's id). `event_id` is the provider's own id of the
    event, which makes a repeated report one touch; without it the same kind from the same
    program on the same message and link within a second is one touch.
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


@dataclass(frozen=True, slots=True)
class TouchFact:
    """A recorded touch, as it was."""

    id: int
    kind: TouchKind
    message: int | None
    link: int | None
    subject: int | None
    at: datetime
    provider: str
    agent: AgentKind
    reasons: Reason
