"""Lost answers, used-up quotas, failed jobs, two loaders, strange tables: nothing lost or doubled."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from google.cloud import bigquery

from postlude.kernel import jobs, work
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor
from postlude.sandbox.server import Sandbox
from postlude.warehouse import api as warehouse
from postlude.warehouse import backend, facts, policies, rows, schema
from postlude.warehouse.bigquery import jobs as sending
from postlude.warehouse.bigquery import layout, target, trouble
from postlude.warehouse.bigquery import warehouse as opening
from postlude.warehouse.errors import ForeignTable, WarehouseBusy, WarehouseTooNew
from postlude.warehouse.schema import Column
from postlude.warehouse.types import Batch, Row
from support import cloud

TABLE = schema.table_of("individual")
UPLOAD = "*/upload/*"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def far(house: Any, sandbox: Sandbox, settings: Any) -> Iterator[Any]:
    settings.POSTLUDE_WAREHOUSE = cloud.ADDRESS
    with cloud.reachable(sandbox):
        yield house


@pytest.fixture
def client(far: Any, sandbox: Sandbox) -> Iterator[bigquery.Client]:
    made = cloud.client(sandbox)
    yield made
    made.close()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    patience = trouble.PATIENCE.with_timeout(0.5).with_delay(initial=0.05, maximum=0.1)
    monkeypatch.setattr(trouble, "PATIENCE", patience)
    monkeypatch.setattr(trouble, "UPLOAD_TRIES", 0)


def held(sandbox: Sandbox, far: Any) -> list[dict[str, Any]]:
    return cloud.sales(sandbox, far.slug)[TABLE]


def session(far: Any, **options: Any) -> Any:
    found = target.parse(cloud.ADDRESS)
    return opening.opened(found, now=far.now, alive=lambda: None, **options)


# -- once ------------------------------------------------------------------------------------------


def test_one_batch_is_one_load_job_and_one_merge_named_by_its_hash(
    far: Any, sandbox: Sandbox
) -> None:
    far.buy(1, far.person("ann@example.test"))
    far.load()

    batch = far.status().last_batch
    (load,), (merge,) = cloud.jobs(sandbox, "load"), cloud.merges(sandbox)
    assert load["jobReference"]["jobId"] == f"postlude_{batch}_load"
    assert merge["jobReference"]["jobId"] == f"postlude_{batch}_merge"
    assert [row["id"] for row in cloud.tables(sandbox)["postlude_batch"]] == [batch]
    assert "MERGE INTO" in merge["configuration"]["query"]["query"]


@pytest.mark.parametrize("path", [UPLOAD, "*/v2/*/jobs", "*/queries"])
def test_a_lost_answer_is_found_again_and_not_loaded_again(
    far: Any, sandbox: Sandbox, path: str
) -> None:
    far.buy(1, far.person("ann@example.test"))
    rule = {"kind": "drop_after", "path": path, "method": "POST", "count": 1}
    sandbox.client.set_faults("bigquery", rule)
    far.load()

    assert sandbox.client.calls("bigquery")["by_fault"] == {"drop_after": 1}
    assert len(held(sandbox, far)) == 1
    assert len(cloud.jobs(sandbox, "load")) == len(cloud.merges(sandbox)) == 1
    assert far.status().problem is None


def test_the_same_batch_again_is_recognised_by_its_jobs_and_by_the_ledger(
    far: Any, sandbox: Sandbox
) -> None:
    far.buy(1, far.person("ann@example.test"))
    far.load()
    batch = _batch(far, cloud.merges(sandbox)[0])
    with session(far) as opened:
        assert opened.load(batch, now=far.now).repeated
    assert sandbox.client.status()["vendors"]["bigquery"]["jobs refused twice"] == 2

    sandbox._house.vendors.by_name["bigquery"].jobs.by_id.clear()  # jobs are forgotten after months
    with session(far) as opened:
        assert opened.load(batch, now=far.now).repeated
    assert len(held(sandbox, far)) == 1


def _batch(far: Any, merge: dict[str, Any]) -> Batch:
    org = orgs.get(far.org)
    gathered = facts.gather(org, orders.all_tickets(far.org), policies.of(far.org))
    batch = rows.batch(org, gathered.rows, origin=())
    number = merge["jobReference"]["jobId"].split("_")[1]
    return Batch(number, batch.org, batch.rows)


def test_a_failed_job_is_tried_again_under_another_id(far: Any, sandbox: Sandbox) -> None:
    far.buy(1, far.person("ann@example.test"))
    sandbox.client.fail_jobs("load", "backendError", count=2)
    far.load()

    assert len(held(sandbox, far)) == 1
    ids = {job["jobReference"]["jobId"] for job in cloud.jobs(sandbox, "load")}
    assert len(ids) == 3


def test_staging_that_is_gone_is_made_again(far: Any, sandbox: Sandbox, client: Any) -> None:
    far.buy(1, far.person("ann@example.test"))
    with session(far):
        pass
    failing = sandbox._house.vendors.by_name["bigquery"].jobs
    run = failing.run

    def lose_staging(job: Any) -> None:
        if job.id.endswith("_merge") and job.id.count("_") == 2:
            for key in [key for key in failing._datasets.tables if "staging" in key[2]]:
                failing._datasets.drop_table(key)
        run(job)

    failing.run = lose_staging
    far.load()
    failing.run = run
    assert len(held(sandbox, far)) == 1
    assert len(cloud.jobs(sandbox, "load")) == 2


# -- waiting ---------------------------------------------------------------------------------------


def test_a_quota_that_is_used_up_pauses_and_says_until_when(far: Any, sandbox: Sandbox) -> None:
    far.buy(1, far.person("ann@example.test"))
    sandbox.client.set_faults("bigquery", {"kind": "quota_exceeded", "path": UPLOAD})
    far.load()

    status = far.status()
    until = far.now + timedelta(minutes=30)
    assert (status.pending, status.dead) == (1, 0)
    assert status.problem.code == "warehouse_quota"
    assert "nothing is loaded until 02:30 UTC, 1 September" in status.problem.words
    assert status.problem.next_try_at == until
    calls = sandbox.client.calls("bigquery")["total"]
    far.buy(2, far.person("bob@example.test"))
    far.clock.advance(minutes=29)
    far.load()
    assert sandbox.client.calls("bigquery")["total"] == calls, "nobody asks before it is time"

    sandbox.client.clear_faults("bigquery")
    far.clock.advance(minutes=2)
    far.load()
    assert far.status().problem is None
    assert len(held(sandbox, far)) == 2


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "refuse_connection"}, "warehouse_away"),
        ({"kind": "server_error", "status": 503}, "warehouse_away"),
        ({"kind": "rate_limited"}, "warehouse_away"),
        ({"kind": "html", "status": 502}, "warehouse_away"),
        ({"kind": "html", "status": 200}, "warehouse_away"),
        ({"kind": "truncated_json"}, "warehouse_away"),
        ({"kind": "drop_before"}, "warehouse_away"),
        ({"kind": "server_error", "status": 401}, "warehouse_forbidden"),
    ],
)
def test_what_passes_is_waited_for_and_delays_nobody_else(
    far: Any, sandbox: Sandbox, hurried: None, fault: dict[str, Any], code: str
) -> None:
    far.buy(1, far.person("ann@example.test"))
    urgent: list[str] = []
    work.subscribe("ticket.changed", "journeys", lambda batch: urgent.extend(batch.keys))
    far.buy(2, far.person("bob@example.test"))
    sandbox.client.set_faults("bigquery", fault)
    far.load()
    work.drain(lambda: False)

    assert len(urgent) == 1
    status = far.status()
    assert (status.pending, status.dead, status.problem.code) == (2, 0, code)
    assert status.problem.hint
    sandbox.client.clear_faults("bigquery")
    far.clock.advance(minutes=6)
    far.load()
    assert len(held(sandbox, far)) == 2


def test_no_permission_says_which_roles_are_needed(far: Any, sandbox: Sandbox) -> None:
    far.buy(1, far.person("ann@example.test"))
    sandbox.client.configure("bigquery", access=False)
    far.load()

    problem = far.status().problem
    assert problem.code == "warehouse_forbidden"
    assert "BigQuery Job User" in problem.hint


def test_one_row_that_is_refused_does_not_hold_up_the_others(
    far: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = far.buy(1, far.person("ann@example.test"))
    far.buy(2, far.person("bob@example.test"))
    dumps = json.dumps

    def spoilt(line: Any, **options: Any) -> str:
        bad = isinstance(line, dict) and line.get("ticket_id") == first
        return dumps({**line, "registration_no": "many"} if bad else line, **options)

    monkeypatch.setattr(sending.json, "dumps", spoilt)
    far.load()
    monkeypatch.undo()

    assert [row["attendee_id"] for row in held(sandbox, far)] == ["t2"]
    status = far.status()
    assert (status.pending, status.problem) == (1, None)


def test_a_merge_that_fails_is_told_in_its_words(far: Any, sandbox: Sandbox) -> None:
    far.buy(1, far.person("ann@example.test"))
    far.load()
    far.buy(2, far.person("bob@example.test"))
    jobs_there = sandbox._house.vendors.by_name["bigquery"].jobs
    jobs_there.failures.append(
        {"kind": "load", "reason": "accessDenied", "message": "no tables.updateData", "count": 9}
    )
    far.load()
    problem = far.status().problem
    assert problem.code == "warehouse_forbidden"
    assert "tables.updateData" in problem.words


def test_small_batches_gather_and_a_command_loads_at_once(
    far: Any, sandbox: Sandbox, settings: Any
) -> None:
    settings.POSTLUDE_WAREHOUSE = cloud.ADDRESS.replace("every=0", "every=120")
    far.buy(1, far.person("ann@example.test"))
    far.load()
    for number in (2, 3):
        far.buy(number, far.person("bob@example.test"))
        far.load()
    assert len(held(sandbox, far)) == 1
    assert (far.status().pending, far.status().problem) == (2, None)

    far.clock.advance(seconds=121)
    far.load()
    assert len(held(sandbox, far)) == 3
    assert len(cloud.merges(sandbox)) == 2, "both in one batch"

    far.buy(4, far.person("cid@example.test"))
    far.load()
    assert len(held(sandbox, far)) == 3
    warehouse.load_now(jobs.Budget(20))
    assert len(held(sandbox, far)) == 4


def test_a_long_job_keeps_the_lease(far: Any, sandbox: Sandbox, monkeypatch: Any) -> None:
    renewed: list[int] = []
    monkeypatch.setattr(work.WorkBatch, "renew", lambda batch: renewed.append(len(batch.keys)))
    sandbox.client.configure("bigquery", pending_s=0.2, running_s=0.2)
    far.buy(1, far.person("ann@example.test"))
    far.load()
    assert len(held(sandbox, far)) == 1
    assert len(renewed) > 3


def test_a_job_that_never_ends_is_left_to_the_next_try(
    far: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "WAIT_SECONDS", 0.3)
    with session(far):
        pass
    sandbox.client.configure("bigquery", pending_s=1.0)
    far.buy(1, far.person("ann@example.test"))
    far.load()
    assert "PENDING" in far.status().problem.words

    sandbox.client.configure("bigquery", pending_s=0)
    far.clock.advance(minutes=6)
    far.load()
    assert len(held(sandbox, far)) == 1
    assert far.status().problem is None


def test_a_lost_dataset_is_made_again_and_a_replay_fills_it(far: Any, sandbox: Sandbox) -> None:
    ann = far.person("ann@example.test")
    far.buy(1, ann)
    far.load()
    before = cloud.sales(sandbox, far.slug)
    sandbox.client.lose_dataset(cloud.PROJECT, cloud.DATASET)
    far.buy(2, ann)
    far.load()
    assert far.status().problem.code == "warehouse_away"
    far.clock.advance(minutes=6)
    far.load()
    warehouse.replay(far.org, now=far.now)
    after = cloud.sales(sandbox, far.slug)[TABLE]
    assert before[TABLE][0] in after
    assert len(after) == 2


# -- two loaders -----------------------------------------------------------------------------------


def test_of_two_loaders_the_one_that_began_first_writes_nothing(
    far: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It read older facts: what it holds must not come over the newer ones."""
    ann = far.person("ann@example.test")
    far.buy(1, ann)
    far.load()
    before = held(sandbox, far)

    def batch(name: str, state: str) -> Batch:
        values = {**before[0], "payment_status": state, "ticket_id": int(before[0]["ticket_id"])}
        answers = {key: str(values.pop(key)) for key in schema.ANSWER_COLUMNS if values[key]}
        sale = {key: values[key] for key in schema.SALE_COLUMNS}
        return Batch(name, far.slug, (Row(TABLE, sale, answers),))

    monkeypatch.setattr(opening, "_OURS", _NoLock())  # as if they were two processes
    with pytest.raises(WarehouseBusy), session(far) as first:
        with session(far) as second:
            second.load(batch("b" * 64, "newer"), now=far.now)
        first.load(batch("a" * 64, "older"), now=far.now)
    assert [row["payment_status"] for row in held(sandbox, far)] == ["newer"]

    with session(far) as third:
        third.load(batch("a" * 64, "older"), now=far.now)
    assert [row["payment_status"] for row in held(sandbox, far)] == ["older"], "its turn: it may"


