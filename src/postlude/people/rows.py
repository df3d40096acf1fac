"""What a batch of contacts holds now, read without model objects: every mail asks several times."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from postlude.kernel import lookups, store
from postlude.people.aliases import CHUNK


@dataclass(frozen=True, slots=True)
class CurrentAddress:
    id: int
    contact: int
    kind: str
    value: str
    legacy_hash: str


@dataclass(frozen=True, slots=True)
class ContactRow:
    id: int
    name: str
    locale: str
    first_seen_at: datetime
    erased_at: datetime | None


def current_addresses(org: int, heads: Sequence[int]) -> Iterator[CurrentAddress]:
    for chunk in store.chunks(heads, CHUNK):
        rows = store.rows_sql(
            "SELECT id, contact_id, kind, value, legacy_hash FROM people_address "  # noqa: S608 - ours
            f"WHERE org_id = %s AND contact_id {store.among()} AND until IS NULL "
            "ORDER BY id",
            [org, store.many(chunk)],
        )
        yield from (CurrentAddress(*row) for row in rows)


def addresses_of_kind(org: int, heads: Sequence[int], kind: str) -> Iterator[tuple[int, int, str]]:
    """Yield the contact, the number and the value of each current address of one kind."""
    for chunk in store.chunks(heads, CHUNK):
        rows = lookups.rows_by(
            "contact_id, id, value, kind",
            "people_address",
            "org_id = %s AND until IS NULL",
            [org],
            order="id",
            contact_id=chunk,
        )
        # The kind is looked at here: asked in SQL, SQLite reads all addresses of that kind.
        yield from (row[:3] for row in rows if row[3] == kind)


def erased_among(org: int, heads: Sequence[int]) -> Iterator[int]:
    """Yield who of these was forgotten."""
    for chunk in store.chunks(heads, CHUNK):
        rows = lookups.rows_by(
            "id", "people_contact", "org_id = %s AND erased_at IS NOT NULL", [org], id=chunk
        )
        yield from (number for (number,) in rows)


def contact_rows(org: int, heads: Sequence[int]) -> Iterator[ContactRow]:
    for chunk in store.chunks(heads, CHUNK):
        rows = store.rows_sql(
            "SELECT id, name, locale, first_seen_at, erased_at FROM people_contact "  # noqa: S608 - our own SQL
            f"WHERE org_id = %s AND id {store.among()}",
            [org, store.many(chunk)],
        )
        for number, name, locale, seen, erased in rows:
            times = store.known_instant(seen), store.instant(erased)
            yield ContactRow(number, name, locale, *times)
