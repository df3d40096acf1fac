"""However many workers tick, a due job runs once; what a dead worker held is taken up in time."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from postlude.kernel import claims, jobs, store
from postlude.kernel import clock as kernel_clock
from postlude.kernel.jobs import Budget, Job
from postlude.kernel.models import JobSlot

WORKERS = 6
DAILY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def no_jobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(jobs, "_jobs", {})
    monkeypatch.setattr(jobs, "_asked", Forgetful())
    yield
    assert [] == [slot.owner for slot in JobSlot.objects.exclude(owner="")]


class Forgetful(dict[str, float]):
    """Lets each of our workers ask at once, as workers of several processes do."""

    def get(self, *_: Any) -> Any:
        return -1e9


def everybody_ticks(job: Job, workers: int = WORKERS) -> None:
    """Each worker of its own process tries the job at the same moment."""
    start = threading.Barrier(workers)
    runner = jobs.Runner([])

    def tick() -> None:
        try:
            start.wait()
            runner._turn(job)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=tick) for _ in range(workers)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def counted(runs: list[int], **options: Any) -> Job:
    def run(_budget: Budget) -> int:
        runs.append(1)
        return 1

    return Job("test.daily", run, "housekeeping", **options)


def test_a_due_job_runs_once_per_period(clock: kernel_clock.FrozenClock) -> None:
    runs: list[int] = []
    job = counted(runs, every=DAILY, exclusive=True)
    for day in range(1, 4):
        everybody_ticks(job)
        assert day == len(runs)
        clock.advance(hours=23)
        everybody_ticks(job)
        assert day == len(runs)
        clock.advance(hours=1)


def test_a_clock_that_is_set_back_silences_no_job() -> None:
    """A job that ran on a clock of next year runs again, and once, when the clock is mended."""
    runs: list[int] = []
    job = counted(runs, every=DAILY, exclusive=True)
    today = datetime(2023, 9, 1, 2, 0, tzinfo=UTC)
    with kernel_clock.use(kernel_clock.FrozenClock(today + timedelta(days=365))):
        everybody_ticks(job)
    with kernel_clock.use(kernel_clock.FrozenClock(today)) as mended:
        everybody_ticks(job)
        assert 2 == len(runs)
        everybody_ticks(job)
        assert 2 == len(runs)
        mended.advance(hours=24)
        everybody_ticks(job)
        assert 3 == len(runs)


def test_without_the_slot_row_everybody_runs_it(
    clock: kernel_clock.FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_take_slot", lambda _job: True)
    runs: list[int] = []
    everybody_ticks(counted(runs, every=DAILY))
    assert WORKERS == len(runs)


def test_an_exclusive_job_is_in_one_place_at_a_time(clock: kernel_clock.FrozenClock) -> None:
    inside, most = 0, 0
    lock = threading.Lock()

    def run(_budget: Budget) -> int:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        threading.Event().wait(0.05)
        with lock:
            inside -= 1
        return 0

    everybody_ticks(Job("test.exclusive", run, "housekeeping", exclusive=True))
    assert 1 == most


def test_a_dead_workers_slot_is_free_when_its_lease_is_over(
    clock: kernel_clock.FrozenClock,
) -> None:
    runs: list[int] = []
    job = counted(runs, every=DAILY, exclusive=True)
    assert jobs._take_slot(job)  # and dies: nobody leaves the slot
    clock.advance(hours=25)
    everybody_ticks(job)
    assert [] == runs
    ended = store.db_now() - timedelta(seconds=claims.LEASE_SECONDS)
    with store.write():
        JobSlot.objects.filter(name=job.name).update(lease_until=ended)
    everybody_ticks(job)
    assert [1] == runs


def test_a_long_run_keeps_its_lease(
    clock: kernel_clock.FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    leases: list[Any] = []
    tick = [0.0]
    monkeypatch.setattr(kernel_clock, "monotonic", lambda: tick[0])

    def run(budget: Budget) -> int:
        for _ in range(3):
            leases.append(JobSlot.objects.get(name="test.long").lease_until)
            tick[0] += claims.LEASE_SECONDS / 2
            budget.spent()
        return 0

    jobs.Runner([])._turn(Job("test.long", run, "housekeeping", every=DAILY, exclusive=True))
    assert sorted(set(leases)) == leases
