"""The BigQuery simulator, seen through the official client over real HTTP."""

import io
import json
from collections.abc import Iterator

import pytest
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from postlude.sandbox.server import Sandbox

PROJECT, DATASET = "sandbox-project", "ods"

pytestmark = pytest.mark.once
TABLE = f"{PROJECT}.{DATASET}.sale"
FIELDS = [
    bigquery.SchemaField("id", "INT64", "REQUIRED"),
    bigquery.SchemaField("name", "STRING"),
    bigquery.SchemaField("price", "NUMERIC"),
    bigquery.SchemaField("sold_at", "TIMESTAMP"),
    bigquery.SchemaField("refunded", "BOOL"),
]


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.client.reset()
    return running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[bigquery.Client]:
    made = bigquery.Client(
        PROJECT,
        credentials=AnonymousCredentials(),
        location="asia-east1",
        client_options={"api_endpoint": sandbox.url("bigquery")},
    )
    yield made
    made.close()


@pytest.fixture
def table(client: bigquery.Client) -> bigquery.Table:
    dataset = bigquery.Dataset(f"{PROJECT}.{DATASET}")
    dataset.location = "asia-east1"
    client.create_dataset(dataset)
    return client.create_table(bigquery.Table(TABLE, schema=FIELDS))


def load(client: bigquery.Client, *rows: object, job: str = "batch-1", retry: int | None = None):
    data = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in rows).encode()
    config = bigquery.LoadJobConfig(source_format="NEWLINE_DELIMITED_JSON", schema=FIELDS)
    return client.load_table_from_file(
        io.BytesIO(data), TABLE, size=len(data), job_id=job, job_config=config, num_retries=retry
    )


def row(number: int, **more: object) -> dict:
    return {"id": number, "name": "王小明", "price": "12.5", "refunded": False, **more}


def found(client: bigquery.Client, sql: str, *parameters) -> list[tuple]:
    config = bigquery.QueryJobConfig(query_parameters=list(parameters))
    return [tuple(each) for each in client.query_and_wait(sql, job_config=config)]


def test_a_load_job_fills_the_table(client, table):
    load(client, row(1, sold_at="2023-04-22 07:47:04.000001"), row(2)).result()

    (first, second) = found(client, f"SELECT * FROM `{TABLE}` ORDER BY id")
    assert first[:2] == (1, "王小明")
    assert str(first[2]) == "12.500000000"
    assert first[3].isoformat() == "2023-04-22T07:47:04.000001+00:00"
    assert (first[4], second[3]) == (False, None)


def test_an_upload_that_is_too_large_for_one_call_comes_in_two(client, table):
    data = "\n".join(json.dumps(row(n)) for n in range(3)).encode()
    config = bigquery.LoadJobConfig(source_format="NEWLINE_DELIMITED_JSON", schema=FIELDS)
    client.load_table_from_file(io.BytesIO(data), TABLE, job_config=config).result()

    assert found(client, f"SELECT COUNT(*) FROM `{TABLE}`") == [(3,)]


def test_the_same_job_id_again_is_409_and_the_job_can_be_got(client, table):
    load(client, row(1)).result()
    with pytest.raises(exceptions.Conflict) as refused:
        load(client, row(1))

    assert refused.value.errors[0]["reason"] == "duplicate"
    assert client.get_job("batch-1").state == "DONE"
    assert found(client, f"SELECT COUNT(*) FROM `{TABLE}`") == [(1,)]


def test_a_job_is_pending_then_running_then_done(sandbox, client, table):
    sandbox.client.configure("bigquery", pending_s=0.2, running_s=0.2)
    assert load(client, row(1)).state == "PENDING"
    states = set()
    sandbox.client.wait_for(lambda: states.add(client.get_job("batch-1").state) or "DONE" in states)
    assert states == {"PENDING", "RUNNING", "DONE"}


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"id": 2, "unknown": 1}, "No such field: unknown"),
        ({"name": "no id"}, "Missing required field: id"),
        ({"id": "many"}, "Could not convert"),
        ("{", "Failed to parse JSON"),
    ],
)
def test_a_bad_row_fails_the_job_and_loads_nothing(client, table, bad, words):
    job = load(client, row(1), bad)
    with pytest.raises(exceptions.BadRequest, match=words):
        job.result()

    assert client.get_job("batch-1").error_result["reason"] == "invalid"
    assert found(client, f"SELECT COUNT(*) FROM `{TABLE}`") == [(0,)]


