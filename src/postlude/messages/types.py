"""What goes in and out of the room."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, Literal

from postlude.messages.segments import Segments

LONGEST_WINDOW = 32
TEXT_MESSAGE = "sms"
"""The kind of a template that is plain text for a phone, and the medium that it goes by."""


class Klass(StrEnum):
    """Which courtesies apply: none (an invitation), all but caps (feedback), all (marketing)."""

    TRANSACTIONAL = "transactional"
    SERVICE = "service"
    MARKETING = "marketing"


class Lane(IntEnum):
    URGENT = 0
    TRIGGERED = 1
    BULK = 2


class State(StrEnum):
    QUEUED = "queued"
    LEASED = "leased"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    BLOCKED = "blocked"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a message was not sent. Closed: reports count by it."""

    SUPPRESSED = "suppressed"
    ERASED = "erased"
    UNSUBSCRIBED = "unsubscribed"
    NO_CONSENT = "no_consent"
    FREQUENCY_CAP = "frequency_cap"
    QUIET_HOURS = "quiet_hours"
    NO_ADDRESS = "no_address"
    NOT_SERVED = "not_served"


class OutcomeKind(StrEnum):
    """What a provider said about one message.

    REFUSED: definitely not taken, may be tried again. FAILED: definitely not taken, never will be.
    UNKNOWN: it may have been taken.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


class ReceiptKind(StrEnum):
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    FAILED = "failed"
    DEFERRED = "deferred"


def _anybody(_address: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ChannelTraits:
    """What a channel promises. `idempotency`: may the same key be sent again without harm?

    `medium` is what people consent to and caps count ("email", "sms"); many vendors share one.
    `address_kind` is the kind of address in `people`.
    """

    idempotency: Literal["none", "key", "merge"] = "none"
    medium: str = "email"
    address_kind: str = "email"
    window: int = LONGEST_WINDOW
    concurrency: int = 8
    has_html: bool = True
    keeps_shown_text: bool = False
    takes_whole_lots: bool = False
    """It sends no message by itself: a dispatch takes all of an announcement at once."""
    all_devices: bool = False
    """One message goes to every address of the kind that the contact has: one try for each."""
    key_life: timedelta | None = None
    """How long the vendor remembers a key after its first use; None is for ever. Within it a
    message without an answer is repeated; after it, repeating could reach the person twice."""
    counts_segments: bool = False
    """Its texts are cut into segments, and each is paid for."""
    serves: Callable[[str], bool] = _anybody
    """Whether the vendor can reach this address at all: asked before anything is sent."""

    @property
    def repeatable(self) -> bool:
        return self.idempotency != "none"


@dataclass(frozen=True, slots=True)
class SenderConfig:
    """A vendor account of an organisation. `settings` holds `${NAME}` references, no secrets."""

    id: int
    org: int
    slug: str
    channel: str
    settings: Mapping[str, Any]
    rate: float
    burst: int
    window: int
    from_address: str
    from_name: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class SenderStatus:
    id: int
    org: int
    slug: str
    channel: str
    paused_until: datetime | None
    pause_reason: str
    breaker: Literal["closed", "open", "half-open"]
    failures: int
    quota: int | None
    quota_used: int
    queued: int
    oldest_due: datetime | None
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A decision to write to one contact; `context` holds ids and facts, nothing personal.

    `key` is unique in the organisation for ever. No deadline means the class's usual one.
    `on_quiet` says what quiet hours do to it: delay it, or block it.
    """

    key: str
    klass: Klass | Literal["transactional", "service", "marketing"]
    sender: int
    contact: int
    template_version: int
    locale: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    lane: Lane | Literal[0, 1, 2] = Lane.TRIGGERED
    deadline: datetime | None = None
    due: datetime | None = None
    cycle: int | None = None
    node: str = ""
    testing: bool = False
    fallback_of: int | None = None
    on_quiet: Literal["delay", "block"] = "delay"
    dispatch: int | None = None


@dataclass(frozen=True, slots=True)
class Enqueued:
    """`message` is the id, old or new; `blocked` the reason when an existing one was blocked.

    Segments and cost (minor units) are told of a test only: the others are written when they go.
    """

    message: int
    key: str
    existed: bool
    blocked: str | None = None
    segments: int = 0
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class Leased:
    """A message that is ours until the lease ends."""

    message: int
    org: int
    contact: int
    sender: int
    channel: str
    medium: str
    key: str
    klass: Klass
    lane: int
    template_version: int
    locale: str
    context: Mapping[str, Any]
    deadline: datetime
    attempts: int
    testing: bool
    on_quiet: str
    node: str = ""
    cycle: int | None = None
    unsure_since: datetime | None = None
    """Since when the person may have it: the first try whose answer is missing."""


