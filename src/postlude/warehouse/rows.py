"""From facts to the row that leaves: pure, and the same for the same facts."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from postlude.kernel.money import Money
from postlude.orders.types import State, TicketFact
from postlude.orgs.types import OrgRef
from postlude.warehouse import schema
from postlude.warehouse.types import Batch, Row


@dataclass(frozen=True, slots=True)
class Hashes:
    """The four pseudonyms of one person; None where the person gave no such value."""

    contact: str | None = None
    email: str | None = None
    phone: str | None = None
    name: str | None = None


def is_sale(ticket: TicketFact) -> bool:
    """Say whether money (or a free order) ever went through; unpaid registrations stay home."""
    return ticket.sold_at is not None or ticket.valid


def build(
    org: OrgRef, ticket: TicketFact, conference: str, hashes: Hashes, answers: dict[str, str]
) -> Row:
    """Return the row of one sold ticket."""
    gone = ticket.state in (State.REFUNDED, State.CANCELLED)
    values: dict[str, object] = {
        "org": org.slug,
        "event_id": ticket.happening_external_id or ticket.happening_slug or "",
        # An order may hold several tickets that nobody has numbered: only our id tells them apart.
        "attendee_id": ticket.external_id or f"ticket-{ticket.id}",
        "ticket_id": ticket.id,
        "event_slug": ticket.happening_slug,
        "conference": conference,
        "order_number": ticket.order_number or None,
        "registration_no": ticket.reg_no,
        "ticket_type": ticket.ticket_type_name,
        "payment_status": "refunded" if gone else "paid",
        "payment_method": ticket.payment_method or None,
        "paid_date": ticket.sold_day.isoformat() if ticket.sold_day else None,
        "sold_at": _utc(ticket.sold_at),
        "price": _decimal(ticket.price),
        "currency": ticket.price.currency,
        "refunded": gone,
        "contact": hashes.contact,
        "email": hashes.email,
        "phone": hashes.phone,
        "name": hashes.name,
    }
    return Row(schema.table_of(ticket.kind), values, answers)


def batch(org: OrgRef, rows: Iterable[Row], origin: Sequence[object]) -> Batch:
    """Freeze rows into a batch whose id is the hash of what is in it and of why it was made.

    `origin` names the news that caused it: an answer changed there and back again has
    the content of an older batch, and must still be written.
    """
    by_key = {row.key: row for row in rows}
    frozen = tuple(by_key[key] for key in sorted(by_key))
    content = [[row.table, dict(row.values), dict(row.answers)] for row in frozen]
    canonical = json.dumps([org.slug, list(origin), content], sort_keys=True, ensure_ascii=False)
    return Batch(hashlib.sha256(canonical.encode()).hexdigest(), org.slug, frozen)


def _utc(instant: datetime | None) -> str | None:
    """DuckDB's TIMESTAMP has no zone: ours are UTC."""
    if instant is None:
        return None
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def _decimal(price: Money) -> str:
    return str(price).split(" ", 1)[0]
