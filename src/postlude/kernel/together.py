"""Several statements that are worth doing only as a whole: kept together, or none of them.

On PostgreSQL they travel in one message. A round trip costs as much as inserting some thirty rows,
and whoever holds the row lock of a hot counter holds it for as long.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import repeat
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Model

from postlude.kernel import preparing, store


class Step(NamedTuple):
    """A statement; with `rows` it is run once for each of them."""

    sql: str
    params: Sequence[Any] = ()
    rows: Sequence[Sequence[Any]] | None = None


def update(sql: str, params: Sequence[Any]) -> Step:
    return Step(sql, [preparing.adapt(value) for value in params])


def insert(model: type[Model], columns: dict[str, Any], *, unless: tuple[str, ...] = ()) -> Step:
    """Insert rows that are given as columns: a list has one value a row, all else is in each row.

    At least one column is a list. `unless` names the fields of a unique key: what is there already
    under it is left alone.
    """
    lists = frozenset(name for name, value in columns.items() if type(value) is list)
    sql = _insert_sql(connection.vendor, model, tuple(columns), lists, unless)
    if store.is_postgresql():
        first = [_array(columns[name]) for name in columns if name in lists]
        return Step(sql, [*(columns[name] for name in columns if name not in lists), *first])
    spelled = {
        name: map(_spell, value) if name in lists else repeat(_spell(value))
        for name, value in columns.items()
        if name in _instants(model)
    }
    same = {name: repeat(value) for name, value in columns.items() if name not in lists}
    by_column = (columns | same | spelled).values()
    return Step(sql, rows=list(zip(*by_column, strict=False)))


def keep_if(steps: Sequence[Step], touched: Sequence[int]) -> bool:
    """Do the steps; undo all of them unless each touched as many rows as is said here.

    Inside a transaction of the caller. Undoing lets go of their locks as well.
    """
    counts = _run([Step("SAVEPOINT together"), *steps])[1:]
    kept = counts == list(touched)
    if not kept:
        store.execute("ROLLBACK TO SAVEPOINT together")
    if not kept or connection.savepoint_ids:  # a commit that is near lets go of it for nothing
        store.execute("RELEASE SAVEPOINT together")
    return kept


def _run(steps: Sequence[Step]) -> list[int]:
    with connection.cursor() as cursor:
        if store.is_postgresql():
            params = [value for step in steps for value in step.params]
            cursor.execute(";".join(step.sql for step in steps), params)
            counts = [cursor.rowcount]
            while cursor.nextset():
                counts.append(cursor.rowcount)
            return counts
        counts = []
        for step in steps:
            if step.rows is None:
                cursor.execute(step.sql, step.params)
            else:
                cursor.executemany(step.sql, step.rows)
            counts.append(cursor.rowcount)
        return counts


@cache
def _instants(model: type[Model]) -> frozenset[str]:
    fields = model._meta.concrete_fields  # noqa: SLF001 - _meta is Django's public word
    return frozenset(each.name for each in fields if each.get_internal_type() == "DateTimeField")


@cache
def _insert_sql(
    vendor: str,
    model: type[Model],
    columns: tuple[str, ...],
    lists: frozenset[str],
    unless: tuple[str, ...],
) -> str:
    fields = store.fields_of(model, columns)
    by_row = [name in lists for name in columns]
    into = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} "  # noqa: SLF001
    tail = f" ON CONFLICT ({store.quoted(store.fields_of(model, unless))}) DO NOTHING"
    end = tail if unless else ""
    if vendor != "postgresql":
        return f"{into}({store.quoted(fields)}) VALUES ({store.marks(fields)}){end}"
    # What is the same in each row first: so the parameters of both kinds stay in their order.
    order = sorted(range(len(fields)), key=lambda place: by_row[place])
    kinds = [store.array_kind(fields[place]) for place in order]
    same = [f"%s::{kind}" for kind, place in zip(kinds, order, strict=True) if not by_row[place]]
    many = [f"%s::{kind}[]" for kind, place in zip(kinds, order, strict=True) if by_row[place]]
    names = [f"u{number}" for number in range(len(many))]
    source = f"unnest({', '.join(many)}) AS u({', '.join(names)})"
    chosen = f"SELECT {', '.join([*same, *names])} FROM {source}"  # noqa: S608 - names alone
    return f"{into}({store.quoted([fields[place] for place in order])}) {chosen}{end}"


def _spell(value: Any) -> Any:
    """Do as `preparing.adapt` on SQLite, without asking for each instant which engine it is."""
    if type(value) is datetime and value.tzinfo is UTC:
        return str(value.replace(tzinfo=None))
    return preparing.adapt(value)


def _array(values: Sequence[Any]) -> str:
    """Spell an array as PostgreSQL reads it; the driver's own way takes four times as long."""
    if set(map(type, values)) == {int}:
        return "{" + ",".join(map(str, values)) + "}"
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, date | datetime):
        return f'"{value.isoformat()}"'
    return str(value)
