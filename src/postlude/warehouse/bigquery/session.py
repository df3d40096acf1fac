"""An open warehouse: one turn at writing, which whoever comes later ends.

BigQuery has no lock that dies with its holder. A session therefore writes a word of its own into
a table, and each of its transactions commits only while that word still stands there. Two loaders
can never write an older fact over a newer one: of the two the one that began later goes on, and
the other one's rows wait. A job that outlives the process that sent it is stopped by the same.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from google.cloud import bigquery

from postlude.kernel import boundaries, store
from postlude.warehouse import schema
from postlude.warehouse.bigquery import statements
from postlude.warehouse.bigquery.jobs import Jobs, Parameter, Parameters
from postlude.warehouse.bigquery.layout import Layout, field, fields
from postlude.warehouse.bigquery.trouble import Failed
from postlude.warehouse.errors import WarehouseOvertaken
from postlude.warehouse.types import Batch, Counts, Loaded

LEDGER_KEPT: Final = timedelta(days=90)
_CHUNK: Final = 5_000
_SALE: Final = {column.name: column for column in schema.COLUMNS}


class BigQuerySession:
    """An open dataset; every public method is one transaction over there."""

    def __init__(self, layout: Layout, jobs: Jobs, turn: str, version: int) -> None:
        self._layout, self._jobs = layout, jobs
        self._turn, self._version = turn, version

    def take_turn(self) -> None:
        """From here on only this session may write."""
        sql = statements.take_turn(self._layout.target)
        self._script(f"turn_{self._turn}", sql, self._own())
        boundaries.crossing("warehouse.turn_taken")

    def schema_version(self) -> int:
        return self._version

    def load(self, batch: Batch, *, now: datetime) -> Loaded:
        repeated = False
        if batch.rows:
            try:
                repeated = self._load(batch, batch.id, now)
            except Failed as failed:
                if failed.error.get("reason") != "notFound":
                    raise
                # A former life staged it, and staging has expired since.
                repeated = self._load(batch, f"{batch.id}_{self._turn}", now)
        return Loaded(batch.id, len(batch.rows), repeated=repeated)

    def forget(self, org: str, pseudonyms: Sequence[str]) -> int:
        persons = bigquery.ArrayQueryParameter("persons", "STRING", list(pseudonyms))
        asked: list[Parameter] = [_text("org", org), persons]
        found = self._jobs.ask(statements.persons(self._layout.target), asked)
        held = sum(int(count) for (count,) in found)
        if held:
            sql = statements.forget(self._layout.target)
            self._script(f"forget_{self._turn}", sql, [*self._own(), *asked])
        return held

    def sweep(self, org: str, tickets: Collection[int]) -> int:
        sql, kept = statements.every_ticket(self._layout.target), set(tickets)
        held = [int(number) for (number,) in self._jobs.ask(sql, [_text("org", org)])]
        gone = sorted(set(held) - kept)
        for number, chunk in enumerate(store.chunks(gone, _CHUNK)):
            self._script(
                f"sweep_{self._turn}_{number}",
                statements.remove(self._layout.target),
                [*self._own(), _text("org", org), _numbers("tickets", chunk)],
            )
        return len([number for number in held if number not in kept])

    def purge(self) -> None:
        """Drop what dead batches left in staging. Deleted rows leave the tables' history by time.

        BigQuery keeps that history for two to seven days, and nobody can shorten it further.
        """
        for name in self._layout.staged():
            self._layout.drop(name)

    def counts(self, org: str) -> Counts:
        found = self._jobs.ask(statements.counts(self._layout.target), [_text("org", org)])
        return Counts(
            {str(name): int(held) for name, held, _ in found},
            {str(name): int(refunded) for name, _, refunded in found},
        )

    def _load(self, batch: Batch, name: str, now: datetime) -> bool:
        """Stage the batch and merge it; say whether that had been done before."""
        named = {each for row in batch.rows for each in row.answers}
        answers = sorted(name for name in named if schema.may_be_column(name))
        tables = sorted({row.table for row in batch.rows})
        columns = {
            table: self._layout.columns(table, _answers_of(batch, table)) for table in tables
        }
        staging = self._layout.target.service(f"staging_{name}")
        self._stage(batch, name, staging, answers)
        boundaries.crossing("warehouse.batch_staged")
        repeated = self._merge(batch, name, staging, columns, answers, now)
        boundaries.crossing("warehouse.batch_written")
        self._layout.drop(staging)
        return repeated

    def _stage(self, batch: Batch, name: str, staging: str, answers: Sequence[str]) -> None:
        more = [field(each) for each in answers if each not in _SALE]
        listed = [field(statements.INTO_TABLE), *fields(schema.COLUMNS), *more]
        self._layout.stage(staging, listed)
        lines = [
            {
                statements.INTO_TABLE: row.table,
                **{name: row.answers[name] for name in answers if name in row.answers},
                **row.values,
            }
            for row in batch.rows
        ]
        self._jobs.load(f"{name}_load", staging, lines, listed)

    def _merge(  # noqa: PLR0913, PLR0917 - what one statement is made of
        self,
        batch: Batch,
        name: str,
        staging: str,
        columns: Mapping[str, Sequence[str]],
        answers: Collection[str],
        now: datetime,
    ) -> bool:
        given = {*_SALE, *answers}
        sql = statements.load(self._layout.target, staging, columns, given)
        tickets = [int(str(row.values["ticket_id"])) for row in batch.rows]
        return self._script(
            f"{name}_merge",
            sql,
            [
                *self._own(),
                _text("batch", batch.id),
                _text("org", batch.org),
                _numbers("tickets", tickets),
                bigquery.ScalarQueryParameter("rows", "INT64", len(batch.rows)),
                bigquery.ScalarQueryParameter("now", "TIMESTAMP", now),
                bigquery.ScalarQueryParameter("old", "TIMESTAMP", now - LEDGER_KEPT),
            ],
        )

    def _script(self, name: str, sql: str, parameters: Parameters) -> bool:
        """Run what changes something; say whether it had been done before."""
        try:
            return self._jobs.script(name, sql, parameters)
        except Failed as failed:
            if statements.REPEATED in failed.message:
                return True
            if statements.OVERTAKEN in failed.message:
                raise WarehouseOvertaken(path=self._layout.target.shown) from failed
            raise

    def _own(self) -> list[Parameter]:
        return [_text("turn", self._turn)]


def _answers_of(batch: Batch, table: str) -> set[str]:
    return {name for row in batch.rows if row.table == table for name in row.answers}


def _text(name: str, value: str) -> bigquery.ScalarQueryParameter:
    return bigquery.ScalarQueryParameter(name, "STRING", value)


def _numbers(name: str, values: Sequence[int]) -> bigquery.ArrayQueryParameter:
    return bigquery.ArrayQueryParameter(name, "INT64", list(values))
