"""What is known of messages afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from postlude.messages.types.words import Klass, State


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
    fallback_of: int | None = None  # the message that it is sent instead of


@dataclass(frozen=True, slots=True)
class AttemptFact:
    """One thing that happened to a message on its way: an answer, a receipt, a parking."""

    message: int
    kind: str
    at: datetime
    words: str
    provider_id: str


@dataclass(frozen=True, slots=True)
class TokenOwner:
    """Whose a token is. `template` is the template, whatever its version."""

    org: int
    message: int
    contact: int
    channel: str
    testing: bool
    node: str = ""
    template: int | None = None
    cycle: int | None = None


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
