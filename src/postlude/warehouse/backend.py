"""Where rows may be loaded: one small Protocol, one folder per kind of warehouse.

DuckDB is the first. BigQuery gets a folder beside it: a session there is a client, `load` is a
load job named by the batch's id into staging and the same MERGE.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.conf import settings

from postlude.warehouse.duckdb.file import DuckDBFile
from postlude.warehouse.errors import WarehouseUnreadable
from postlude.warehouse.types import Batch, Counts, Loaded


class Session(Protocol):
    """The warehouse, open for the only writer. Each method is one transaction over there."""

    def load(self, batch: Batch, *, now: datetime) -> Loaded:
        """Write the batch once; a batch id that is already in the ledger changes nothing."""

    def forget(self, org: str, pseudonyms: Sequence[str]) -> int:
        """Delete every row of the persons behind these pseudonyms."""

    def sweep(self, org: str, tickets: Collection[int]) -> int:
        """Delete the rows of tickets that are not among `tickets`."""

    def purge(self) -> None:
        """Leave no byte of what was deleted or overwritten; nothing is written afterwards."""

    def counts(self, org: str) -> Counts:
        """Return how many rows each table holds for the organisation."""

    def schema_version(self) -> int: ...


class BackEnd(Protocol):
    """`open` raises WarehouseBusy at once when another process writes; it never waits."""

    name: str
    target: str

    def open(self, *, now: datetime) -> AbstractContextManager[Session]: ...


def configured() -> BackEnd:
    """Return the back end that POSTLUDE_WAREHOUSE names: a path, or `duckdb:path`."""
    text = str(settings.POSTLUDE_WAREHOUSE)
    kind, colon, rest = text.partition(":")
    if not colon or len(kind) == 1:  # a drive letter is a path
        return DuckDBFile(Path(text))
    if kind == "duckdb":
        return DuckDBFile(Path(rest))
    raise WarehouseUnreadable(
        words=f"POSTLUDE_WAREHOUSE names the back end “{kind}”",
        hint="Use a path such as var/warehouse.duckdb.",
    )
