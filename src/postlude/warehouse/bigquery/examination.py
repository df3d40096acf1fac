"""What `postlude doctor` looks at over there; nothing is made or written."""

from collections.abc import Iterator

from google.api_core import exceptions
from google.cloud import bigquery

from postlude.kernel import clock
from postlude.kernel.doctor import Finding
from postlude.kernel.errors import AppError
from postlude.warehouse.bigquery import account, trouble
from postlude.warehouse.bigquery.target import Target

_CHECK = "warehouse"


def examine(target: Target, *, online: bool) -> list[Finding]:
    """Return what there is to say of credentials, dataset, location and the right to run jobs."""
    try:
        with trouble.told(clock.now()):
            return list(_look(target, online=online))
    except AppError as error:
        return [Finding(_CHECK, "problem", error.text(), error.hint)]


def _look(target: Target, *, online: bool) -> Iterator[Finding]:
    yield Finding(_CHECK, "ok", f"BigQuery, {target.shown}, as {account.described(target)}")
    if not online:
        return
    client = account.client(target)
    try:
        yield from _dataset(client, target)
    finally:
        client.close()  # type: ignore[no-untyped-call]


def _dataset(client: bigquery.Client, target: Target) -> Iterator[Finding]:
    where = bigquery.DatasetReference(target.project, target.dataset)
    try:
        found = client.get_dataset(where, retry=trouble.PATIENCE, timeout=trouble.CALL_SECONDS)
    except exceptions.NotFound:
        words = f"there is no dataset {target.dataset} yet: the first load makes it"
        fix = f"bq --location={target.location or 'US'} mk {target.project}:{target.dataset}"
        yield Finding(_CHECK, "warning", words, fix)
        return
    held = str(found.location)
    if target.location and held.lower() != target.location.lower():
        words = f"the dataset lies in {held}, POSTLUDE_WAREHOUSE says {target.location}"
        yield Finding(_CHECK, "problem", words, f"Write ?location={held}, or leave it out.")
        return
    yield Finding(_CHECK, "ok", f"dataset {target.dataset} answers, it lies in {held}")
    yield _jobs(client, held)


def _jobs(client: bigquery.Client, location: str) -> Finding:
    """Ask what a query would cost: this needs the right to run jobs, and costs nothing."""
    config = bigquery.QueryJobConfig(dry_run=True, use_query_cache=False)
    with trouble.told(clock.now()):
        client.query(
            "SELECT 1",
            job_config=config,
            location=location,
            retry=trouble.PATIENCE,
            timeout=trouble.CALL_SECONDS,
            job_retry=None,
        )
    return Finding(_CHECK, "ok", "may run jobs")
