"""The whole pipeline as one command, for cron, Airflow or a serverless job."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from postlude.kernel import clock, jobs
from postlude.orgs.types import OrgRef
from postlude.sources import api as sources
from postlude.sources.types import PollReport
from postlude.wiring.cli import output
from postlude.wiring.processes import AlreadyRunning, only_writer
from postlude.wiring.remaining import waiting

_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one run of `sync` did."""

    org: str
    polls: list[PollReport]
    did: int
    left: int
    seconds: float


def drain(*, at_most: float) -> int:
    """Run the jobs until nothing waits, or for `at_most` seconds; return how much was done.

    Retries that are due within that time are waited for, and so are the leases of a process that
    died: where nothing but cron runs us, nobody else takes up what it left.
    """
    deadline = clock.monotonic() + at_most
    did = 0
    while True:
        did += jobs.run_once("channels.recover") + jobs.run_once("journeys.schedule")
        did += jobs.run_once("journeys.begin_runs")
        did += jobs.run_until_idle()
        if not waiting() or clock.monotonic() >= deadline:
            return did
        time.sleep(_PAUSE_SECONDS)


def sync(
    org: OrgRef,
    *,
    once: bool,
    at_most: float = 240,
    emit: Callable[[Any], None] | None = None,
) -> int:
    """Poll the sources of an organisation; with `once` do all that follows. Returns an exit code.

    0 all done · 4 a source did not answer · 5 done, but something is left for the next run · 6 a
    source's secret is missing. Beside a running `up` on SQLite it only polls: the server's jobs do
    the rest.
    """
    started = clock.monotonic()
    polls, did, left = _poll_and_drain(org.id, at_most) if once else (_poll(org.id, at_most), 0, 0)
    report = SyncReport(org.slug, polls, did, left, round(clock.monotonic() - started, 3))
    if emit:
        emit(report)
    else:
        output.sync_report(report)
    if any(each.code in output.CONFIGURATION for each in polls):
        return output.BAD_CONFIGURATION
    if any(not each.ok for each in polls):
        return output.UNREACHABLE
    return output.FINDINGS if left else output.OK


def _poll(org: int, at_most: float) -> list[PollReport]:
    return sources.poll(org, now=clock.now(), budget=jobs.Budget(at_most))


def _poll_and_drain(org: int, at_most: float) -> tuple[list[PollReport], int, int]:
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(only_writer())
        except AlreadyRunning:
            return _poll(org, at_most), 0, 0
        polls = _poll(org, at_most)
        return polls, drain(at_most=at_most), waiting()
