"""kill -9 around each load job and MERGE: no row twice, none missed, and jobs that outlive us."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.boundary_names import boundary_names
from support.killing import Outcome, Stage, complaints

ADDRESS = "bigquery://sandbox-project/{name}?every=0"
NAMES = [name for name in boundary_names() if name.startswith("warehouse.")]
BY_OPERATORS = (
    "warehouse.erasure_noted",
    "warehouse.person_forgotten",
    "warehouse.replay_noted",
    "warehouse.replayed",
)
# The first jobs of a life: the schema's step, the turn, a load, a MERGE, the next turn, a load, …
JOBS = tuple(f"warehouse.job_sent:{nth}" for nth in range(1, 8))

pytestmark = pytest.mark.timeout(1800)


class Far(Stage):
    """A stage whose warehouse is BigQuery; its jobs may take their time."""

    seconds = 0.0

    def _reset(self) -> None:
        super()._reset()
        self.client.configure("bigquery", pending_s=self.seconds / 2, running_s=self.seconds / 2)


@pytest.fixture(scope="module")
def stage(pytestconfig: pytest.Config) -> Iterator[Far]:
    loads = ["postlude.warehouse.bigquery.warehouse"]
    with Far(pytestconfig.getoption("--engine"), warehouse=ADDRESS, loads=loads) as it:
        yield it


@pytest.fixture(autouse=True)
def at_once(stage: Far) -> None:
    stage.seconds = 0.0


def sold(outcome: Outcome) -> list[list[Any]]:
    """Rows by what lasts: our own numbers are others in each life."""
    return sorted(
        [table, event, "ours" if attendee.startswith("ticket-") else attendee, refunded]
        for table, event, attendee, refunded in outcome.facts["sold"]
    )


def wrong(stage: Far, outcome: Outcome) -> list[str]:
    found = complaints(stage, outcome)
    rows = outcome.facts["sold"]
    keys = [tuple(row[:3]) for row in rows]
    if len(set(keys)) != len(keys):
        found.append("a row stands there twice")
    if len({key[1:] for key in keys}) != len(keys):
        found.append("a row stands in two tables")
    baseline = sold(stage.recorded(outcome.flow)[1])
    if sold(outcome) != baseline:
        found.append(f"other rows than without a kill: {sold(outcome)} != {baseline}")
    return found


def test_every_boundary_is_crossed_and_the_rows_are_there(stage: Far) -> None:
    crossed, outcome = stage.recorded("sale")
    assert set(NAMES) - set(BY_OPERATORS) <= set(crossed)
    assert crossed.count("warehouse.job_sent") >= len(JOBS)
    assert wrong(stage, outcome) == []
    rows = sold(outcome)
    assert len(rows) == outcome.facts["warehouse"] > 5
    assert any(refunded for *_, refunded in rows)


@pytest.mark.shared_out
@pytest.mark.parametrize("name", [*(name for name in NAMES if name not in BY_OPERATORS), *JOBS[1:]])
def test_killed_while_loading(stage: Far, name: str) -> None:
    outcome = stage.killed_once("sale", crash_at=name)
    assert outcome.kills == 1
    assert wrong(stage, outcome) == []


@pytest.mark.shared_out
@pytest.mark.parametrize("name", JOBS[1:4])
def test_a_job_that_outlives_us_writes_nothing_old_and_nothing_twice(stage: Far, name: str) -> None:
    """The job is still on its way over there while the next life begins."""
    stage.recorded("sale")
    stage.seconds = 0.4
    outcome = stage.killed_once("sale", crash_at=name)
    assert outcome.kills == 1
    assert wrong(stage, outcome) == []


@pytest.mark.shared_out
@pytest.mark.parametrize("name", BY_OPERATORS)
def test_killed_while_a_person_is_forgotten_or_all_is_written_anew(stage: Far, name: str) -> None:
    outcome = stage.killed_once("day", crash_at=name)
    assert outcome.kills == 1
    assert complaints(stage, outcome) == []
    keys = [tuple(row[1:3]) for row in outcome.facts["sold"]]
    assert len(set(keys)) == len(keys)
