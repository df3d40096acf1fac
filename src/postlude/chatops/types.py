from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What can go wrong; each has its text in `texts`."""

    SOURCE_SILENT = "source_silent"
    INVITATION_LATE = "invitation_late"
    INVITATION_FAILED = "invitation_failed"
    SENDER_PAUSED = "sender_paused"
    ACCESS_REFUSED = "access_refused"
    DEAD_WORK = "dead_work"
    DEAD_DELIVERY = "dead_delivery"
    OLD_EPOCH = "old_epoch"
    WAL_LARGE = "wal_large"
    HITS_LYING = "hits_lying"
    FIGURES_DIFFER = "figures_differ"


class News(StrEnum):
    """What the channel hears of besides; nothing is wrong, so nothing recovers."""

    SALE_OPENED = "sale_opened"
    SOLD_OUT = "sold_out"


class State(StrEnum):
    OPENED = "opened"
    NOTIFIED = "notified"
    RECOVERED = "recovered"


class Occasion(StrEnum):
    """Why the team hears of an alert."""

    OPENED = "opened"
    REMINDED = "reminded"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Where alerts go and when they open. Addresses and secrets are `${NAME}` references.

    `smtp` is `${NAME}` of a URL such as `smtp://user:password@host:587?tls=1`; without one,
    e-mails go by Django's EMAIL_ settings. `source_silent` None: each source's own limit.
    """

    discord_webhook: str = ""
    emails: tuple[str, ...] = ()
    smtp: str = ""
    email_from: str = ""
    source_silent: timedelta | None = None
    invitation_late: timedelta = timedelta(minutes=5)
    sender_paused: timedelta = timedelta(minutes=2)
    remind_every: timedelta = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong now. `subject` is a slug or an id, `facts` are numbers and slugs."""

    kind: Kind
    subject: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertFact:
    """One alert, open or over."""

    id: int
    kind: str
    subject: str
    state: str
    title: str
    words: str
    hint: str
    opened_at: datetime
    last_seen_at: datetime
    notified_at: datetime | None
    recovered_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryFact:
    """One attempt to tell the team, by one channel."""

    id: int
    alert: int
    occasion: str
    channel: str
    state: str
    attempts: int
    due: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Who:
    """One line of who may what: a role or a user of Discord (an id), and permissions of ours.

    The role "everyone" is whoever is in the server.
    """

    role: str = ""
    user: str = ""
    may: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stock:
    """How many tickets there are, where the source does not say; patterns as in `orders`."""

    conference: str
    event: str
    ticket: str
    total: int


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    """An organisation's application at Discord. `${NAME}` references are resolved at use."""

    application: str = ""
    public_key: str = ""
    token: str = ""
    guild: str = ""
    base_url: str = ""
    who: tuple[Who, ...] = ()
    stock: tuple[Stock, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerFact:
    """A command whose answer never reached Discord; `asker` is the id of a Discord user."""

    id: int
    command: str
    asker: str
    state: str
    created_at: datetime
    words: str
