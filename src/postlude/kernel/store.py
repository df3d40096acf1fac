"""The database: one way to write, bulk inserts, and the few things that depend on the engine.

No other module asks which engine it is.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Field, Model

from postlude.kernel.writer import FifoLock

_writer = FifoLock()
_mine = threading.local()
_PARAMETERS = 30_000  # SQLite allows 32,766 in one statement, PostgreSQL 65,535
T = TypeVar("T")
_PLAIN = (int, str, type(None))


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


def adapt(value: Any) -> Any:
    """Turn an aware instant into what the engine stores; leave the rest alone."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _fields(model: type[Model], columns: Sequence[str]) -> list["Field[Any, Any]"]:
    by_name = {}
    for field in model._meta.concrete_fields:  # noqa: SLF001 - _meta is Django's public word
        by_name[field.name] = by_name[field.attname] = field
    return [by_name[column] for column in columns]


def _prepared(fields: Sequence["Field[Any, Any]"], row: Sequence[Any]) -> list[Any]:
    return [
        value
        if isinstance(value, _PLAIN) and field.get_internal_type() != "JSONField"
        else field.get_db_prep_save(value, connection)
        for field, value in zip(fields, row, strict=True)
    ]


def _quoted(fields: Sequence["Field[Any, Any]"]) -> str:
    return ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)


def insert_many(model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """Insert rows by COPY (PostgreSQL) or executemany (SQLite); return how many.

    `columns` are field names; a row that violates a constraint fails the whole call.
    """
    if not rows:
        return 0
    fields = _fields(model, columns)
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001
    prepared = (_prepared(fields, row) for row in rows)
    with connection.cursor() as cursor:
        if is_postgresql():
            raw = cursor.cursor
            statement = f"COPY {table} ({_quoted(fields)}) FROM STDIN"
            with connection.wrap_database_errors, raw.copy(statement) as copy:
                for row in prepared:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(
                f"INSERT INTO {table} ({_quoted(fields)}) VALUES ({marks})",  # noqa: S608
                list(prepared),
            )
    return len(rows)


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
    fields = _fields(model, columns)
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001
    tail = (
        f"ON CONFLICT ({_quoted(_fields(model, conflict))}) DO NOTHING "
        f"RETURNING {_quoted(_fields(model, (returning,)))}"
    )
    inserted: list[Any] = []
    for chunk in chunks(rows, max(1, _PARAMETERS // len(fields))):
        marks = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * len(chunk))
        values = [value for row in chunk for value in _prepared(fields, row)]
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({_quoted(fields)}) VALUES {marks} {tail}",  # noqa: S608
                values,
            )
            inserted += [row[0] for row in cursor.fetchall()]
    return inserted


def marks(values: Iterable[Any]) -> str:
    """Return `%s, %s, …` for a list of values, at least one."""
    return ", ".join(["%s"] * len(list(values))) or "NULL"
