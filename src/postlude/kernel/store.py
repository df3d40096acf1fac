"""The database: one way to write, bulk inserts, and the few things that depend on the engine.

No other module asks which engine it is.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Field, Model

from postlude.kernel.writer import FifoLock

_writer = FifoLock()
_mine = threading.local()
_PARAMETERS = 30_000  # SQLite allows 32,766 in one statement, PostgreSQL 65,535
T = TypeVar("T")
_PLAIN = frozenset({int, str, bool, type(None)})
_FEW = 100  # up to here an INSERT costs less than the three steps of a COPY
# By the type of a column. Not `varchar(n)`: a cast to it cuts what is too long without a word.
_ARRAYS = {
    "bigint": "bigint",
    "integer": "integer",
    "smallint": "smallint",
    "boolean": "boolean",
    "date": "date",
    "varchar": "text",
    "timestamp with time zone": "timestamptz",
}


def is_postgresql() -> bool:
    """Say whether the engine is PostgreSQL; for `kernel` and `doctor` only."""
    return connection.vendor == "postgresql"


@contextmanager
def write() -> Iterator[None]:
    """Run a block as one transaction: all of it is committed, or nothing.

    On SQLite the writers of this process take turns (see `writer`) and the transaction starts as
    IMMEDIATE, so it never fails half-way for a lock. Nested blocks join the outer one.
    Never wait for a network or a person inside.
    """
    if connection.vendor != "sqlite" or getattr(_mine, "depth", False):
        with transaction.atomic():
            yield
        return
    with _writer.turn():
        _mine.depth = True
        try:
            with transaction.atomic():
                yield
        finally:
            _mine.depth = False


def after_commit(function: Callable[[], Any]) -> None:
    """Call `function` once the transaction is durable; at once when there is none."""
    transaction.on_commit(function)


def db_now() -> datetime:
    """Return the database's time, which leases use; never faked."""
    if not is_postgresql():  # the database is this process
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0].astimezone(UTC)  # type: ignore[no-any-return]


