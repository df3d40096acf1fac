"""What a channel promises, and the vendor accounts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from postlude.messages.types.words import LONGEST_WINDOW


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
    tells_receipts: bool = True
    """Whether the vendor tells what became of a message after it took it."""
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
