"""Jobs that are sent once: the id is ours, and 409 means that the job is there already.

A job's id comes from the batch, so that whoever sends it again, after a lost answer or in a next
life, finds the first one. A job that failed has used its id up: what a former life left failed,
and what may pass, is tried again under an id of this session.
"""

import io
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from google.api_core import exceptions
from google.cloud import bigquery

from postlude.kernel import boundaries, clock
from postlude.warehouse.bigquery import trouble
from postlude.warehouse.bigquery.target import Target
from postlude.warehouse.bigquery.trouble import Failed
from postlude.warehouse.errors import WarehouseAway

Job = bigquery.LoadJob | bigquery.QueryJob
Parameter = bigquery.ScalarQueryParameter | bigquery.ArrayQueryParameter
Parameters = Sequence[Parameter]
TRIES: Final = 3
WAIT_SECONDS: Final = 120.0
_FIRST_LOOK, _SELDOM = 0.05, 2.0


class Jobs:
    """The jobs of one session."""

    def __init__(
        self,
        client: bigquery.Client,
        target: Target,
        turn: str,
        *,
        alive: Callable[[], None],
    ) -> None:
        self._client, self._target, self._turn = client, target, turn
        self._alive = alive

    def load(
        self,
        name: str,
        table: str,
        lines: Sequence[Mapping[str, object]],
        fields: Sequence[bigquery.SchemaField],
    ) -> None:
        """Put rows into a table that holds nothing else; a repeat finds the job there already."""
        data = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
        config = bigquery.LoadJobConfig(
            schema=list(fields),
            source_format=bigquery.SourceFormat.NEWLINE_DELIMITED_JSON,
            create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
            write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE,
        )

        def send(job_id: str) -> Job:
            return self._client.load_table_from_file(
                io.BytesIO(data),
                self._target.full(table),
                size=len(data),
                num_retries=trouble.UPLOAD_TRIES,
                job_id=job_id,
                location=self._target.location,
                job_config=config,
                timeout=trouble.CALL_SECONDS,
            )

        try:
            self._until_done(name, send)
        except Failed as failed:
            failed.rows = True
            raise

    def script(self, name: str, sql: str, parameters: Parameters) -> bool:
        """Run a script that changes something; say whether it had been done before.

        Raises Failed when it is done with an error.
        """
        config = bigquery.QueryJobConfig(query_parameters=list(parameters))

        def send(job_id: str) -> Job:
            return self._client.query(
                sql,
                job_config=config,
                job_id=job_id,
                location=self._target.location,
                retry=trouble.PATIENCE,
                timeout=trouble.CALL_SECONDS,
                job_retry=None,
            )

        return self._until_done(name, send)

    def ask(self, sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        config = bigquery.QueryJobConfig(query_parameters=list(parameters))
        found = self._client.query_and_wait(
            sql,
            job_config=config,
            location=self._target.location,
            api_timeout=trouble.CALL_SECONDS,
            wait_timeout=WAIT_SECONDS,
            retry=trouble.PATIENCE,
            job_retry=None,  # type: ignore[arg-type]  # None is its word for: no
        )
        self._alive()
        return [tuple(row.values()) for row in found]

    def _until_done(self, name: str, send: Callable[[str], Job]) -> bool:
        """Send a job and wait for it; try again, a few times, what may pass."""
        job_id = f"postlude_{name}"
        for left in range(TRIES, -1, -1):
            try:
                return self._once(job_id, send)
            except Failed as failed:
                if not left or not (failed.found or trouble.passes(failed.error)):
                    raise
            job_id = f"postlude_{name}_{self._turn}_{left}"
        raise AssertionError  # the last try returns or raises

    def _once(self, job_id: str, send: Callable[[str], Job]) -> bool:
        found = False
        try:
            job = send(job_id)
        except exceptions.Conflict:  # it is there: of a lost answer, or of a former life
            job, found = self._got(job_id), True
        boundaries.crossing("warehouse.job_sent")
        error = self._end_of(job_id, job)
        if error:
            raise Failed(error, found=found)
        return found

    def _end_of(self, job_id: str, job: Job) -> Mapping[str, Any] | None:
        """Wait until the job is done, or leave it to the next try, which finds it by its id."""
        until, pause = clock.monotonic() + WAIT_SECONDS, _FIRST_LOOK
        while job.state != "DONE":
            if clock.monotonic() > until:
                raise WarehouseAway(words=f"a job is {job.state} for {WAIT_SECONDS:.0f} s")
            time.sleep(pause)
            pause = min(pause * 1.5, _SELDOM)
            self._alive()
            job = self._got(job_id)
        return job.error_result or None

    def _got(self, job_id: str) -> Job:
        found = self._client.get_job(
            job_id,
            project=self._target.project,
            location=self._target.location,
            retry=trouble.PATIENCE,
            timeout=trouble.CALL_SECONDS,
        )
        if not isinstance(found, bigquery.LoadJob | bigquery.QueryJob):
            raise WarehouseAway(words="a job is of another kind than the one we sent")
        return found