def rows_sql(sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """Run a query and return its rows; a mapping fills `%(name)s`."""
    given: Any = (
        {name: adapt(value) for name, value in params.items()}
        if isinstance(params, Mapping)
        else [adapt(value) for value in params]
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def execute(sql: str, params: Sequence[Any] = ()) -> int:
    """Run a statement and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [adapt(value) for value in params])
        return int(cursor.rowcount)


def execute_many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run a statement once for each row of parameters, in one go."""
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(sql, [[adapt(value) for value in row] for row in rows])


def adapt(value: Any) -> Any:
    """Turn an aware instant into what the engine stores; leave the rest alone."""
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is UTC and not is_postgresql():  # what Django's own way comes to, much sooner
        return str(value.replace(tzinfo=None))
    return connection.ops.adapt_datetimefield_value(value)


def instant(value: Any) -> datetime | None:
    """Read an instant from `rows_sql`.

    PostgreSQL gives an aware one, SQLite a naive one (of a column) or a text (of an expression),
    both in UTC.
    """
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    if found is None or found.tzinfo is not None:
        return found
    return found.replace(tzinfo=UTC)


def known_instant(value: Any) -> datetime:
    """Read an instant from a column that is never empty."""
    found = instant(value)
    if found is None:
        raise TypeError("an instant is missing")
    return found


def day(value: Any) -> date | None:
    """Read a date from `rows_sql`."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def locked() -> str:
    """Return what ends a SELECT that locks its rows; nothing on SQLite, where a writer is alone."""
    return "FOR UPDATE" if connection.features.has_select_for_update else ""


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def fields_of(model: type[Model], columns: Sequence[str]) -> list["Field[Any, Any]"]:
    """Return the fields of a model by their names."""
    by_name = {}
    for field in model._meta.concrete_fields:  # noqa: SLF001 - _meta is Django's public word
        by_name[field.name] = by_name[field.attname] = field
    return [by_name[column] for column in columns]


def _prepared(
    fields: Sequence["Field[Any, Any]"], rows: Iterable[Sequence[Any]]
) -> Iterator[Sequence[Any]]:
    """Yield rows as the engine takes them; one that is plain already costs next to nothing."""
    prepare = [_preparer(field) for field in fields]
    json = [field.get_internal_type() == "JSONField" for field in fields]
    free = any(json)
    plain = _PLAIN | {datetime} if is_postgresql() else _PLAIN
    for row in rows:
        if not free and len(row) == len(fields) and plain.issuperset(map(type, row)):
            yield row
        else:
            # What is plain already is not asked about: that would cost more than all the rest.
            yield [
                each(value) if special or type(value) not in plain else value
                for each, special, value in zip(prepare, json, row, strict=True)
            ]


def _preparer(field: "Field[Any, Any]") -> Callable[[Any], Any]:
    kind = field.get_internal_type()

    def as_field(value: Any) -> Any:
        return field.get_db_prep_save(value, connection)

    def as_instant(value: Any) -> Any:
        return adapt(value) if type(value) is datetime and value.tzinfo is UTC else as_field(value)

    def plainly(value: Any) -> Any:
        return value if type(value) in _PLAIN else as_field(value)

    if kind == "JSONField":
        return as_field
    # Many rows are made of few instants, and to spell one takes as long as all the rest of a row.
    return cache(as_instant) if kind == "DateTimeField" else plainly


def _arrays(
    fields: Sequence["Field[Any, Any]"], rows: Sequence[Sequence[Any]]
) -> tuple[str, list[Any]] | None:
    """Return rows as one array a column, for PostgreSQL; None where a column is not simple.

    A few rows go in twice as fast so as by VALUES, whose text the driver takes apart each time.
    """
    if not is_postgresql():
        return None
    kinds = [array_kind(field) for field in fields]
    if None in kinds:
        return None
    source = ", ".join(f"%s::{kind}[]" for kind in kinds)
    columns: Iterable[Sequence[Any]] = zip(*_prepared(fields, rows), strict=True)
    return f"SELECT * FROM unnest({source})", [list(column) for column in columns]  # noqa: S608


def array_kind(field: "Field[Any, Any]") -> str | None:
    """Return the type of a column in an array of PostgreSQL, None where it is not simple."""
    return _ARRAYS.get(str(field.db_type(connection)).partition("(")[0])


def quoted(fields: Sequence["Field[Any, Any]"]) -> str:
    """Return the columns of fields as a statement lists them."""
    return ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)


def insert_many(model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """Insert rows by COPY (PostgreSQL) or executemany (SQLite); return how many.

    `columns` are field names; a row that violates a constraint fails the whole call.
    """
    if not rows:
        return 0
    fields = fields_of(model, columns)
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001
    few = _arrays(fields, rows) if len(rows) <= _FEW else None
    prepared = _prepared(fields, rows)
    with connection.cursor() as cursor:
        if few is not None:
            cursor.execute(f"INSERT INTO {table} ({quoted(fields)}) {few[0]}", few[1])
        elif is_postgresql():
            raw = cursor.cursor
            statement = f"COPY {table} ({quoted(fields)}) FROM STDIN"
            with connection.wrap_database_errors, raw.copy(statement) as copy:
                for row in prepared:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(
                f"INSERT INTO {table} ({quoted(fields)}) VALUES ({marks})",  # noqa: S608
                list(prepared),
            )
    return len(rows)


def _values(
    fields: Sequence["Field[Any, Any]"], rows: Sequence[Sequence[Any]]
) -> tuple[str, list[Any]]:
    one = f"({', '.join(['%s'] * len(fields))})"
    values = [value for row in _prepared(fields, rows) for value in row]
    return f"VALUES {', '.join([one] * len(rows))}", values


def insert_ignore(
    model: type[Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    conflict: tuple[str, ...],
    returning: str = "id",
) -> list[Any]:
    """Insert what is not there yet; return `returning` of the rows really inserted.

    `conflict` names the fields of the unique key that decides. The order of the result is not
    that of the rows.
    """
    tail = (
        f"ON CONFLICT ({quoted(fields_of(model, conflict))}) DO NOTHING "
        f"RETURNING {quoted(fields_of(model, (returning,)))}"
    )
    return _insert(model, columns, rows, tail)


def upsert_many(
    model: type[Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    changes: AbstractSet[str],
) -> None:
    """Insert rows by `id`; of those that are there, write the columns of `changes`."""
    fields = fields_of(model, columns)
    changed = [quoted([field]) for field in fields if {field.name, field.attname} & changes]
    assignments = ", ".join(f"{column} = excluded.{column}" for column in changed)
    _insert(model, columns, rows, f"ON CONFLICT (id) DO UPDATE SET {assignments} RETURNING id")


def _insert(
    model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], tail: str
) -> list[Any]:
    fields = fields_of(model, columns)
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001
    inserted: list[Any] = []
    for chunk in chunks(rows, max(1, _PARAMETERS // len(fields))):
        source, values = _arrays(fields, chunk) or _values(fields, chunk)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({quoted(fields)}) {source} {tail}",
                values,
            )
            inserted += [row[0] for row in cursor.fetchall()]
    return inserted


def add_many(
    model: type[Model], key: str, columns: Sequence[str], rows: Sequence[Sequence[int]]
) -> int:
    """Add to integer columns of many rows, one statement for thousands; return how many there were.

    Each row is the value of `key`, then what to add to each of `columns`. No key comes twice.
    """
    (by,), fields = fields_of(model, (key,)), fields_of(model, columns)
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)  # noqa: SLF001
    sums = ", ".join(
        f"{quote(str(field.column))} = {table}.{quote(str(field.column))} + added.column{number}"
        for number, field in enumerate(fields, start=2)
    )
    touched = 0
    for chunk in chunks(rows, max(1, _PARAMETERS // (len(fields) + 1))):
        values = ", ".join([f"({marks(chunk[0])})"] * len(chunk))
        touched += execute(
            f"UPDATE {table} SET {sums} FROM (VALUES {values}) AS added "  # noqa: S608
            f"WHERE {table}.{quote(str(by.column))} = added.column1",
            [value for row in chunk for value in row],
        )
    return touched


def marks(values: Iterable[Any]) -> str:
    """Return `%s, %s, …` for a list of values, at least one."""
    return ", ".join(["%s"] * len(list(values))) or "NULL"


def leave_room(editor: BaseDatabaseSchemaEditor, table: str, percent: int) -> None:
    """Fill pages of a table only so far, for rows that are updated often; for migrations."""
    if editor.connection.vendor == "postgresql":
        editor.execute(f"ALTER TABLE {table} SET (fillfactor = {int(percent)})")