class _NoLock:
    def acquire(self, *, blocking: bool) -> bool:
        return True

    def release(self) -> None:
        return None


def test_two_threads_take_turns(far: Any) -> None:
    with session(far), pytest.raises(WarehouseBusy), session(far):
        pass


# -- erasure ---------------------------------------------------------------------------------------


def test_a_person_is_deleted_by_pseudonym_and_from_what_was_left_in_staging(
    far: Any, sandbox: Sandbox
) -> None:
    ann = far.person("ann@example.test")
    far.buy(1, ann)
    far.load()
    (row,) = held(sandbox, far)
    with session(far) as opened:
        opened._layout.stage("postlude_staging_of_a_dead_batch", [layout.field("email")])
    people.erase(far.org, ann, actor=Actor("cli", "test"), now=far.now)
    far.load()

    assert far.status().erasures_waiting == 0
    assert row["contact"] not in json.dumps(cloud.tables(sandbox))
    assert not [name for name in cloud.tables(sandbox) if "staging" in name]
    assert far.status().rows[TABLE] == 0


# -- schema ----------------------------------------------------------------------------------------


def test_the_schema_has_a_version_and_grows_by_steps(far: Any, sandbox: Sandbox) -> None:
    far.buy(1, far.person("ann@example.test"))
    far.load()
    assert far.status().schema_version == schema.VERSION
    more = (*layout.STEPS, {TABLE: (Column("venue", "VARCHAR", "where"),)})
    opening._prepared.clear()
    with session(far, steps=more) as opened:
        assert opened.schema_version() == schema.VERSION + 1
    (row,) = held(sandbox, far)
    assert (row["attendee_id"], row["venue"]) == ("t1", None)

    opening._prepared.clear()
    with pytest.raises(WarehouseTooNew), session(far):
        pass


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (bigquery.SchemaField("price", "FLOAT64"), "price is FLOAT64"),
        (bigquery.SchemaField("venue", "STRING", "REQUIRED"), "venue is required"),
    ],
)
def test_a_table_of_somebody_else_is_not_touched(
    far: Any, client: Any, column: Any, words: str
) -> None:
    client.create_dataset(cloud.DATASET)
    there = f"{cloud.PROJECT}.{cloud.DATASET}.{TABLE}"
    client.create_table(bigquery.Table(there, schema=[column]))
    with pytest.raises(ForeignTable, match=words) as refused, session(far):
        pass
    assert "?tables=sales_{kind}" in refused.value.hint
    assert [each.name for each in client.get_table(there).schema] == [column.name]


