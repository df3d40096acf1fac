"""Looking up many people at once, again and again, by an index."""

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import connection

from postlude.kernel import store
from postlude.kernel.preparing import adapt, array

_BY_INDEX = (
    *((f"enable_{each}", "off") for each in ("seqscan", "hashjoin", "mergejoin")),
    ("max_parallel_workers_per_gather", "0"),
    ("jit", "off"),
)
_mine = threading.local()


@contextmanager
def by_index() -> Iterator[None]:
    """Find rows by an index, one after the other, for the rest of the caller's transaction.

    For who asks about lists of people all the time, the same questions again (`rows_by`). The
    planner of PostgreSQL takes a table that has grown since it was last looked at for a small one,
    and reads all of it for each 500 people; or starts processes that take longer than the answer.
    """
    if not store.is_postgresql() or getattr(_mine, "by_index", False):
        yield
        return
    wanted = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in _BY_INDEX)
    store.execute(f"SELECT {wanted}")
    _mine.by_index = True
    try:
        yield
    finally:
        _mine.by_index = False


def rows_by(  # noqa: PLR0913 - what of which rows, and by what
    columns: str,
    table: str,
    where: str,
    params: Sequence[Any],
    *,
    order: str = "",
    tail: str = "",
    **by: Collection[Any],
) -> list[tuple[Any, ...]]:
    """Return the rows of a table where a column has one of many values, `contact_id=[…]`.

    With several columns, the first values of each belong together, and so on; then a few more rows
    may be returned, never fewer. `where` is the rest of the condition, `order` names columns that
    are asked for. On PostgreSQL each value is looked up by itself: whatever the planner believes of
    a new table, it does not read all that an organisation has.
    """
    lists = [list(values) for values in by.values()]
    if not lists[0]:
        return []
    ordered = f" ORDER BY {order}" if order else ""
    if not store.is_postgresql():
        among = " AND ".join(f"{name} {store.among()}" for name in by)
        given = [*params, *(store.many(values) for values in lists)]
        plain = f"SELECT {columns} FROM {table} WHERE {where} AND {among}{ordered}"  # noqa: S608
        return store.rows_sql(plain, given)
    kinds = ", ".join(f"%s::{'bigint' if type(values[0]) is int else 'text'}[]" for values in lists)
    names = [f"wanted{number}" for number in range(len(lists))]
    same = " AND ".join(f"{name} = {it}" for name, it in zip(by, names, strict=True))
    sql = (
        f"SELECT found.* FROM unnest({kinds}) AS wanted ({', '.join(names)}) CROSS JOIN LATERAL "  # noqa: S608
        f"(SELECT {columns} FROM {table} WHERE {where} AND {same}{tail} OFFSET 0) AS found{ordered}"
    )
    values = [*map(array, lists), *params]
    if not getattr(_mine, "by_index", False):
        return store.rows_sql(sql, values)
    with connection.make_cursor(_again()(connection.connection)) as cursor:
        cursor.execute(sql, [adapt(value) for value in values])
        return list(cursor.fetchall())


@cache
def _again() -> type[Any]:
    """Return the cursor of statements that are asked again: planned once, for whatever values."""
    from django.db.backends.postgresql.base import ServerBindingCursor  # noqa: PLC0415 - an extra
    from django.db.backends.postgresql.psycopg_any import register_tzloader  # noqa: PLC0415

    class Again(ServerBindingCursor):
        def __init__(self, database: Any) -> None:
            super().__init__(database)  # type: ignore[call-arg]
            register_tzloader(connection.timezone, self)

        def execute(self, query: Any, params: Any = None, **_: Any) -> Any:
            return super().execute(query, params, prepare=True)  # type: ignore[misc]

    return Again
