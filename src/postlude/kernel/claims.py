"""Claiming rows for work: one conditional UPDATE, any number of workers, no row twice."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model

from postlude.kernel import store

# How long a dead worker's rows wait for another one. Shorter only in tests that kill workers.
LEASE_SECONDS = float(os.environ.get("POSTLUDE_LEASE_SECONDS", "30"))


def claim(  # noqa: PLR0913 - a statement has as many parts as SQL gives it
    model: type[Model],
    *,
    where: str,
    params: Sequence[Any],
    order: str,
    limit: int,
    owner: str,
    lease_s: float = LEASE_SECONDS,
    set: Mapping[str, Any] | None = None,  # noqa: A002 - the SQL word
) -> list[int]:
    """Lease up to `limit` rows to `owner` and return their ids (in no particular order).

    The table needs `id`, `owner` and `lease_until`. Rows with a running lease are left alone.
    `where` and `order` are SQL of our own over the table's columns, `params` its values;
    `set` names further columns to set. On PostgreSQL rows being claimed by others are skipped.
    """
    now = store.db_now()
    # A look first: on SQLite an empty claim would queue for the one pen, ten times a second.
    if not _any(model, where, params, now):
        return []
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)  # noqa: SLF001
    extra = dict(set or {})
    assignments = "".join(f", {quote(name)} = %s" for name in extra)
    skip = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    sql = f"""
        WITH chosen AS MATERIALIZED (
            SELECT id AS chosen_id FROM {table}
            WHERE ({where}) AND (lease_until IS NULL OR lease_until < %s)
            ORDER BY {order} LIMIT {int(limit)} {skip}
        )
        UPDATE {table} SET owner = %s, lease_until = %s{assignments}
        FROM chosen WHERE id = chosen_id RETURNING id
    """  # noqa: S608 - every part is our own SQL; values are parameters
    values = [*params, now, owner, now + timedelta(seconds=lease_s), *extra.values()]
    with store.write():
        return [int(row[0]) for row in store.rows_sql(sql, values)]


def _any(model: type[Model], where: str, params: Sequence[Any], now: datetime) -> bool:
    table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001
    sql = f"""
        SELECT 1 FROM {table}
        WHERE ({where}) AND (lease_until IS NULL OR lease_until < %s) LIMIT 1
    """  # noqa: S608 - every part is our own SQL; values are parameters
    return bool(store.rows_sql(sql, [*params, now]))
