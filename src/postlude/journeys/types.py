from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

ANY = "*"


class MemberState(StrEnum):
    """Where one person is in one cycle."""

    READY = "ready"
    WAITING = "waiting"
    QUEUED = "queued"
    UNKNOWN = "unknown"
    SENT = "sent"
    BLOCKED = "blocked"
    FAILED = "failed"


class Stop(StrEnum):
    """Why a journey stopped for somebody; what `messages` blocks adds its own reasons."""

    FILTERED = "filtered"
    EVENT_ENDED = "event_ended"
    REFUNDED = "refunded"
    NO_ACCESS = "no_access"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    BOUNCED = "bounced"
    NO_NODE = "no_node"


@dataclass(frozen=True, slots=True)
class FilterNode:
    """Let through the tickets that fit; an empty condition lets everything through.

    `kinds` are kinds of happening, `events` and `ticket_types` patterns as in `orders`.
    """

    name: str
    kinds: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    ticket_types: tuple[str, ...] = ()
    before_end: bool = True


@dataclass(frozen=True, slots=True)
class GrantNode:
    """Ask for whatever the contact's tickets open."""

    name: str


@dataclass(frozen=True, slots=True)
class WaitNode:
    """Wait until every grant is settled, at most `timeout`; then go on with what was granted."""

    name: str
    timeout: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SendNode:
    """Invite: once per contact and conference, ever.

    `sender` is a sender's slug, `templates` maps the kind of happening to a template's slug, "*"
    for all others. The message dies at the end of the event, or after `deadline`.
    """

    name: str
    sender: str
    templates: Mapping[str, str]
    klass: str = "transactional"
    lane: int = 0
    deadline: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class AdditionNode:
    """A short mail for a later ticket of somebody who was invited; once per ticket."""

    name: str
    sender: str
    templates: Mapping[str, str]
    klass: str = "transactional"
    lane: int = 0
    deadline: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class NoticeNode:
    """A mail to everybody who holds a ticket at a set time: once per contact and conference.

    Who is still being let in is waited for, at most `patience`, so that the mail has the links.
    """

    name: str
    sender: str
    templates: Mapping[str, str]
    klass: str = "transactional"
    lane: int = 2
    deadline: timedelta = timedelta(days=14)
    patience: timedelta = timedelta(hours=1)


Node = FilterNode | GrantNode | WaitNode | SendNode | AdditionNode | NoticeNode
Mail = SendNode | AdditionNode | NoticeNode


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a journey starts by itself: exactly one of the two is given.

    `at` is an instant, or a time on the organisation's clocks; `before_start` counts back from the
    start of the conference. `schedules` says what happens when the clocks change.
    """

    at: datetime | None = None
    before_start: timedelta | None = None


@dataclass(frozen=True, slots=True)
class JourneyDefinition:
    """A journey as a playbook says it. Nodes run in this order; names are unique in it.

    `conferences` are slugs; none means every conference. A journey has one SendNode at most,
    and an AdditionNode stands after it. One with a `schedule` is a single NoticeNode, has the
    trigger "schedule", and names its conferences.
    """

    slug: str
    nodes: tuple[Node, ...]
    title: str = ""
    folder: str = ""
    trigger: str = "ticket.paid"
    conferences: tuple[str, ...] = ()
    active: bool = True
    schedule: Schedule | None = None


@dataclass(frozen=True, slots=True)
class VersionRef:
    """`created` is False when the same definition was the newest already."""

    id: int
    journey: int
    slug: str
    number: int
    created: bool


@dataclass(frozen=True, slots=True)
class CycleRef:
    """A run of a journey: by its name, and the number of the version that it ran."""

    id: int
    journey: str
    title: str
    version: int


@dataclass(frozen=True, slots=True)
class Progress:
    """One conference in numbers: entered = sent + blocked + failed + waiting, always.

    They count members: a contact enters once for each batch of new tickets. `waiting` splits into
    `ready`, `waiting_grant`, `queued` and `unknown`. `invited` counts people whose invitation was
    accepted.
    """

    conference: int
    entered: int
    ready: int
    waiting_grant: int
    queued: int
    unknown: int
    sent: int
    invited: int
    failed: int
    blocked: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        return self.ready + self.waiting_grant + self.queued + self.unknown

    @property
    def blocked_total(self) -> int:
        return sum(self.blocked.values())


@dataclass(frozen=True, slots=True)
class MailUse:
    """A journey sends this template; `conference` is a slug, or empty for every one."""

    template: str
    journey: str
    sender: str
    conference: str
    has_calendar: bool
    active: bool


class ScheduleState(StrEnum):
    """Where a scheduled journey is with one conference.

    RESTS: it cannot be due, `Scheduled.reason` says why. MISSED: it was due while nothing ran,
    and the conference is over. FREEZING: its audience is being written down.
    """

    RESTS = "rests"
    INACTIVE = "inactive"
    AHEAD = "ahead"
    DUE = "due"
    MISSED = "missed"
    FREEZING = "freezing"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A scheduled journey and one conference: when, to whom, and how far it is.

    `due_at` is when it is, or was, due; `audience` how many hold a ticket now, until it has begun;
    `late` how many of those who entered bought afterwards and got it with their invitation;
    `cycle` the run whose members they are, once it has begun.
    """

    journey: str
    title: str
    conference: str
    conference_name: str
    state: ScheduleState
    reason: str
    due_at: datetime | None
    begun_at: datetime | None
    audience: int
    templates: tuple[str, ...]
    progress: Progress | None = None
    late: int = 0
    cycle: int | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a person's journey: `kind` is entered, decided, sent, blocked, failed,
    unknown, waiting or resent; `node` where; `reason` why.
    """

    at: datetime
    kind: str
    journey: str
    node: str
    conference: int
    tickets: tuple[int, ...] = ()
    reason: str = ""
    message: int | None = None
    actor: str = ""


@dataclass(frozen=True, slots=True)
class MemberFact:
    """One person in one cycle, for lists."""

    id: int
    cycle: int
    journey: str
    conference: int
    contact: int
    tickets: tuple[int, ...]
    state: str
    node: str
    reason: str
    message: int | None
    entered_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class LateInvitation:
    """A paid ticket whose invitation is not accepted yet, and where it hangs.

    `member` is None when the sale has not even entered its journey.
    """

    ticket: int
    contact: int | None
    conference: int
    since: datetime
    state: str
    reason: str = ""
    member: int | None = None


@dataclass(frozen=True, slots=True)
class ExecutionFact:
    """What one node of one cycle did: entered = passed + sent + blocked + failed + waiting."""

    id: int
    cycle: int
    node: str
    entered: int
    passed: int
    sent: int
    failed: int
    waiting: int
    blocked: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Resent:
    """`existed`: the same request had been made before; nothing new was sent."""

    message: int
    existed: bool
