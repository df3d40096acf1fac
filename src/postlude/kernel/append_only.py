"""Tables that are only ever added to: the database itself refuses to change or delete a row.

For migrations. On SQLite a row can also be replaced by an INSERT, without a trigger of DELETE;
the check before the insert stops that too.
"""

from collections.abc import Iterable
from typing import Any

from django.db.migrations import RunPython

_FUNCTION = """
CREATE OR REPLACE FUNCTION kernel_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
_POSTGRESQL = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION kernel_append_only()
"""
_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} {when}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""


def append_only(table: str, *, unique: tuple[str, ...]) -> RunPython:
    """Return the migration that protects `table`; `unique` is its unique key besides `id`."""
    return on_engine(
        postgresql=(_FUNCTION, _POSTGRESQL.format(table=table)),
        postgresql_back=(f"DROP TRIGGER {table}_append_only ON {table}",),
        sqlite=tuple(_sqlite(table, unique)),
        sqlite_back=tuple(
            f"DROP TRIGGER {table}_no_{verb}" for verb in ("update", "delete", "insert")
        ),
    )


def on_engine(
    *,
    postgresql: Iterable[str] = (),
    postgresql_back: Iterable[str] = (),
    sqlite: Iterable[str] = (),
    sqlite_back: Iterable[str] = (),
) -> RunPython:
    """Return a migration of statements that the engines say differently."""
    there = {"postgresql": tuple(postgresql), "sqlite": tuple(sqlite)}
    back = {"postgresql": tuple(postgresql_back), "sqlite": tuple(sqlite_back)}
    return RunPython(_runner(there), _runner(back))


def _runner(statements: dict[str, tuple[str, ...]]) -> Any:
    def run(_apps: Any, schema_editor: Any) -> None:
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return run


def _sqlite(table: str, unique: tuple[str, ...]) -> Iterable[str]:
    for verb in ("update", "delete"):
        yield _SQLITE.format(table=table, verb=verb, when="")
    same = " AND ".join(f"{column} = NEW.{column}" for column in unique)
    when = (
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) "  # noqa: S608 - names of our own
        f"OR EXISTS (SELECT 1 FROM {table} WHERE {same})"
    )
    yield _SQLITE.format(table=table, verb="insert", when=when)
