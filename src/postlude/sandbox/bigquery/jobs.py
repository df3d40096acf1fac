"""Jobs: once per id, PENDING, then RUNNING, then DONE; done with an error means failed.

A job has its effect when its time has come, whether or not who sent it is still alive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import duckdb

from postlude.sandbox.bigquery import answers, dialect
from postlude.sandbox.bigquery.answers import Refused
from postlude.sandbox.bigquery.datasets import Datasets, TableKey
from postlude.sandbox.now import epoch
from postlude.sandbox.simulator import Json

_MUTATING = ("INSERT", "UPDATE", "DELETE", "MERGE")


@dataclass(slots=True)
class Results:
    """What a query found."""

    fields: list[Json] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)
    affected: int | None = None


@dataclass(slots=True)
class Job:
    """One job, as it was sent and as it went."""

    project: str
    id: str
    location: str
    configuration: Json
    data: bytes
    runs_at: float
    done_at: float
    error: Json | None = None
    output_rows: int = 0
    results: Results = field(default_factory=Results)
    settled: bool = False

    @property
    def kind(self) -> str:
        """`load` or `query`."""
        return "load" if "load" in self.configuration else "query"

    def state(self) -> str:
        """PENDING, RUNNING or DONE at this moment."""
        if self.settled:
            return "DONE"
        return "RUNNING" if epoch() >= self.runs_at else "PENDING"

    def shown(self) -> Json:
        """The job's resource."""
        status: Json = {"state": self.state()}
        if self.error is not None:
            status |= {"errorResult": self.error, "errors": [self.error]}
        statistics: Json = {"creationTime": str(int(self.runs_at * 1000))}
        if self.settled and self.kind == "load":
            statistics["load"] = {"outputRows": str(self.output_rows)}
        elif self.settled and self.results.affected is not None:
            statistics["query"] = {"numDmlAffectedRows": str(self.results.affected)}
        return {
            "kind": "bigquery#job",
            "id": f"{self.project}:{self.location}.{self.id}",
            "jobReference": self.reference(),
            "configuration": self.configuration,
            "status": status,
            "statistics": statistics,
        }

    def reference(self) -> Json:
        """Where to ask for the job."""
        return {"projectId": self.project, "jobId": self.id, "location": self.location}


class Jobs:
    """All jobs of the account."""

    def __init__(self, datasets: Datasets) -> None:
        self._datasets = datasets
        self.by_id: dict[tuple[str, str], Job] = {}
        self.failures: list[Json] = []
        self.refused_twice = 0

    def add(self, job: Job) -> Job:
        """Take a job, once per id: the second gets 409 duplicate."""
        if (job.project, job.id) in self.by_id:
            self.refused_twice += 1
            name = f"{job.project}:{job.location}.{job.id}"
            raise Refused("duplicate", f"Already Exists: Job {name}")
        if not job.configuration.get("dryRun"):
            self.by_id[job.project, job.id] = job
        self.settle()
        return job

    def get(self, project: str, name: str, location: str) -> Job:
        """Return a job; it is known only where it runs."""
        self.settle()
        job = self.by_id.get((project, name))
        if job is None or (location and location.lower() != job.location.lower()):
            raise Refused("notFound", f"Not found: Job {project}:{location}.{name}")
        return job

    def settle(self) -> None:
        """Do what is due, in the order in which it became due."""
        due = [job for job in self.by_id.values() if not job.settled and job.done_at <= epoch()]
        for job in sorted(due, key=lambda each: each.done_at):
            self.run(job)

    def run(self, job: Job) -> None:
        """Let a job have its effect, or fail."""
        job.settled = True
        try:
            self._fail_if_asked(job.kind)
            if job.kind == "load":
                job.output_rows = self._load(job)
            else:
                job.results = self._query(job)
        except Refused as refused:
            job.error = refused.error()

    def _fail_if_asked(self, kind: str) -> None:
        for each in self.failures:
            if each["kind"] == kind and each["count"] > 0:
                each["count"] -= 1
                raise Refused(each["reason"], each["message"])

    def _load(self, job: Job) -> int:
        load = job.configuration["load"]
        where = load["destinationTable"]
        key: TableKey = (where["projectId"], where["datasetId"], where["tableId"])
        if load.get("sourceFormat") != "NEWLINE_DELIMITED_JSON":
            raise Refused("invalid", "this sandbox reads NEWLINE_DELIMITED_JSON only")
        self._in(key[:2], job.location)
        try:
            self._datasets.table(key)
        except Refused:
            if "schema" not in load or load.get("createDisposition") == "CREATE_NEVER":
                raise
            self._datasets.add_table(key, {"tableReference": where, "schema": load["schema"]})
        truncate = load.get("writeDisposition") == "WRITE_TRUNCATE"
        lines = [line for line in job.data.decode("utf-8").split("\n") if line]
        return self._datasets.insert(key, lines, truncate=truncate)

    def _query(self, job: Job) -> Results:
        query = job.configuration["query"]
        if query.get("useLegacySql", True):
            raise Refused("invalidQuery", "this sandbox has no legacy SQL")
        for key in dialect.named_tables(query["query"]):
            self._in(key[:2], job.location)
            self._datasets.table(key)
        values = dialect.parameters(query.get("queryParameters", []))
        return self._script(dialect.statements(query["query"]), values)

    def _in(self, dataset: tuple[str, str], location: str) -> None:
        held: str = self._datasets.dataset(*dataset)["location"]
        if held.lower() != location.lower():
            name = ":".join(dataset)
            raise Refused(
                "notFound", f"Not found: Dataset {name} was not found in location {location}"
            )

    def _script(self, statements: list[str], values: dict[str, Any]) -> Results:
        """Run statements; one that fails takes its transaction with it."""
        results, engine = Results(), self._datasets.engine
        try:
            for sql in statements:
                engine.execute(sql, dialect.used(sql, values))
                results = self._results(sql, results)
        except duckdb.Error as error:
            self._roll_back()
            words = str(error).removeprefix("Invalid Input Error: ")
            raise Refused("invalidQuery", words, "query") from error
        except Refused:
            self._roll_back()
            raise
        return results

    def _results(self, sql: str, before: Results) -> Results:
        engine = self._datasets.engine
        first = sql.split(None, 1)[0].upper()
        if first in _MUTATING:
            (count,) = engine.fetchone() or (0,)
            return Results(affected=(before.affected or 0) + int(count))
        if first not in ("SELECT", "WITH"):
            return before
        columns = [(each[0], str(each[1])) for each in engine.description or ()]
        fields: list[Json] = [
            {"name": name, "type": dialect.field_type(kind), "mode": "NULLABLE"}
            for name, kind in columns
        ]
        return Results(fields, answers.rows(engine.fetchall()), before.affected)

    def _roll_back(self) -> None:
        try:
            self._datasets.engine.rollback()
        except duckdb.Error:  # there was none open
            return
