"""Jobs: plain idempotent functions that claim work by state, drain for a while and return.

`postlude up` and `postlude worker` run the same loop. Any number of workers may tick: a periodic
job has a slot row that makes it run once per due time, an exclusive one holds a lease besides.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import close_old_connections, connections

from postlude.kernel import claims, clock, ids, redact, store, wakeup
from postlude.kernel.errors import N_, AppError, NotFound
from postlude.kernel.models import JobSlot
from postlude.kernel.work import OWNER

_log = logging.getLogger(__name__)
GROUPS = ("pipeline", "access", "deliver", "sources", "chat", "receipts", "bulk", "housekeeping")
# What nobody waits for gathers a while, so that it is worked off in larger batches.
_PACE = {"bulk": 1.0, "receipts": 0.25, "housekeeping": 0.5}
# While buyers wait, these give way for so many seconds between two short slices: one process has
# one interpreter and, on SQLite, one pen.
_URGENT = frozenset({"pipeline", "access", "deliver"})
_GIVES_WAY = {"bulk": 5.0, "receipts": 2.0}
_BUSY_SECONDS = 0.3
# In a rush the bell rings with every commit; a breath lets news gather into one look for work.
_BREATH_SECONDS = 0.015
_SHORT_SLICE_SECONDS = 0.5
_SLICE_SECONDS = 2.0  # so that the jobs of one thread share it fairly
_DRAIN_SECONDS = 20.0


class Budget:
    """How long a job may go on; ask `spent()` between two units of work."""

    def __init__(
        self, seconds: float, *, slot: str = "", stop: threading.Event | None = None
    ) -> None:
        self.deadline = clock.monotonic() + seconds
        self._slot = slot
        self._stop = stop
        self._beat = clock.monotonic()

    def spent(self) -> bool:
        """Say whether to return now; renews the lease of an exclusive job on the way."""
        self.heartbeat()
        stopping = self._stop is not None and self._stop.is_set()
        return stopping or clock.monotonic() >= self.deadline

    def now(self) -> datetime:
        """Return the business time."""
        return clock.now()

    def heartbeat(self) -> None:
        """Renew the lease of an exclusive job when a third of it has passed."""
        if self._slot and clock.monotonic() - self._beat > claims.LEASE_SECONDS / 3:
            self._beat = clock.monotonic()
            lease = store.db_now() + timedelta(seconds=claims.LEASE_SECONDS)
            with store.write():
                JobSlot.objects.filter(name=self._slot, owner=OWNER).update(lease_until=lease)


@dataclass(frozen=True, slots=True)
class Job:
    """A function to run again and again.

    `run` returns how much it did; 0 means that there is nothing to do now. `every` makes it
    periodic (once per period over all workers), `exclusive` keeps it to one worker at a time.
    """

    name: str
    run: Callable[[Budget], int]
    group: str
    every: timedelta | None = None
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class JobStatus:
    """The last run of a job."""

    name: str
    group: str
    last_started: datetime | None
    last_finished: datetime | None
    last_result: int
    last_error: str


_jobs: dict[str, Job] = {}


def register(job: Job) -> None:
    """Add a job to the loop; called by `wiring` only."""
    if job.group not in GROUPS:
        raise ValueError(f"{job.name}: no group {job.group!r}; one of {', '.join(GROUPS)}")
    _jobs[job.name] = job


def registered() -> list[Job]:
    """Return every job, in the order of registration."""
    return list(_jobs.values())


class JobBusy(AppError):
    """An exclusive job runs elsewhere."""

    code = "job_busy"
    http_status = 409
    message = N_("{name} is running elsewhere.")
    hint = N_("Nothing to do: ask again in half a minute, should it still be needed.")


def run_once(name: str, *, seconds: float = _DRAIN_SECONDS, wait: float = 0) -> int:
    """Run one job now, whatever its period; return what it did. Errors are raised.

    An exclusive job takes its slot as in the loop; raises JobBusy when somebody else has it, or
    still has it after `wait` seconds. A process that died holds it for as long as a lease.
    """
    if name not in _jobs:
        raise NotFound(
            "There is no job {name}.", name=name, hint=f"One of: {', '.join(sorted(_jobs))}."
        )
    job = _jobs[name]
    if not job.exclusive:
        return job.run(Budget(seconds))
    until = clock.monotonic() + wait
    while not _claim_slot(job, whatever=True):
        if clock.monotonic() >= until:
            raise JobBusy(name=name)
        time.sleep(0.1)
    return _run_in_slot(job, seconds)


def run_until_idle(*, rounds: int = 1_000, groups: Iterable[str] = GROUPS) -> int:
    """Run the jobs that are not periodic until none finds work; for tests and one-shot commands.

    Returns how much was done. Retries that are due later are left for later.
    """
    total, wanted = 0, set(groups)
    for _ in range(rounds):
        done = sum(
            job.run(Budget(_DRAIN_SECONDS))
            for job in list(_jobs.values())
            if job.every is None and job.group in wanted
        )
        total += done
        if not done:
            return total
    raise RuntimeError(f"still not idle after {rounds} rounds")


def status() -> list[JobStatus]:
    """Return the last run of each registered job."""
    slots = {slot.name: slot for slot in JobSlot.objects.all()}
    empty = JobSlot()
    return [
        JobStatus(
            job.name,
            job.group,
            slot.last_started,
            slot.last_finished,
            slot.last_result,
            slot.last_error,
        )
        for job in _jobs.values()
        for slot in [slots.get(job.name, empty)]
    ]


class Runner:
    """The loop of a worker: one thread per group of jobs, until `stop` is set."""

    def __init__(self, groups: Iterable[str] = GROUPS) -> None:
        self.stop = threading.Event()
        self._busy_at = -1e9
        self._threads = [
            threading.Thread(target=self._loop, args=(group,), name=f"jobs-{group}", daemon=True)
            for group in groups
        ]
        self._listener = threading.Thread(target=self._listen, name="jobs-listen", daemon=True)

    def start(self) -> None:
        for thread in [*self._threads, self._listener]:
            thread.start()

    def join(self, timeout: float = 30) -> None:
        """Ask every thread to finish its unit of work, and wait for it."""
        self.stop.set()
        wakeup.ring()
        deadline = clock.monotonic() + timeout
        for thread in [*self._threads, self._listener]:
            thread.join(max(0.0, deadline - clock.monotonic()))

    def _listen(self) -> None:
        try:
            wakeup.listen(self.stop)
        finally:
            connections.close_all()

    def _loop(self, group: str) -> None:
        try:
            while not self.stop.is_set():
                seen = wakeup.seen()
                did = self._round(group)
                if did and group in _URGENT:
                    self._busy_at = clock.monotonic()
                if group in _PACE:
                    self._rest(group)
                elif not did:
                    wakeup.wait(seen, wakeup.POLL_SECONDS)
                    self.stop.wait(_BREATH_SECONDS)
                close_old_connections()
        finally:
            connections.close_all()

    def _rest(self, group: str) -> None:
        self.stop.wait(_PACE[group])
        until = clock.monotonic() + _GIVES_WAY.get(group, 0.0)
        while self._is_busy() and clock.monotonic() < until and not self.stop.is_set():
            self.stop.wait(_BUSY_SECONDS)

    def _is_busy(self) -> bool:
        return clock.monotonic() - self._busy_at < _BUSY_SECONDS

    def _round(self, group: str) -> int:
        done = 0
        for job in [each for each in _jobs.values() if each.group == group]:
            if self.stop.is_set():
                break
            try:
                done += self._turn(job)
            except Exception as error:  # noqa: BLE001 - the loop survives whatever a job does
                _log.error("job failed", extra={"job": job.name, "reason": redact.cut(error)})
                _note(job.name, error=error)
                self.stop.wait(0.5)
        return done

    def _turn(self, job: Job) -> int:
        if job.every is None and not job.exclusive:
            hurry = job.group in _GIVES_WAY and self._is_busy()
            slice_s = _SHORT_SLICE_SECONDS if hurry else _SLICE_SECONDS
            return job.run(Budget(slice_s, stop=self.stop))
        if not _take_slot(job):
            return 0
        result = _run_in_slot(job, _DRAIN_SECONDS, stop=self.stop)
        return 0 if job.every else result


def run_if_due(job: Job, *, seconds: float = _DRAIN_SECONDS) -> int | None:
    """Run a job with a slot as the loop would; None when it is not due or runs elsewhere."""
    return _run_in_slot(job, seconds) if _claim_slot(job) else None


def _run_in_slot(job: Job, seconds: float, *, stop: threading.Event | None = None) -> int:
    try:
        result = job.run(Budget(seconds, slot=job.name, stop=stop))
    finally:
        _leave_slot(job)
    _note(job.name, result=result)
    return result


# A look at the slot row costs a query, so a worker asks for a periodic job only once a second.
_asked: dict[str, float] = {}


def _take_slot(job: Job) -> bool:
    tick = clock.monotonic()
    if job.every is not None and tick - _asked.get(job.name, -1e9) < 1.0:
        return False
    _asked[job.name] = tick
    return _claim_slot(job)


def _claim_slot(job: Job, *, whatever: bool = False) -> bool:
    """Take the slot of a job if it is due (or `whatever` the time is) and nobody has it."""
    now, lease_now = clock.now(), store.db_now()
    # Nothing is ever due later than one period from now, unless the clock was set back since: a
    # host that woke up in another year must not keep the alarms silent until then.
    latest = now + (job.every or timedelta(0))
    slot = JobSlot.objects.filter(name=job.name).first()
    if slot is not None and (
        (slot.next_due is not None and now < slot.next_due <= latest and not whatever)
        or (slot.lease_until is not None and slot.lease_until > lease_now)
    ):
        return False
    due = "" if whatever else " AND (next_due IS NULL OR next_due <= %s OR next_due > %s)"
    with store.write():
        if slot is None:
            store.insert_ignore(
                JobSlot,
                ("id", "name", "owner", "last_result", "last_error"),
                [(ids.new_id(), job.name, "", 0, "")],
                conflict=("name",),
            )
        taken = claims.claim(
            JobSlot,
            where=f"name = %s{due}",
            params=[job.name] if whatever else [job.name, now, latest],
            order="id",
            limit=1,
            owner=OWNER,
            set={"last_started": now, "next_due": now + job.every if job.every else None},
        )
    return bool(taken)


def _leave_slot(job: Job) -> None:
    with store.write():
        JobSlot.objects.filter(name=job.name, owner=OWNER).update(
            owner="", lease_until=None, last_finished=clock.now()
        )


def _note(name: str, *, result: int = 0, error: Exception | None = None) -> None:
    words = f"{type(error).__name__}: {redact.cut(error)}"[:400] if error else ""
    with store.write():
        JobSlot.objects.filter(name=name).update(last_result=result, last_error=words)