@dataclass(frozen=True, slots=True)
class Block:
    """Why a message may not go now. With `until` it is delayed, without it has ended."""

    reason: Reason
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail. `content_type` may have parameters; `name` is plain ASCII."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Rendered:
    """Ready for the wire. `key` is what a channel that honours keys must pass on."""

    message: int
    org: int
    contact: int
    key: str
    token: str
    to_address: str
    to_name: str
    subject: str
    html: str
    text: str
    headers: tuple[tuple[str, str], ...]
    metadata: Mapping[str, str]
    address: int | None = None
    attempts: int = 0
    attachments: tuple[Attachment, ...] = ()
    devices: tuple[str, ...] = ()
    segments: int = 0
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message on the wire.

    `pause_sender` (a 429): the sender rests for `retry_after` seconds, no attempt is burnt.
    `month_used_up`: the vendor's own quota is spent, so the sender rests until the next month.
    `parts`: the outcome at each device, which are noted in place of the whole. `address_gone`: the
    vendor says that this address is no more.
    `words` are the provider's; personal data is cut from them before they are stored.
    """

    message: int
    kind: OutcomeKind | Literal["accepted", "refused", "failed", "unknown"]
    provider_id: str = ""
    words: str = ""
    retry_after: float | None = None
    pause_sender: bool = False
    segments: int = 0
    dispatch: int | None = None
    month_used_up: bool = False
    address_gone: bool = False
    parts: tuple["Outcome", ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """What `settle_many` made of the outcomes."""

    accepted: int = 0
    requeued: int = 0
    failed: int = 0
    unknown: int = 0
    expired: int = 0
    ignored: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider reported later. `message` (our metadata) wins over `provider_id`."""

    kind: ReceiptKind | Literal["delivered", "bounced", "complained", "failed", "deferred"]
    at: datetime
    message: int | None = None
    sender: int | None = None
    provider_id: str = ""
    words: str = ""
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptResult:
    """`message` is None when nothing of ours matches (yet: a receipt may overtake its answer)."""

    receipt: Receipt
    message: int | None
    contact: int | None
    changed: bool


@dataclass(frozen=True, slots=True)
class MessageFact:
    """`channel` is the medium ("email"); `state` is live, from the outbox while it is there."""

    id: int
    org: int
    key: str
    klass: Klass
    channel: str
    sender: int
    contact: int
    node: str
    cycle: int | None
    template_version: int
    locale: str
    context: Mapping[str, Any]
    testing: bool
    state: State
    reason: str
    created_at: datetime
    deadline: datetime
    accepted_at: datetime | None
    settled_at: datetime | None
    provider_id: str
    attempts: int
    due: datetime | None
    address: int | None = None  # where it went, or is going now: an id in `people`
    segments: int = 0
    cost: int | None = None  # minor units; None where the organisation set no fee


@dataclass(frozen=True, slots=True)
class AttemptFact:
    """One thing that happened to a message on its way: an answer, a receipt, a parking."""

    message: int
    kind: str
    at: datetime
    words: str
    provider_id: str


@dataclass(frozen=True, slots=True)
class LocaleText:
    """A template in one language. Give `mjml` or `html` (or neither for a text-only channel)."""

    locale: str
    subject: str = ""
    mjml: str = ""
    html: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class TemplateRef:
    id: int
    template: int
    slug: str
    kind: str
    number: int
    locales: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    locale: str
    subject: str
    html: str
    text: str
    links: tuple[str, ...]
    size: Segments | None = None  # of a text message
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class TokenOwner:
    org: int
    message: int
    contact: int
    channel: str
    testing: bool


@dataclass(frozen=True, slots=True)
class Target:
    """Where link `n` of a message leads."""

    org: int
    message: int
    n: int
    url: str


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    org: int
    contact: int
    channel: str
    message: int


@dataclass(frozen=True, slots=True)
class EpochStatus:
    """`held`: the database is behind its stamp and waits for an operator's yes."""

    database: str
    tick: int
    stamped: int | None
    epoch: int
    held: bool
    old_rows: int


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds from decision to acceptance, and what waits."""

    accepted: int
    p50_s: float | None
    p95_s: float | None
    longest_s: float | None
    waiting: int
    oldest_waiting_s: float | None
    unknown: int


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a recovery did, in messages."""

    requeued: int = 0
    unknown: int = 0
    repeated: int = 0
    expired: int = 0
    cancelled: int = 0


class DispatchState(StrEnum):
    """gathering: its members are being written down. preparing: the vendor learns of them.
    sending: the vendor may have sent it.
    """

    GATHERING = "gathering"
    PREPARING = "preparing"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class NewDispatch:
    """`key` is unique in the organisation for ever; `context` is that of each of its messages.

    `send_at` is when it is to leave; None is as soon as it is ready.
    """

    key: str
    sender: int
    klass: Klass
    template_version: int
    locale: str
    actor: str
    context: Mapping[str, Any] = field(default_factory=dict)
    send_at: datetime | None = None
    prepare_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DispatchFact:
    """`vendor` holds the vendor's ids; `count` is how many members there were when it was frozen.

    `tried_at`: since then an answer to the call of `step` is missing.
    """

    id: int
    org: int
    sender: int
    key: str
    klass: Klass
    template_version: int
    locale: str
    context: Mapping[str, Any]
    state: DispatchState
    step: str
    vendor: Mapping[str, Any]
    count: int
    reason: str
    actor: str
    failures: int
    created_at: datetime
    send_at: datetime | None
    due: datetime
    tried_at: datetime | None
    finished_at: datetime | None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Piecewise:
    """A text in which what depends on a person is a number: the number of a piece."""

    subject: tuple[str | int, ...]
    html: tuple[str | int, ...]
    text: tuple[str | int, ...]
    pieces: int


@dataclass(frozen=True, slots=True)
class Filled:
    """One person's pieces, ready for a vendor that puts the text together."""

    message: int
    contact: int
    to_address: str
    values: tuple[str, ...]


# Live and personal values by message, for one name in templates: `fn(org, leased)`.
Provider = Callable[[int, Sequence[Leased]], Mapping[int, Any]]
