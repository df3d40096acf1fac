"""Emptying the database between two tests: only what has rows, and what tests do not touch stays.

Django empties each table and then makes the permissions of 150 models anew: a fifth of a second of
a processor for each of thousands of tests, most of which take less themselves.
"""

from functools import cache
from typing import Any

from django.core.management.color import no_style
from django.db import DatabaseError, connection
from django.test import TransactionTestCase

# Made after migrating, the same for every test.
_STAYS = ("django_content_type", "auth_permission")


def take_over() -> None:
    """Let every transactional test end so."""
    _empty_only_what_is_full()
    all_anew = TransactionTestCase._fixture_teardown
    left: list[Any] = []  # what stands in the tables that stay, as Django has made it

    def _fixture_teardown(self: TransactionTestCase) -> None:
        try:
            if left and left == _standing():
                _empty()
                return
        except DatabaseError:  # a test took a table away
            _tables.cache_clear()
        all_anew(self)
        left[:] = _standing()

    TransactionTestCase._fixture_teardown = _fixture_teardown  # type: ignore[method-assign]


def let_go_of_what_hangs() -> None:
    """End a statement in the midst of which a test was stopped, by its time limit most often.

    Nobody could use its connection any more, and all tests that follow in this process would fail.
    """
    raw: Any = connection.connection
    if connection.vendor != "postgresql" or raw is None:
        return
    if raw.info.transaction_status.name == "ACTIVE":
        raw.cancel_safe(timeout=5)
        connection.close()


def _standing() -> list[Any]:
    with connection.cursor() as cursor:
        parts = ", ".join(
            f"(SELECT COUNT(*) FROM {each}), (SELECT MAX(id) FROM {each})" for each in _STAYS
        )
        cursor.execute(f"SELECT {parts}")
        return list(cursor.fetchone())


def _empty() -> None:
    statements = connection.ops.sql_flush(no_style(), _tables())
    connection.ops.execute_sql_flush(statements)


@cache
def _tables() -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return [each for each in names if each not in _STAYS]


def _empty_only_what_is_full() -> None:
    """Empty the tables that have rows, by DELETE on PostgreSQL too.

    A truncated table is a new file, and so is each of its indexes: on a slow disk that is a second
    a test. Without the right to silence triggers and foreign keys it is truncated all the same.
    """
    truncate = connection.ops.sql_flush

    def sql_flush(style: Any, tables: list[str], **options: Any) -> list[str]:
        with connection.cursor() as cursor:
            quoted = [(table, connection.ops.quote_name(table)) for table in tables]
            cursor.execute(
                " UNION ALL ".join(
                    f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {name})"
                    for table, name in quoted
                )
            )
            full = [row[0] for row in cursor.fetchall()]
        if not full:
            return []
        if connection.vendor == "postgresql" and _may_silence_triggers():
            names = [connection.ops.quote_name(table) for table in full]
            silence = "SET LOCAL session_replication_role = replica"
            return [silence, *(f"DELETE FROM {name}" for name in names)]
        if connection.vendor == "postgresql":
            return list(truncate(style, full, **{**options, "allow_cascade": True}))
        return _around_triggers(full, list(truncate(style, full, **options)))

    connection.ops.sql_flush = sql_flush  # type: ignore[method-assign]


@cache
def _may_silence_triggers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        return bool(cursor.fetchone()[0])


def _around_triggers(tables: list[str], statements: list[str]) -> list[str]:
    """On SQLite a table is emptied by DELETE, which the tables that are append-only refuse."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = [(name, sql) for name, table, sql in cursor.fetchall() if table in set(tables)]
    dropped = [f"DROP TRIGGER {connection.ops.quote_name(name)}" for name, _ in found]
    return [*dropped, *statements, *(sql for _, sql in found)]