def test_an_old_table_that_fits_gets_the_missing_columns_and_keeps_its_rows(
    far: Any, client: Any, sandbox: Sandbox
) -> None:
    client.create_dataset(cloud.DATASET)
    there = f"{cloud.PROJECT}.{cloud.DATASET}.{TABLE}"
    fields = [bigquery.SchemaField("org", "STRING"), bigquery.SchemaField("nickname", "STRING")]
    client.create_table(bigquery.Table(there, schema=fields))
    config = bigquery.LoadJobConfig(source_format="NEWLINE_DELIMITED_JSON", schema=fields)
    old = io.BytesIO(b'{"org": "before", "nickname": "Old"}')
    client.load_table_from_file(old, there, size=36, job_config=config).result()
    far.buy(1, far.person("ann@example.test"))
    far.load()

    there_now = sandbox.client.received("bigquery")["tables"][there]
    assert {(row["org"], row["nickname"]) for row in there_now} == {
        ("before", "Old"),
        (far.slug, None),
    }


# -- doctor ----------------------------------------------------------------------------------------


def found(*, online: bool = True) -> list[tuple[str, str]]:
    listed = [each for each in warehouse.doctor(online) if each.check == "warehouse"]
    assert all(each.fix for each in listed if each.level != "ok")
    return [(each.level, each.what) for each in listed]


