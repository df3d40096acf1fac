"""All that is due, once, and return: for installations that nothing keeps running.

A scheduler calls this every minute or two. Whoever is killed in between leaves leases that end and
rows that are claimed again; what is left is told, so that the scheduler may call at once.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from postlude.kernel import clock, jobs, redact
from postlude.kernel.jobs import Budget, Job

_log = logging.getLogger(__name__)
_SLICE_SECONDS = 2.0
_counters: list[Callable[[], int]] = []


@dataclass(slots=True)
class Errand:
    """What one call did, by job; `failed` names the jobs that could not go on, and why."""

    done: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    left: int = 0
    seconds: float = 0.0


def count_left_with(count: Callable[[], int]) -> None:
    """Let `count` say how much waits to be done; called by `wiring` only."""
    _counters[:] = [count]


def left() -> int:
    """Return how much waits to be done, by all that knows."""
    return sum(count() for count in _counters)


def run_all(*, seconds: float) -> Errand:
    """Run the periodic jobs that are due, then the others until none finds work or time is up.

    A job that fails stops no other one.
    """
    started = clock.monotonic()
    deadline = started + seconds
    errand = Errand()
    for job in jobs.registered():
        if job.every is not None and clock.monotonic() < deadline:
            _run(errand, job, deadline)
    did = 1
    while did and clock.monotonic() < deadline:
        others = [each for each in jobs.registered() if each.every is None]
        did = sum(_run(errand, job, deadline) for job in others if job.name not in errand.failed)
    errand.left = left()
    errand.seconds = round(clock.monotonic() - started, 3)
    return errand


def _remaining(deadline: float) -> float:
    return max(0.1, deadline - clock.monotonic())


def _run(errand: Errand, job: Job, deadline: float) -> int:
    try:
        did = _turn(job, deadline)
    except Exception as error:  # noqa: BLE001 - whatever it is, the others have their turn
        _log.error("job failed", extra={"job": job.name, "reason": redact.cut(error)})
        errand.failed[job.name] = f"{type(error).__name__}: {redact.cut(error)}"[:400]
        return 0
    if did:
        errand.done[job.name] = errand.done.get(job.name, 0) + did
    return did


def _turn(job: Job, deadline: float) -> int:
    """Run a job once: one with a slot if it is due and free, any other for a slice of the time."""
    if job.every is not None or job.exclusive:
        return jobs.run_if_due(job, seconds=_remaining(deadline)) or 0
    return job.run(Budget(min(_SLICE_SECONDS, _remaining(deadline))))
