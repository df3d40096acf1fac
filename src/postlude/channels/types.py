from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from postlude.kernel import storable
from postlude.messages.types import ChannelTraits, Outcome, Rendered, SenderConfig

ACCOUNT_PAUSE_S = 60.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means, before it is said of a certain message.

    refused: definitely not taken, may be sent again. failed: definitely not taken, never will
    be. unknown: it may have been taken. `pause_sender` says that every other mail of this sender
    would end the same way now: the sender rests and no attempt is burnt. `throttled`: a 429 that
    did not say for how long, see `pacing`. `month_used_up` and `address_gone`:
    see `Outcome`.
    """

    kind: Literal["accepted", "refused", "failed", "unknown"]
    words: str = ""
    provider_id: str = ""
    retry_after: float | None = None
    pause_sender: bool = False
    throttled: bool = False
    month_used_up: bool = False
    address_gone: bool = False

    def of(self, message: int) -> Outcome:
        """Say it of a message."""
        pause = ACCOUNT_PAUSE_S if self.pause_sender else None
        return Outcome(
            message=message,
            kind=self.kind,
            provider_id=storable.text(self.provider_id),
            words=self.words,
            retry_after=pause if self.retry_after is None else self.retry_after,
            pause_sender=self.pause_sender,
            month_used_up=self.month_used_up,
            address_gone=self.address_gone,
        )


@dataclass(frozen=True, slots=True)
class Examination:
    """What came of trying a sender's settings without sending."""

    works: bool
    text: str
    hint: str = ""


class Channel(Protocol):
    """A vendor. One folder each, of the same shape.

    `send` gives one outcome for each message of the batch and does not raise for a mail that
    failed; it may raise AppError before anything left us (settings that cannot be used).
    `lookup` gives an outcome for each message that the vendor says it has taken, and nothing for
    the others; a vendor that cannot look anything up raises NotSupported.
    `examine` looks at a sender's settings, and online whether the vendor takes them, sending
    nothing; it raises AppError for settings that cannot be used.
    """

    @property
    def name(self) -> str: ...

    @property
    def traits(self) -> ChannelTraits: ...

    @property
    def can_look_up(self) -> bool: ...

    def send(self, sender: SenderConfig, batch: Sequence[Rendered], /) -> list[Outcome]: ...

    def lookup(self, sender: SenderConfig, messages: Collection[int], /) -> list[Outcome]: ...

    def examine(self, sender: SenderConfig, *, online: bool) -> Examination: ...


@dataclass(frozen=True, slots=True)
class Report:
    """What a vendor reported later about one mail, in one vocabulary for all vendors.

    `message` is our own id from the vendor's copy of our metadata. `suppress` is the reason for
    which nobody may write to `recipient` again, or empty. `url`: where a click led, if it is told.
    """

    event_id: str
    at: datetime
    message: int | None
    provider_id: str
    recipient: str
    receipt: Literal["delivered", "bounced", "complained", "failed", "deferred"] | None = None
    suppress: str = ""
    unsubscribed: bool = False
    touch: Literal["open", "click"] | None = None
    url: str = ""
    agent: str = ""
    by_bot: bool = False
    ip: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What an operator wants to tell everybody who holds a ticket of a conference.

    `name` is used once; `sender`, `template` and `conference` are names of the playbook. `send_at`
    None is as soon as it is ready.
    """

    name: str
    sender: str
    template: str
    conference: str
    actor: str
    klass: Literal["transactional", "service", "marketing"] = "service"
    locale: str = ""
    send_at: datetime | None = None
