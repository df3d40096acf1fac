"""BigQuery for tests: the sandbox's, and what it holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from postlude.sandbox.server import Sandbox
from postlude.warehouse import schema
from postlude.warehouse.bigquery import warehouse as opening

PROJECT, DATASET = "sandbox-project", "ods"
ADDRESS = f"bigquery://{PROJECT}/{DATASET}?every=0"


@contextmanager
def reachable(sandbox: Sandbox) -> Iterator[None]:
    """Point the official client at the sandbox, which begins empty."""
    sandbox.client.reset()
    opening._prepared.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIGQUERY_EMULATOR_HOST", sandbox.url("bigquery"))
        yield


def tables(sandbox: Sandbox) -> dict[str, list[dict[str, Any]]]:
    """Return every table of the dataset, by its name."""
    found = sandbox.client.received("bigquery", dataset=DATASET)["tables"]
    return {name.rpartition(".")[2]: rows for name, rows in found.items()}


def sales(sandbox: Sandbox, org: str) -> dict[str, list[dict[str, Any]]]:
    """Return what stands in the tables of sales, in an order of its own."""
    held = tables(sandbox)
    return {
        table: in_order([row for row in held.get(table, []) if row["org"] == org])
        for table in schema.TABLES
    }


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows as plain values, so that those of two engines can be compared."""
    return sorted(
        (_plain(row) for row in rows), key=lambda row: (row["event_id"], row["ticket_id"])
    )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    price = Decimal(str(row["price"])).normalize()
    return {
        **{
            name: value if value is None or isinstance(value, bool | int) else str(value)
            for name, value in row.items()
        },
        "price": f"{price:f}",
    }


def jobs(sandbox: Sandbox, kind: str) -> list[dict[str, Any]]:
    """Return the jobs of a kind, `load` or `query`, that were sent by name."""
    listed = sandbox.client.received("bigquery", jobs=1)["jobs"]
    return [
        job
        for job in listed
        if kind in job["configuration"] and job["jobReference"]["jobId"].startswith("postlude_")
    ]


def merges(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [each for each in jobs(sandbox, "query") if "_merge" in each["jobReference"]["jobId"]]


def client(sandbox: Sandbox) -> bigquery.Client:
    """Return a client of its own, which the caller closes."""
    return bigquery.Client(
        PROJECT,
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": sandbox.url("bigquery")},
    )
