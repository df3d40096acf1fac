"""The tables of the warehouse, their columns, and the additive steps that lead to them.

Steps are only ever added at the end, and a step only ever adds: an analyst's query that worked
yesterday works tomorrow.
"""

import re
from dataclasses import dataclass

KINDS = ("corporate", "individual", "reserved", "other", "guest")
PATTERN = "ods_kktix_ticket_{kind}_attendees"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str
    meaning: str


COLUMNS = (
    Column("org", "VARCHAR", "slug of the organisation"),
    Column("event_id", "VARCHAR", "the source's event id, or its slug where no id is known"),
    Column("attendee_id", "VARCHAR", "the source's ticket (attendee) id"),
    Column("ticket_id", "BIGINT", "our own ticket id"),
    Column("event_slug", "VARCHAR", "the source's event slug"),
    Column("conference", "VARCHAR", "the conference the event belongs to"),
    Column("order_number", "VARCHAR", "the source's order number"),
    Column("registration_no", "BIGINT", "registration number"),
    Column("ticket_type", "VARCHAR", "name of the ticket type"),
    Column("payment_status", "VARCHAR", "paid, or refunded"),
    Column("payment_method", "VARCHAR", "ATM, CREDITCARD, FAMIPORT, FREE_ORDER, …"),
    Column("paid_date", "DATE", "day of the sale in the organisation's zone"),
    Column("sold_at", "TIMESTAMP", "instant of the sale, UTC"),
    Column("price", "DECIMAL(18,4)", "price of the ticket"),
    Column("currency", "VARCHAR", "ISO 4217"),
    Column("refunded", "BOOLEAN", "true after a refund or a cancel; the row is kept"),
    Column("contact", "VARCHAR", "pseudonym of the contact, whatever its addresses"),
    Column("email", "VARCHAR", "pseudonym of the e-mail"),
    Column("phone", "VARCHAR", "pseudonym of the phone number"),
    Column("name", "VARCHAR", "pseudonym of the name"),
    Column("organization", "VARCHAR", "answer, if allowed"),
    Column("job_title", "VARCHAR", "answer, if allowed"),
    Column("country_or_region", "VARCHAR", "answer, if allowed"),
    Column("gender", "VARCHAR", "answer, if allowed"),
    Column("dietary_habit", "VARCHAR", "answer, if allowed"),
    Column("years_of_using_python", "VARCHAR", "answer, if allowed"),
    Column("area_of_interest", "VARCHAR", "answer, if allowed"),
)
KEY = ("org", "event_id", "attendee_id")
ANSWER_COLUMNS = tuple(c.name for c in COLUMNS if c.meaning == "answer, if allowed")
SALE_COLUMNS = tuple(c.name for c in COLUMNS if c.name not in ANSWER_COLUMNS)

_COLUMN_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def table_of(kind: str) -> str:
    """Return the table of an event kind; a kind nobody knows goes to `other`."""
    known = kind if kind in KINDS else "other"
    return PATTERN.replace("{kind}", known)


def kind_of(table: str) -> str:
    """Return the kind whose table this is."""
    return next(kind for kind in KINDS if table_of(kind) == table)


TABLES = tuple(table_of(kind) for kind in KINDS)


def may_be_column(name: str) -> bool:
    """Say whether an allowed answer may have this column: a plain name, no sale's column."""
    return bool(_COLUMN_NAME.fullmatch(name)) and name not in SALE_COLUMNS


def _create(table: str) -> str:
    columns = ", ".join(f"{column.name} {column.type}" for column in COLUMNS)
    return f"CREATE TABLE ods.{table} ({columns}, PRIMARY KEY ({', '.join(KEY)}))"


STEPS: tuple[tuple[str, ...], ...] = (
    (  # 1: the tables of seed 000, one per kind, and the ledger of batches
        "CREATE SCHEMA IF NOT EXISTS ods",
        *(_create(table) for table in TABLES),
        """CREATE TABLE postlude.batch
           (id VARCHAR PRIMARY KEY, org VARCHAR, row_count BIGINT, loaded_at TIMESTAMP)""",
    ),
)
VERSION = len(STEPS)