def test_doctor_says_what_it_finds(far: Any, sandbox: Sandbox, settings: Any) -> None:
    assert [level for level, _ in found()] == ["ok", "warning"]
    assert "the first load makes it" in found()[1][1]
    with session(far):
        pass
    assert [level for level, _ in found()] == ["ok", "ok", "ok"]
    assert "it lies in US" in found()[1][1]

    settings.POSTLUDE_WAREHOUSE = cloud.ADDRESS + "&location=asia-east1"
    assert found()[-1][0] == "problem"
    assert "lies in US" in found()[-1][1]
    assert [level for level, _ in found(online=False)] == ["ok"]
    settings.POSTLUDE_WAREHOUSE = cloud.ADDRESS
    sandbox.client.configure("bigquery", access=False)
    assert [level for level, _ in found()][-1] == "problem"


def test_doctor_misses_the_credentials(far: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(target.EMULATOR)
    monkeypatch.setenv("POSTLUDE_BIGQUERY_CREDENTIALS", "{no key}")
    ((level, words),) = found()
    assert level == "problem"
    assert "POSTLUDE_BIGQUERY_CREDENTIALS is no key" in words
    assert "no key}" not in words


def test_the_wrong_location_stops_the_load_before_it_begins(
    far: Any, sandbox: Sandbox, settings: Any
) -> None:
    with session(far):
        pass
    settings.POSTLUDE_WAREHOUSE = cloud.ADDRESS + "&location=asia-east1"
    far.buy(1, far.person("ann@example.test"))
    far.load()
    assert far.status().problem.code == "warehouse_bad_target"
    assert backend.configured().name == "bigquery"
