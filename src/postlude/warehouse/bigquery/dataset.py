"""A back end: one dataset. Google's client is imported when it is opened, and only then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from typing import Any

from postlude.kernel.doctor import Finding
from postlude.warehouse.bigquery.target import Target
from postlude.warehouse.errors import ClientMissing


class BigQueryDataset:
    """A back end: one dataset in the cloud."""

    name = "bigquery"

    def __init__(self, target: Target) -> None:
        self._target = target
        self.target = target.shown
        self.every = target.every

    @contextmanager
    def open(self, *, now: datetime, alive: Callable[[], None] = lambda: None) -> Iterator[Any]:
        """Take the turn at writing."""
        with _part("warehouse").opened(self._target, now=now, alive=alive) as session:
            yield session

    def named(self, table: str) -> str:
        """Return what the table is called there."""
        return f"{self._target.dataset}.{self._target.table(table)}"

    def examine(self, *, online: bool) -> list[Finding]:
        """Look at extra, credentials, dataset, location and the right to run jobs."""
        found: list[Finding] = _part("examination").examine(self._target, online=online)
        return found


def _part(name: str) -> Any:
    try:
        return import_module(f"postlude.warehouse.bigquery.{name}")
    except ModuleNotFoundError as error:
        if str(error.name).startswith("google"):
            raise ClientMissing from error
        raise
