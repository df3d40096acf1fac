from dataclasses import dataclass, field
from datetime import datetime

from postlude.kernel.money import Money


@dataclass(frozen=True, slots=True)
class RowNote:
    """Something about one row: where, what, and what to do. Values are masked.

    `row` counts as a spreadsheet does: the header is row 1.
    """

    file: str
    row: int
    column: str
    code: str
    masked: str
    words: str
    hint: str


@dataclass(frozen=True, slots=True)
class AttendeeRow:
    """One ticket of the attendee export."""

    row: int
    external_id: str
    order_number: str
    reg_no: int | None
    ticket_type: str
    paid: bool
    price: Money
    sold_at: datetime | None
    name: str
    email: str
    phone: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order of the order export."""

    row: int
    number: str
    cancelled: bool
    paid: bool
    paid_at: datetime | None
    cancelled_at: datetime | None
    refunded_at: datetime | None
    refunded: Money | None
    payment_method: str
    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. With `errors` (and no `skip_bad_rows`) nothing was imported."""

    event: str
    imported: bool
    orders: int
    tickets: int
    changes: dict[str, int]
    warnings: tuple[RowNote, ...] = ()
    errors: tuple[RowNote, ...] = field(default=())
