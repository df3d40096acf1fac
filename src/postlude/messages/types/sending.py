"""A message on its way: decided, leased, rendered, answered, reported."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from postlude.messages.types.words import Klass, Lane, OutcomeKind, Reason, ReceiptKind


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


# Live and personal values by message, for one name in templates: `fn(org, leased)`.
Provider = Callable[[int, Sequence[Leased]], Mapping[int, Any]]
