"""The database: one way to write, bulk inserts, and the few things that depend on the engine.

No other module asks which engine it is.
"""

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from django.db import IntegrityError, connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Field, Model

from postlude.kernel import spelled
from postlude.kernel.preparing import adapt, array, prepared, prepared_columns
from postlude.kernel.writer import FifoLock

_writer = FifoLock()
_mine = threading.local()
_PARAMETERS = 30_000  # SQLite allows 32,766 in one statement, PostgreSQL 65,535
_BRIEF = frozenset({bool, type(None)})
_PLAINLY_WRITTEN = frozenset({int, str})
_HARMLESS = re.compile(r"[\w .:+-]*", re.ASCII).fullmatch  # nothing of it means anything in SQL
T = TypeVar("T")
_FEW = 100  # up to here an INSERT costs less than the three steps of a COPY
# By the type of a column. Not `varchar(n)`: a cast to it cuts what is too long without a word.
_ARRAYS = {
    "bigint": "bigint",
    "integer": "integer",
    "smallint": "smallint",
    "boolean": "boolean",
    "date": "date",
    "varchar": "text",
    "text": "text",
    "timestamp with time zone": "timestamptz",
    "bytea": "bytea",
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


def shared() -> str:
    """Return what ends a SELECT whose rows nobody may change meanwhile, though others hold them."""
    return "FOR SHARE" if connection.features.has_select_for_update else ""


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


def _arrays(
    fields: Sequence["Field[Any, Any]"], rows: Sequence[Sequence[Any]]
) -> tuple[str, list[Any]] | None:
    """Return rows as one array a column, for PostgreSQL; None where a column is not simple.

    They go in twice as fast so as by VALUES, whose text the driver takes apart each time.
    """
    if not is_postgresql():
        return None
    documents = [field.get_internal_type() == "JSONField" for field in fields]
    kinds = [
        "text" if document else array_kind(field)
        for field, document in zip(fields, documents, strict=True)
    ]
    if None in kinds:
        return None
    source = ", ".join(f"%s::{kind}[]" for kind in kinds)
    names = [f"column{number}" for number in range(len(fields))]
    taken = ", ".join(
        f"{name}::jsonb" if document else name
        for name, document in zip(names, documents, strict=True)
    )
    columns = [array(column) for column in prepared_columns(fields, rows)]
    return f"SELECT {taken} FROM unnest({source}) AS given ({', '.join(names)})", columns  # noqa: S608


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
    with connection.cursor() as cursor:
        if few is not None:
            cursor.execute(f"INSERT INTO {table} ({quoted(fields)}) {few[0]}", few[1])
        elif is_postgresql():
            raw = cursor.cursor
            statement = f"COPY {table} ({quoted(fields)}) FROM STDIN"
            with connection.wrap_database_errors, raw.copy(statement) as copy:
                _copy(copy, prepared_columns(fields, rows))
        else:
            values, given = _row_by_row(fields, rows)
            cursor.executemany(f"INSERT INTO {table} ({quoted(fields)}) {values}", given)
    return len(rows)


def insert_alone(model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert a few rows by one statement, which is a commit of its own: durable when this returns.

    Half the ways to the database that a transaction has around it. Inside one it is a part of that.
    """
    fields = fields_of(model, columns)
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001
    source, given = _arrays(fields, rows) or _values(fields, rows)
    with _pen(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({quoted(fields)}) {source}", given)


@contextmanager
def _pen() -> Iterator[None]:
    """Hold SQLite's one pen for a statement that is a transaction by itself."""
    if is_postgresql() or getattr(_mine, "depth", False):
        yield
        return
    with _writer.turn():
        _mine.alone = True
        try:
            yield
        finally:
            _mine.alone = False


def _row_by_row(
    fields: Sequence["Field[Any, Any]"], rows: Sequence[Sequence[Any]]
) -> tuple[str, list[tuple[Any, ...]]]:
    """Return `VALUES (…)` and what goes in for each row, for SQLite.

    What all rows share is part of the statement and not handed over for each: half of the columns
    of a batch most often, and the driver copies every one.
    """
    values, given = [], []
    for column in prepared_columns(fields, rows):
        written = _shared(column)
        values.append(written or "%s")
        if written is None:
            given.append(column)
    filled = list(zip(*given, strict=True)) if given else [()] * len(rows)
    return f"VALUES ({', '.join(values)})", filled


def _shared(column: Sequence[Any]) -> str | None:
    """Return the one value of a column as SQL writes it; None where it has several, or one that
    needs escaping.

    Of few rows only a NULL or a truth: their statement is better the same the next time.
    """
    first = column[0]
    kind = type(first)
    if kind not in _BRIEF and (kind not in _PLAINLY_WRITTEN or len(column) < _FEW):
        return None
    if column.count(first) < len(column) or len(set(map(type, column))) > 1:
        return None  # of one kind: 0 and false are equal
    if first is None:
        return "NULL"
    if kind is str:
        return f"'{first}'" if _HARMLESS(first) else None
    return str(int(first))


def _copy(copy: Any, columns: Sequence[Sequence[Any]]) -> None:
    text = spelled.table(columns)
    if text is not None:
        copy.write(text)
        return
    for row in zip(*columns, strict=True):
        copy.write_row(row)


def _values(
    fields: Sequence["Field[Any, Any]"], rows: Sequence[Sequence[Any]]
) -> tuple[str, list[Any]]:
    one = f"({', '.join(['%s'] * len(fields))})"
    values = [value for row in prepared(fields, rows) for value in row]
    return f"VALUES {', '.join([one] * len(rows))}", values


def insert_ignore(  # noqa: PLR0913 - what goes in, and what decides
    model: type[Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    conflict: tuple[str, ...],
    returning: str = "id",
    expect_new: bool = False,
) -> list[Any]:
    """Insert what is not there yet; return `returning` of the rows really inserted.

    `conflict` names the fields of the unique key that decides. The order of the result is not
    that of the rows. `expect_new`: the caller has looked, and mostly all are new; then many rows
    go in by COPY, and row by row only where somebody was quicker.
    """
    if expect_new and len(rows) > _FEW and is_postgresql() and returning in columns:
        try:
            with transaction.atomic():
                insert_many(model, columns, rows)
        except IntegrityError:
            pass
        else:
            return [row[list(columns).index(returning)] for row in rows]
    ignoring = f"ON CONFLICT ({quoted(fields_of(model, conflict))}) DO NOTHING"
    by, *_ = fields_of(model, (returning,))
    if len(rows) > _FEW and by.primary_key and returning in columns and not is_postgresql():
        return _insert_ignore_many(model, columns, rows, ignoring, returning)
    return _insert(model, columns, rows, f"{ignoring} RETURNING {quoted((by,))}")


def _insert_ignore_many(
    model: type[Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    ignoring: str,
    returning: str,
) -> list[Any]:
    """Insert row by row in one go, and look which are there only if some are not.

    Five times as fast as one statement of ten thousand parameters.
    """
    fields = fields_of(model, columns)
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001
    wanted = [row[list(columns).index(returning)] for row in rows]
    values, given = _row_by_row(fields, rows)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({quoted(fields)}) {values} {ignoring}",
            given,
        )
        if cursor.rowcount == len(rows):
            return wanted
    key = quoted(fields_of(model, (returning,)))
    found = rows_sql(f"SELECT {key} FROM {table} WHERE {key} {among()}", [many(wanted)])  # noqa: S608
    return [row[0] for row in found]


def upsert_many(
    model: type[Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    changes: AbstractSet[str],
    key: str = "id",
) -> None:
    """Insert rows by `key`; of those that are there, write the columns of `changes`."""
    fields = fields_of(model, columns)
    changed = [quoted([field]) for field in fields if {field.name, field.attname} & changes]
    assignments = ", ".join(f"{column} = excluded.{column}" for column in changed)
    by = quoted(fields_of(model, (key,)))
    tail = f"ON CONFLICT ({by}) DO UPDATE SET {assignments} RETURNING {by}"
    _insert(model, columns, rows, tail)


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


def insert_or(
    model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], otherwise: str
) -> None:
    """Insert rows by `id`; `otherwise` is what our own SQL does ON CONFLICT."""
    if is_postgresql():
        _insert(model, columns, rows, f"{otherwise} RETURNING id")
        return
    fields = fields_of(model, columns)
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({quoted(fields)}) VALUES ({marks(fields)}) {otherwise}",  # noqa: S608
            prepared(fields, rows),
        )


def given(
    model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> tuple[str, list[Any]]:
    """Return a few rows as the table `given` of an UPDATE … FROM, and the values that it holds.

    Its columns are named and typed as those of the model are.
    """
    fields = fields_of(model, columns)
    source, values = _arrays(fields, rows) or _values(fields, rows)
    first = 0 if is_postgresql() else 1
    names = ", ".join(
        f"column{number} AS {quoted([field])}" for number, field in enumerate(fields, first)
    )
    return f"(SELECT {names} FROM ({source}) AS listed) AS given", values  # noqa: S608


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
    change = f"UPDATE {table} SET {sums} FROM"  # noqa: S608
    where = f"WHERE {table}.{quote(str(by.column))} = added.column1"
    touched = 0
    for chunk in chunks(rows, max(1, _PARAMETERS // (len(fields) + 1))):
        if is_postgresql():
            turned = [array(column) for column in zip(*chunk, strict=True)]
            source = ", ".join(["%s::bigint[]"] * len(turned))
            names = ", ".join(f"column{number}" for number in range(1, len(turned) + 1))
            touched += execute(f"{change} unnest({source}) AS added ({names}) {where}", turned)
            continue
        values = ", ".join([f"({marks(chunk[0])})"] * len(chunk))
        touched += execute(
            f"{change} (VALUES {values}) AS added {where}",
            [value for row in chunk for value in row],
        )
    return touched


def among() -> str:
    """Return what makes a column one of many values, which go in as one parameter: `many`.

    Neither driver has a statement of 500 parameters to take apart, and it is the same statement
    for every number of values.
    """
    return "= ANY(%s)" if is_postgresql() else "IN (SELECT value FROM json_each(%s))"


def not_by(column: str) -> str:
    """Return a column so that a condition on it is no way to the rows: others lead to fewer.

    Nobody keeps SQLite's statistics, and without them it takes what all rows of an organisation
    share for as good a way as the numbers of five rows. PostgreSQL has them, and chooses itself.
    """
    return column if is_postgresql() else f"+{column}"


def many(values: Iterable[Any]) -> Any:
    """Return whole numbers, or texts, as the parameter of `among`."""
    return array(list(values)) if is_postgresql() else json.dumps(list(values))


def marks(values: Iterable[Any]) -> str:
    """Return `%s, %s, …` for a list of values, at least one."""
    return ", ".join(["%s"] * len(list(values))) or "NULL"


def leave_room(editor: BaseDatabaseSchemaEditor, table: str, percent: int) -> None:
    """Fill pages of a table only so far, for rows that are updated often; for migrations."""
    if editor.connection.vendor == "postgresql":
        editor.execute(f"ALTER TABLE {table} SET (fillfactor = {int(percent)})")
