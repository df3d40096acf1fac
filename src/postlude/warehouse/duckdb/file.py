"""The file: opened by one writer at a time, brought to the current schema, written by MERGE.

The lock on the file is taken before the facts are read and kept until the rows are committed.
Two loaders can therefore never write an older fact over a newer one.
"""

import os
import re
import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from postlude.kernel.doctor import Finding
from postlude.warehouse import schema
from postlude.warehouse.duckdb import statements
from postlude.warehouse.errors import WarehouseBusy, WarehouseTooNew, WarehouseUnreadable
from postlude.warehouse.types import Batch, Counts, Loaded, Row

LEDGER_KEPT = timedelta(days=90)

# Nothing is fetched from the network, and a laptop keeps its memory for the pipeline.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": "256MB",
    "threads": 1,
}
_MEND = "chown it to this user, or let POSTLUDE_WAREHOUSE name another file."
_LOCKED = re.compile(r"lock|being used by another process", re.IGNORECASE)
_OURS = threading.Lock()  # DuckDB's own lock is per process, not per thread


class DuckDBFile:
    """A back end: one file on a local disk."""

    name = "duckdb"
    every = timedelta(0)

    def __init__(self, path: Path, steps: Sequence[Sequence[str]] = schema.STEPS) -> None:
        self.path = path
        self.target = str(path)
        self._steps = steps

    @contextmanager
    def open(
        self,
        *,
        now: datetime,
        alive: Callable[[], None] = lambda: None,  # noqa: ARG002 - nothing here takes long
    ) -> Iterator["FileSession"]:
        """Take the file, or raise WarehouseBusy at once."""
        if not _OURS.acquire(blocking=False):
            raise WarehouseBusy(path=self.path)
        try:
            connection = self._connect()
            try:
                with _trouble_told():
                    session = FileSession(connection, self.path)
                    session.migrate(self._steps, now=now)
                    yield session
            finally:
                connection.close()
        finally:
            _OURS.release()

    def named(self, table: str) -> str:
        return f"ods.{table}"

    def examine(self, *, online: bool) -> list[Finding]:  # noqa: ARG002 - nothing is far away
        """Look at the file without taking it."""
        folder = next(each for each in (self.path, *self.path.parents) if each.exists())
        if not os.access(folder, os.W_OK):
            return [Finding("warehouse", "problem", f"{folder} cannot be written", _MEND)]
        return [Finding("warehouse", "ok", f"DuckDB, {self.path}")]

    def _connect(self) -> duckdb.DuckDBPyConnection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = duckdb.connect(str(self.path), config=_CONFIG)
            self.path.chmod(0o600)
        except duckdb.IOException as error:
            if _LOCKED.search(str(error)):
                raise WarehouseBusy(path=self.path) from None
            raise WarehouseUnreadable(words=type(error).__name__) from error
        except (duckdb.Error, OSError) as error:
            raise WarehouseUnreadable(words=type(error).__name__) from error
        return connection


