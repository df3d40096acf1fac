"""The tables over there: made, and brought to the newest schema, by adding only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from google.api_core import exceptions
from google.cloud import bigquery

from postlude.kernel import store
from postlude.warehouse import schema
from postlude.warehouse.bigquery import statements, trouble
from postlude.warehouse.bigquery.jobs import Jobs
from postlude.warehouse.bigquery.target import Target
from postlude.warehouse.errors import BadTarget, ForeignTable, WarehouseTooNew
from postlude.warehouse.schema import Column

Step = Mapping[str, Sequence[Column]]
# What each version of the schema adds, by table. One entry for each of `schema.STEPS`.
STEPS: Final[tuple[Step, ...]] = (dict.fromkeys(schema.TABLES, schema.COLUMNS),)
STAGING_KEPT: Final = timedelta(days=1)  # what a batch that died leaves over there
_TIME_TRAVEL_HOURS: Final = 48  # the least there is: deleted rows can be read for that long
_TYPES: Final = {
    "VARCHAR": "STRING",
    "BIGINT": "INT64",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP",
    "DECIMAL(18,4)": "NUMERIC",
    "BOOLEAN": "BOOL",
}
_SAME: Final = {"INTEGER": "INT64", "BOOLEAN": "BOOL", "FLOAT": "FLOAT64"}
_SERVICE: Final = {
    "writer": (("turn", "STRING"),),
    "schema_step": (("version", "INT64"), ("applied_at", "TIMESTAMP")),
    "batch": (
        ("id", "STRING"),
        ("org", "STRING"),
        ("row_count", "INT64"),
        ("loaded_at", "TIMESTAMP"),
    ),
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A dataset that is ready: the target in its true location, and the schema's version."""

    target: Target
    version: int


def field(name: str, kind: str = "VARCHAR") -> bigquery.SchemaField:
    """Return a column, by our schema's name of its type."""
    return bigquery.SchemaField(name, _TYPES[kind])


def fields(columns: Sequence[Column]) -> list[bigquery.SchemaField]:
    """Return columns with what they mean, as analysts see it."""
    return [
        bigquery.SchemaField(each.name, _TYPES[each.type], description=each.meaning)
        for each in columns
    ]


class Layout:
    """The dataset and its tables."""

    def __init__(self, client: bigquery.Client, target: Target) -> None:
        self._client, self.target = client, target
        self._call: dict[str, Any] = {
            "retry": trouble.PATIENCE,
            "timeout": trouble.CALL_SECONDS,
        }

    def find_dataset(self) -> None:
        """Find the dataset, or make it; jobs run where it lies."""
        where = bigquery.DatasetReference(self.target.project, self.target.dataset)
        try:
            found = self._client.get_dataset(where, **self._call)
        except exceptions.NotFound:
            wanted = bigquery.Dataset(where)
            wanted.location = self.target.location or "US"
            wanted.max_time_travel_hours = _TIME_TRAVEL_HOURS
            found = self._client.create_dataset(wanted, exists_ok=True, **self._call)
        held = str(found.location)
        if self.target.location and held.lower() != self.target.location.lower():
            words = f"the dataset lies in {held}, not in {self.target.location}"
            raise BadTarget(words=words)
        self.target = replace(self.target, location=held)

    def make_service_tables(self) -> None:
        """Make the tables of our own bookkeeping."""
        for name, columns in _SERVICE.items():
            listed = [bigquery.SchemaField(column, kind) for column, kind in columns]
            self._make(self.target.service(name), listed)

    def migrate(self, jobs: Jobs, turn: str, steps: Sequence[Step], now: datetime) -> int:
        """Bring the dataset to the newest schema; refuse one from the future."""
        ((version,),) = jobs.ask(statements.version(self.target))
        found = int(version or 0)
        if found > len(steps):
            raise WarehouseTooNew(found=found, known=len(steps))
        for number, step in enumerate(steps[found:], start=found + 1):
            for table, columns in step.items():
                self._complete(self.target.table(table), fields(columns))
            jobs.script(
                f"step_{turn}_{number}",
                statements.step_done(self.target),
                [
                    bigquery.ScalarQueryParameter("version", "INT64", number),
                    bigquery.ScalarQueryParameter("now", "TIMESTAMP", now),
                ],
            )
        return len(steps)

    def columns(self, table: str, answers: Collection[str]) -> list[str]:
        """Return the columns of a table; add those of answers that it does not have."""
        wanted = [field(name) for name in sorted(answers) if schema.may_be_column(name)]
        return self._complete(self.target.table(table), wanted)

    def stage(self, name: str, listed: Sequence[bigquery.SchemaField]) -> None:
        """Make a table that goes by itself when nobody drops it."""
        table = bigquery.Table(self.target.full(name), schema=list(listed))
        table.expires = store.db_now() + STAGING_KEPT  # their time, not that of a fake clock
        self._client.create_table(table, exists_ok=True, **self._call)

    def drop(self, name: str) -> None:
        """Drop a table of ours."""
        self._client.delete_table(self.target.full(name), not_found_ok=True, **self._call)

    def staged(self) -> list[str]:
        """Return the staging tables that are there."""
        where = bigquery.DatasetReference(self.target.project, self.target.dataset)
        prefix = self.target.service("staging_")
        listed = self._client.list_tables(where, **self._call)
        return [each.table_id for each in listed if each.table_id.startswith(prefix)]

    def _make(self, name: str, listed: Sequence[bigquery.SchemaField]) -> bigquery.Table:
        table = bigquery.Table(self.target.full(name), schema=list(listed))
        if any(each.name in schema.KEY for each in listed):
            table.clustering_fields = list(schema.KEY)
        return self._client.create_table(table, exists_ok=True, **self._call)

    def _complete(self, name: str, wanted: Sequence[bigquery.SchemaField]) -> list[str]:
        """Add the columns that a table misses; return all it has."""
        try:
            table = self._client.get_table(self.target.full(name), **self._call)
        except exceptions.NotFound:
            table = self._make(name, wanted)
        there = {each.name.lower(): each for each in table.schema}
        for each in wanted:
            _compare(name, each, there.get(each.name))
        for column in table.schema:
            if column.mode == "REQUIRED":
                raise ForeignTable(table=name, words=f"its column {column.name} is required")
        missing = [each for each in wanted if each.name not in there]
        if missing:
            table.schema = [*table.schema, *missing]
            table = self._client.update_table(table, ["schema"], **self._call)
        return [each.name for each in table.schema]


def _compare(table: str, ours: bigquery.SchemaField, theirs: bigquery.SchemaField | None) -> None:
    if theirs is None:
        return
    kind = _SAME.get(theirs.field_type, theirs.field_type)
    if kind != ours.field_type or theirs.mode == "REPEATED":
        raise ForeignTable(table=table, words=f"its column {theirs.name} is {kind}")
