"""Where rows may be loaded: one small Protocol, one folder per kind of warehouse.

A DuckDB file is the default. BigQuery's client is an extra, imported only where it is used.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from django.conf import settings

from postlude.kernel.doctor import Finding
from postlude.warehouse.bigquery import target as targets
from postlude.warehouse.bigquery.dataset import BigQueryDataset
from postlude.warehouse.errors import BadTarget
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
    """`open` raises WarehouseBusy at once when another process writes; it never waits for it.

    `alive` is called now and then while something far away takes its time. `every` is how long to
    gather small batches, where each load costs money.
    """

    name: str
    target: str
    every: timedelta

    def open(
        self, *, now: datetime, alive: Callable[[], None]
    ) -> AbstractContextManager[Session]: ...

    def named(self, table: str) -> str:
        """Return what people call one of `schema.TABLES` there."""

    def examine(self, *, online: bool) -> list[Finding]:
        """Say what is wrong with it, for `doctor`; nothing is written."""


def configured() -> BackEnd:
    """Return the back end that POSTLUDE_WAREHOUSE names: a path, or `bigquery://…`."""
    text = str(settings.POSTLUDE_WAREHOUSE)
    kind, colon, rest = text.partition(":")
    if kind == targets.SCHEME and rest.startswith("//"):
        return BigQueryDataset(targets.parse(text))
    if not colon or len(kind) == 1:  # a drive letter is a path
        return _file(text)
    if kind == "duckdb":
        return _file(rest)
    raise BadTarget(words=f"there is no back end “{kind}”")


def _file(path: str) -> BackEnd:
    from postlude.warehouse.duckdb.file import DuckDBFile  # noqa: PLC0415 - many never load a row

    return DuckDBFile(Path(path))
