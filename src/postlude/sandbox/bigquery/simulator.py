"""The warehouse in the cloud: what it holds, what arrived, and what goes wrong over there."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.bigquery import uploads
from postlude.sandbox.bigquery.answers import Refused, refusal
from postlude.sandbox.bigquery.datasets import Datasets, TableKey
from postlude.sandbox.bigquery.jobs import Job, Jobs
from postlude.sandbox.faults import HTTP_FAULTS, FaultBook, FaultKind
from postlude.sandbox.now import epoch
from postlude.sandbox.simulator import Json, Simulator, VendorConfig, retry_headers

_API = "/bigquery/v2/projects/{project}"
_UPLOAD = "/upload" + _API + "/jobs"
Endpoint = Callable[[Request], Awaitable[Response]]


class BigQueryConfig(VendorConfig):
    """Settings of the BigQuery simulator: seconds a job waits and runs, and who is let in."""

    pending_s: float = 0
    running_s: float = 0
    access: bool = True


class JobFailure(BaseModel):
    """The next `count` jobs of a kind are done with this error."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(default="load", pattern="^(load|query)$")
    reason: str = "backendError"
    message: str = "An internal error occurred."
    count: int = Field(default=1, ge=1)


class BigQuery(Simulator):
    """Datasets, tables, load jobs and queries of one account."""

    name = "bigquery"
    faults_offered = HTTP_FAULTS | {FaultKind.QUOTA_EXCEEDED}
    config: BigQueryConfig

    def __init__(self, config: BigQueryConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)
        self._begin()

    def _begin(self) -> None:
        self.datasets = Datasets()
        self.jobs = Jobs(self.datasets)
        self.uploads = uploads.Resumable()
        self.bodies: deque[str] = deque(maxlen=20_000)
        self.loads = 0
        self._requests: dict[str, Job] = {}

    def routes(self) -> list[BaseRoute]:
        """The calls of a loader: datasets, tables, jobs, queries, uploads."""
        listed: list[tuple[str, str, Endpoint]] = [
            ("POST", _API + "/datasets", self._add_dataset),
            ("GET", _API + "/datasets/{dataset}", self._dataset),
            ("DELETE", _API + "/datasets/{dataset}", self._drop_dataset),
            ("POST", _API + "/datasets/{dataset}/tables", self._add_table),
            ("GET", _API + "/datasets/{dataset}/tables", self._tables),
            ("GET", _API + "/datasets/{dataset}/tables/{table}", self._table),
            ("PATCH", _API + "/datasets/{dataset}/tables/{table}", self._patch_table),
            ("DELETE", _API + "/datasets/{dataset}/tables/{table}", self._drop_table),
            ("POST", _API + "/jobs", self._insert_job),
            ("GET", _API + "/jobs/{job}", self._job),
            ("POST", _API + "/queries", self._run_query),
            ("GET", _API + "/queries/{job}", self._results),
            ("POST", _UPLOAD, self._upload),
            ("PUT", _UPLOAD, self._upload),
        ]
        return [Route(path, self._kept(call), methods=[verb]) for verb, path, call in listed]

    def control_routes(self) -> list[BaseRoute]:
        """Failing jobs, and losing a dataset."""
        return [
            Route("/fail_jobs", self._fail_jobs, methods=["POST"]),
            Route("/drop_dataset", self._lose, methods=["POST"]),
        ]

    def received(self, query: Mapping[str, str]) -> Json:
        """Tables with their rows; with `bodies=1` also every body that was sent."""
        self.jobs.settle()
        wanted = query.get("dataset")
        tables = {
            ".".join(key): self.datasets.all_rows(key)
            for key in sorted(self.datasets.tables)
            if wanted in (None, key[1])
        }
        jobs = [job.shown() for job in self.jobs.by_id.values()] if query.get("jobs") else []
        bodies = list(self.bodies) if query.get("bodies") else []
        return {"tables": tables, "jobs": jobs, "bodies": bodies}

    def summary(self) -> dict[str, object]:
        """How many tables, jobs, uploads, and jobs that came twice."""
        return {
            "tables": len(self.datasets.tables),
            "jobs": len(self.jobs.by_id),
            "uploads": self.loads,
            "jobs refused twice": self.jobs.refused_twice,
        }

    def reset(self) -> None:
        """An empty account."""
        super().reset()
        self.datasets.close()
        self._begin()

    async def stop(self) -> None:
        """Give the memory back."""
        self.datasets.close()

    def rate_limited(self, retry_after: float | None) -> Response:
        """Too many calls in a moment: a 403 of its own reason."""
        words = "Exceeded rate limits: too many api requests per user per method"
        return refusal("rateLimitExceeded", words, 403, retry_headers(retry_after))

    def quota_exceeded(self) -> Response:
        """The day's quota is used up."""
        words = "Quota exceeded: Your project exceeded quota for imports per project."
        return refusal("quotaExceeded", words, 403)

    def _kept(self, call: Endpoint) -> Endpoint:
        """Keep the body, look at the time, and answer refusals in the API's envelope."""

        async def serve(request: Request) -> Response:
            self.bodies.append((await request.body()).decode("utf-8", "replace"))
            if not self.config.access:
                return refusal("accessDenied", "Access Denied: Permission denied", 403)
            self.jobs.settle()
            try:
                return await call(request)
            except Refused as refused:
                return refused.answer()

        return serve

    # Datasets and tables

    async def _add_dataset(self, request: Request) -> Response:
        body = uploads.read_json(await request.body())
        return JSONResponse(self.datasets.add(request.path_params["project"], body))

    async def _dataset(self, request: Request) -> Response:
        return JSONResponse(self.datasets.dataset(*_dataset_key(request)))

    async def _drop_dataset(self, request: Request) -> Response:
        self.datasets.drop(*_dataset_key(request))
        return Response(status_code=204)

    async def _add_table(self, request: Request) -> Response:
        body = uploads.read_json(await request.body())
        key = (*_dataset_key(request), str(body["tableReference"]["tableId"]))
        return JSONResponse(self.datasets.add_table(key, body))

    async def _tables(self, request: Request) -> Response:
        found = self.datasets.in_dataset(*_dataset_key(request))
        return JSONResponse({"kind": "bigquery#tableList", "tables": found})

    async def _table(self, request: Request) -> Response:
        return JSONResponse(self.datasets.table(_table_key(request)))

    async def _patch_table(self, request: Request) -> Response:
        body = uploads.read_json(await request.body())
        return JSONResponse(self.datasets.patch_table(_table_key(request), body))

    async def _drop_table(self, request: Request) -> Response:
        self.datasets.drop_table(_table_key(request))
        return Response(status_code=204)

    # Jobs

    async def _insert_job(self, request: Request) -> Response:
        body = uploads.read_json(await request.body())
        return JSONResponse(self.jobs.add(self._new(request, body, b"")).shown())

    async def _upload(self, request: Request) -> Response:
        body = await request.body()
        if request.method == "PUT":
            taken = self.uploads.take(request, body)
            if isinstance(taken, Response):
                return taken
            job, data = taken
        elif request.query_params.get("uploadType") == "resumable":
            return self.uploads.begin(request, uploads.read_json(body))
        else:
            job, data = uploads.parts(request.headers.get("content-type", ""), body)
        added = self.jobs.add(self._new(request, job, data))
        self.loads += 1
        return JSONResponse(added.shown())

    async def _job(self, request: Request) -> Response:
        return JSONResponse(self._known(request).shown())

    def _known(self, request: Request) -> Job:
        params = request.path_params
        location = request.query_params.get("location", "")
        return self.jobs.get(params["project"], params["job"], location)

    async def _run_query(self, request: Request) -> Response:
        """Run a query at once; the same `requestId` again gets the same answer."""
        body = uploads.read_json(await request.body())
        asked = str(body.get("requestId") or uuid.uuid4().hex)
        job = self._requests.get(asked)
        if job is None:
            reference = {"location": body.get("location") or "US"}
            config = {"query": body, "dryRun": body.get("dryRun", False)}
            job = self._new(request, {"jobReference": reference, "configuration": config}, b"")
            job.done_at = 0
            self._requests[asked] = self.jobs.add(job)
        return _answered(request, job, int(body.get("maxResults") or 0))

    async def _results(self, request: Request) -> Response:
        return _answered(request, self._known(request), 0)

    def _new(self, request: Request, body: Json, data: bytes) -> Job:
        reference = body.get("jobReference", {})
        begins = epoch() + self.config.pending_s
        return Job(
            project=request.path_params["project"],
            id=str(reference.get("jobId") or f"job_{uuid.uuid4().hex}"),
            location=str(reference.get("location") or "US"),
            configuration=body["configuration"],
            data=data,
            runs_at=begins,
            done_at=begins + self.config.running_s,
        )

    # Controls

    async def _fail_jobs(self, request: Request) -> Response:
        failure = JobFailure.model_validate(await request.json())
        self.jobs.failures.append(failure.model_dump())
        return JSONResponse(self.jobs.failures)

    async def _lose(self, request: Request) -> Response:
        body = await request.json()
        self.datasets.drop(str(body["project"]), str(body["dataset"]))
        return JSONResponse({"ok": True})


def _dataset_key(request: Request) -> tuple[str, str]:
    return request.path_params["project"], request.path_params["dataset"]


def _table_key(request: Request) -> TableKey:
    return (*_dataset_key(request), request.path_params["table"])


def _answered(request: Request, job: Job, page: int) -> Response:
    """The rows of a query, a page of them where a size was asked for."""
    if job.error is not None:
        raise Refused(job.error["reason"], job.error["message"])
    size = int(request.query_params.get("maxResults") or page or 1_000_000)
    start = int(request.query_params.get("pageToken") or 0)
    found = job.results.rows
    answer: Json = {
        "kind": "bigquery#queryResponse",
        "jobReference": job.reference(),
        "jobComplete": job.settled or "dryRun" in job.configuration,
        "schema": {"fields": job.results.fields},
        "rows": found[start : start + size],
        "totalRows": str(len(found)),
    }
    if job.results.affected is not None:
        answer["numDmlAffectedRows"] = str(job.results.affected)
    if start + size < len(found):
        answer["pageToken"] = str(start + size)
    return JSONResponse(answer)
