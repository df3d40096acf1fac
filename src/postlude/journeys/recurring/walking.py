"""The job that serves a frozen audience: portion after portion, each in one commit."""

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import F

from postlude.journeys import bookkeeping, draining
from postlude.journeys.models import Cycle, Journey, JourneyVersion, Portion, Run, SendAttempt
from postlude.journeys.recurring import definitions, serving
from postlude.journeys.recurring.batch import Batch, Place
from postlude.journeys.recurring.types import Recurring
from postlude.kernel import boundaries, claims, ids, lookups, redact, store, work
from postlude.kernel.errors import AppError
from postlude.kernel.jobs import Budget
from postlude.kernel.work import OWNER
from postlude.orgs import api as orgs

_log = logging.getLogger(__name__)
FINISHED = "notice.finished"  # everybody of a run was served; its keys are cycles
_ATTEMPT = (
    *("id", "org", "execution", "contact", "subject"),
    *("outcome", "reason", "message", "branch", "at"),
)


def walk_runs(budget: Budget) -> int:
    """Serve the people of runs whose audience is whole; return how many were looked at.

    One worker walks a run at a time, so that turns follow the order of contacts; should its lease
    run out, the lock on the run's row still keeps portions apart.
    """
    total = 0
    frozen = "finished_at IS NULL AND frozen_at IS NOT NULL"
    for (run,) in draining.claimed(Run, budget, where=frozen):
        boundaries.crossing("journeys.run_taken")
        try:
            for served in draining.pages(Run, run, budget, _portion):
                total += served
                boundaries.crossing("journeys.portion_served")
        except AppError as error:  # a template or sender that is not there: others go on
            _log.error(
                "a notice cannot go on",
                extra={"run": run, "reason": redact.cut(error)},
            )  # its lease runs out, and somebody tries again
    return total


def _portion(number: int, now: datetime) -> tuple[int, bool]:
    """Serve the next portion; return how many people it held, and whether there may be more."""
    with store.write(), lookups.by_index():
        run = Run.objects.select_for_update().filter(id=number, owner=OWNER).first()
        if run is None or run.finished_at is not None:
            return 0, False
        portion = Portion.objects.filter(run=number).order_by("id").first()
        if portion is None:
            run.finished_at, run.owner, run.lease_until = now, "", None
            run.save(update_fields=("finished_at", "owner", "lease_until"))
            work.publish(FINISHED, run.org_id, [run.cycle_id])
            return 0, False
        _alone(run)
        batch = serving.serve(
            _place(run, portion.selection), [(each[0], each[1]) for each in portion.people], now
        )
        _book(run, batch)
        portion.delete()
        run.passed_over += batch.passed_over
        run.lease_until = store.db_now() + timedelta(seconds=claims.LEASE_SECONDS)
        run.save(update_fields=("passed_over", "lease_until"))
    return len(portion.people), True


def _alone(run: Run) -> None:
    """Let no two runs of one notice serve at once: whom this one marks under one name the other
    sees, should the names be joined meanwhile.
    """
    Journey.objects.select_for_update(no_key=True).get(id=run.journey_id)


def _place(run: Run, selection: int) -> Place:
    notice = _notice(run.version_id)
    home = orgs.get(run.org_id).zone
    return Place(
        run.org_id,
        run.zone or home,
        home,
        run.cycle_id,
        run.journey_id,
        run.version_id,
        run.due_at,
        notice,
        notice.selections[selection],
    )


@lru_cache(maxsize=64)  # a version is never changed
def _notice(version: int) -> Recurring:
    return definitions.from_json(JourneyVersion.objects.get(id=version).definition)


def _book(run: Run, batch: Batch) -> None:
    """Write down what became of each: so entered = sent + blocked + failed + waiting + held out."""
    if not batch.outcomes:
        return
    org, at = run.org_id, (run.cycle_id, batch.place.node)
    entered = Counter({at: len(batch.outcomes)})
    executions: Mapping[tuple[int, str], int] = bookkeeping.count(org, entered, {}, batch.now)
    Cycle.objects.filter(id=run.cycle_id).update(entered=F("entered") + len(batch.outcomes))
    rows = [
        (
            new,
            org,
            executions[at],
            *person,
            outcome,
            reason,
            batch.messages.get(person),
            batch.branches.get(person),
            batch.now,
        )
        for new, (person, (outcome, reason)) in zip(
            ids.new_ids(len(batch.outcomes)), batch.outcomes.items(), strict=True
        )
    ]
    store.insert_many(SendAttempt, _ATTEMPT, rows)
    bookkeeping.add_blocks(org, executions[at], batch.blocked(), batch.now)