def test_a_script_that_fails_takes_its_transaction_with_it(client, table):
    load(client, row(1)).result()
    sql = f"""
        BEGIN TRANSACTION;
        UPDATE `{TABLE}` SET name = 'b' WHERE id IN UNNEST(@ids);
        SELECT IF(FALSE, TRUE, ERROR('no; stop'));
        COMMIT TRANSACTION;
    """
    ids = bigquery.ArrayQueryParameter("ids", "INT64", [1])
    config = bigquery.QueryJobConfig(query_parameters=[ids])
    with pytest.raises(exceptions.BadRequest, match="no; stop"):
        client.query(sql, job_config=config, job_id="script", job_retry=None).result(job_retry=None)
    assert found(client, f"SELECT name FROM `{TABLE}`") == [("王小明",)]


def test_a_schema_only_grows(client, table):
    load(client, row(1)).result()
    table.schema = [*table.schema, bigquery.SchemaField("shirt", "STRING")]
    client.update_table(table, ["schema"])
    assert found(client, f"SELECT shirt FROM `{TABLE}`") == [(None,)]

    table.schema = FIELDS[:2]
    with pytest.raises(exceptions.BadRequest):
        client.update_table(table, ["schema"])


def test_a_table_expires(client, table):
    short = bigquery.Table(f"{PROJECT}.{DATASET}.short", schema=FIELDS)
    short._properties["expirationTime"] = "1000"
    client.create_table(short)

    assert [each.table_id for each in client.list_tables(DATASET)] == ["sale"]
    with pytest.raises(exceptions.NotFound):
        client.get_table(short)


def test_what_is_not_there_is_404(client, table):
    with pytest.raises(exceptions.NotFound):
        client.get_dataset("other")
    with pytest.raises(exceptions.NotFound):
        client.get_job("never")
    with pytest.raises(exceptions.NotFound, match="location US"):
        client.query_and_wait(f"SELECT 1 FROM `{TABLE}`", location="US")


def test_the_quota_is_a_403_that_is_not_tried_again(sandbox, client, table):
    sandbox.client.set_faults("bigquery", {"kind": "quota_exceeded"})
    with pytest.raises(exceptions.Forbidden) as refused:
        load(client, row(1))
    assert refused.value.errors[0]["reason"] == "quotaExceeded"
    assert sandbox.client.calls("bigquery")["by_fault"] == {"quota_exceeded": 1}


def test_a_lost_answer_is_a_job_that_runs(sandbox, client, table):
    rule = {"kind": "drop_after", "path": "*/upload/*", "count": 1}
    sandbox.client.set_faults("bigquery", rule)
    with pytest.raises(exceptions.Conflict):
        load(client, row(1), retry=3)

    assert client.get_job("batch-1").state == "DONE"
    assert found(client, f"SELECT COUNT(*) FROM `{TABLE}`") == [(1,)]


def test_jobs_fail_as_asked(sandbox, client, table):
    sandbox.client.fail_jobs("load", "backendError")
    with pytest.raises(exceptions.GoogleAPICallError):
        load(client, row(1)).result()
    load(client, row(1), job="batch-1-again").result()


def test_what_was_received_is_shown(sandbox, client, table):
    load(client, row(1)).result()
    received = sandbox.client.received("bigquery", bodies=1)

    assert [each["id"] for each in received["tables"][TABLE]] == [1]
    assert any(
        "王小明" in json.dumps(each, ensure_ascii=False) or "\\u738b" in each
        for each in received["bodies"]
    )
