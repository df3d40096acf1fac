from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from postlude.kernel.money import Money


class State(StrEnum):
    """Where a ticket is; it only ever moves down this list."""

    REGISTERED = "registered"
    PAID = "paid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class Kind(StrEnum):
    """What sort of happening; OTHER is loaded too, with a warning."""

    CORPORATE = "corporate"
    INDIVIDUAL = "individual"
    RESERVED = "reserved"
    GUEST = "guest"
    OTHER = "other"


class Via(StrEnum):
    """Through which door a sale was seen."""

    POLL = "poll"
    WEBHOOK = "webhook"
    CSV = "csv"
    GUEST = "guest"


class Join(StrEnum):
    """How the ticket ids of a webhook meet the attendee ids of the poll and the export."""

    ATTENDEE_ID = "attendee_id"
    ORDER = "order"


class Change(StrEnum):
    """What a view did to a ticket. TOMBSTONE: its cancel had come first, so it never counted."""

    NEW = "new"
    PAID = "paid"
    UPDATED = "updated"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    SAME = "same"
    TOMBSTONE = "tombstone"


@dataclass(frozen=True, slots=True)
class EventSeen:
    """A happening as a source names it. `kind` None: decide by the rules on the name."""

    external_id: str | None
    slug: str | None
    name: str | None
    kind: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TicketSeen:
    """One ticket as a source showed it.

    `external_id` is the attendee id, or the webhook's ticket id; None: an order line whose
    ticket nobody has numbered yet. `contact` None: the order's contact.
    """

    external_id: str | None
    ticket_type_name: str
    price: Money
    paid: bool
    state: str = State.REGISTERED
    ticket_type_external: str | None = None
    reg_no: int | None = None
    position: int | None = None
    source_updated_at: datetime | None = None
    contact: int | None = None


@dataclass(frozen=True, slots=True)
class SaleSeen:
    """One order with the tickets that this view of it shows (perhaps not all of them)."""

    source: str
    event: EventSeen
    order_number: str
    via: str
    tickets: tuple[TicketSeen, ...] = ()
    contact: int | None = None
    placed_at: datetime | None = None
    paid_at: datetime | None = None
    payment_method: str = ""
    cancelled_at: datetime | None = None
    refunded_at: datetime | None = None
    refunded: Money | None = None
    join: str = Join.ATTENDEE_ID


@dataclass(frozen=True, slots=True)
class SaleWarning:
    """Something a person should look at; it stops nothing. `subject` is an id, never a person."""

    code: str
    subject: str
    words: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class TicketOutcome:
    ticket: int
    change: str


@dataclass(frozen=True, slots=True)
class SaleOutcome:
    """What became of one SaleSeen; `tickets` in the order of `SaleSeen.tickets`."""

    order: int | None
    tickets: tuple[TicketOutcome, ...]
    warnings: tuple[SaleWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class WarningShown:
    """A warning with how often it came; repeats are counted, not listed again."""

    id: int
    code: str
    subject: str
    words: str
    hint: str
    first_at: datetime
    last_at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class ConferenceRef:
    id: int
    slug: str
    name: str
    pattern: str
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class HappeningRef:
    id: int
    source: str
    external_id: str | None
    slug: str | None
    name: str
    kind: str
    conference: int
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class TicketFact:
    """All that other rooms may know of a ticket.

    `sold_at` is fixed when the ticket is first seen as paid; `paid_at` is the best time known
    (webhook, else order export, else first `updated_at`). `external_id` is None while nobody
    has numbered the ticket.
    """

    id: int
    order: int
    order_number: str
    source: str
    happening: int
    happening_slug: str | None
    happening_external_id: str | None
    happening_name: str
    conference: int
    kind: str
    ticket_type: int
    ticket_type_name: str
    contact: int | None
    state: str
    price: Money
    sold_at: datetime | None
    sold_day: date | None
    first_seen_at: datetime
    paid_at: datetime | None
    cancelled_at: datetime | None
    refunded_at: datetime | None
    reg_no: int | None
    payment_method: str
    external_id: str | None
    refunded: Money | None
    via: str
    source_updated_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None

    @property
    def valid(self) -> bool:
        """Paid, and neither cancelled nor refunded."""
        return self.state == State.PAID


@dataclass(frozen=True, slots=True)
class TypeSummary:
    """Counts of one ticket type. `total` None: unlimited or not known. Sold = paid, kept."""

    ticket_type: int
    name: str
    total: int | None
    registered: int
    sold: int
    cancelled: int
    refunded: int
    revenue: Money | None


@dataclass(frozen=True, slots=True)
class SalesSummary:
    happening: HappeningRef
    types: tuple[TypeSummary, ...] = field(default_factory=tuple)