@contextmanager
def _trouble_told() -> Iterator[None]:
    """Tell trouble with the disk or the memory, which is not a row's, in our words."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException) as error:
        raise WarehouseUnreadable(words=type(error).__name__) from error


class FileSession:
    """An open file; every public method is one transaction."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def migrate(self, steps: Sequence[Sequence[str]], *, now: datetime) -> None:
        """Bring the file to the newest schema, step by step; refuse a file from the future."""
        with self._transaction():
            for statement in statements.BOOTSTRAP:
                self._run(statement)
        found = self.schema_version()
        if found > len(steps):
            raise WarehouseTooNew(found=found, known=len(steps))
        for version, step in enumerate(steps[found:], start=found + 1):
            with self._transaction():
                for statement in step:
                    self._run(statement)
                self._run(statements.STEP_DONE, [version, _utc(now)])

    def schema_version(self) -> int:
        return self._count(statements.VERSION)

    def load(self, batch: Batch, *, now: datetime) -> Loaded:
        with self._transaction():
            if self._run(statements.IN_LEDGER, [batch.id]):
                return Loaded(batch.id, len(batch.rows), repeated=True)
            self._leave_old_places(batch)
            for table in schema.TABLES:
                mine = [row for row in batch.rows if row.table == table]
                if mine:
                    self._merge(table, mine)
            self._run(statements.INTO_LEDGER, [batch.id, batch.org, len(batch.rows), _utc(now)])
            self._run(statements.PRUNE_LEDGER, [_utc(now - LEDGER_KEPT)])
        return Loaded(batch.id, len(batch.rows), repeated=False)

    def forget(self, org: str, pseudonyms: Sequence[str]) -> int:
        with self._transaction():
            return sum(
                self._count(statements.forget(table), [org, list(pseudonyms)])
                for table in schema.TABLES
            )

    def purge(self) -> None:
        """Write the file anew: DuckDB keeps the bytes of deleted rows until it needs the room.

        The new file takes the old one's place while the lock on the old one is still ours, so no
        other writer can get in between and lose its rows with the old file.
        """
        old = self._path.resolve()
        room = old.with_name(f"{old.name}.new")
        shutil.rmtree(room, ignore_errors=True)  # of a purge that was killed
        room.mkdir(mode=0o700)  # DuckDB makes files that all may read, and takes no empty one
        new = room / old.name
        self._run("CHECKPOINT")
        name = str(self._run("SELECT current_database()")[0][0])
        self._run(statements.attach(str(new)))
        self._run(statements.copy(name))
        self._run(statements.DETACH)
        new.chmod(0o600)
        new.replace(old)
        room.rmdir()

    def sweep(self, org: str, tickets: Collection[int]) -> int:
        with self._transaction():
            return sum(
                self._count(statements.sweep(table), [org, list(tickets)])
                for table in schema.TABLES
            )

    def counts(self, org: str) -> Counts:
        found = {table: self._run(statements.count(table), [org])[0] for table in schema.TABLES}
        return Counts(
            {table: int(str(rows)) for table, (rows, _) in found.items()},
            {table: int(str(refunded)) for table, (_, refunded) in found.items()},
        )

    def _leave_old_places(self, batch: Batch) -> None:
        """Delete rows of these tickets that stand elsewhere: other table, or other event id.

        A webhook knows an event's slug, polling later its id; a renamed event changes its kind.
        """
        for table in schema.TABLES:
            staying = [row for row in batch.rows if row.table == table]
            leaving = [row for row in batch.rows if row.table != table]
            if leaving:
                self._run(statements.leave(table), [batch.org, _tickets(leaving)])
            if staying:
                keys = [[row.key[part] for row in staying] for part in (1, 2)]
                self._run(statements.rekey(table), [batch.org, _tickets(staying), *keys])

    def _merge(self, table: str, rows: Sequence[Row]) -> None:
        extra = sorted({name for row in rows for name in row.answers})
        for name in extra:
            if schema.may_be_column(name):
                self._run(statements.add_column(table, name))
        columns = (*schema.SALE_COLUMNS, *extra)
        merged = [{**row.answers, **row.values} for row in rows]
        self._run(statements.new_staging(table))
        self._run(
            statements.fill_staging(columns),
            [[values.get(name) for values in merged] for name in columns],
        )
        self._run(statements.merge(table))
        self._run(statements.DROP_STAGING)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.begin()
        try:
            yield
        except BaseException:
            self._roll_back()
            raise
        self._connection.commit()

    def _roll_back(self) -> None:
        try:
            self._connection.rollback()
        except duckdb.Error:  # the connection is closed next, which ends the transaction too
            return

    def _run(self, sql: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        return self._connection.execute(sql, list(values)).fetchall()

    def _count(self, sql: str, values: Sequence[object] = ()) -> int:
        return int(str(self._run(sql, values)[0][0]))


def _tickets(rows: Sequence[Row]) -> list[object]:
    return [row.values["ticket_id"] for row in rows]


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
