"""The job that serves a frozen audience: portion after portion, each in one commit."""

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import F

from postlude.journeys import bookkeeping
from postlude.journeys.models import Cycle, JourneyVersion, Portion, Run, SendAttempt
from postlude.journeys.recurring import definitions, serving
from postlude.journeys.recurring.batch import Batch, Place
from postlude.kernel import boundaries, claims, ids, redact, store, work
from postlude.kernel.errors import AppError
from postlude.kernel.jobs import Budget
from postlude.kernel.work import OWNER
from postlude.orgs import api as orgs

_log = logging.getLogger(__name__)
FINISHED = "notice.finished"  # everybody of a run was served; its keys are cycles
_ATTEMPT = ("id", "org", "execution", "contact", "subject", "outcome", "reason", "message", "at")


def walk_runs(budget: Budget) -> int:
    """Serve the people of runs whose audience is whole; return how many were looked at.

    One worker walks a run at a time, so that turns follow the order of contacts; should its lease
    run out, the lock on the run's row still keeps portions apart.
    """
    total = 0
    while not budget.spent():
        claimed = claims.claim(
            Run,
            where="finished_at IS NULL AND frozen_at IS NOT NULL",
            params=[],
            order="id",
            limit=1,
            owner=OWNER,
        )
        if not claimed:
            break
        boundaries.crossing("journeys.run_taken")
        try:
            total += _walk(claimed[0], budget)
        except AppError as error:  # a template or sender that is not there: others go on
            _log.error(
                "a notice cannot go on",
                extra={"run": claimed[0], "reason": redact.cut(error)},
            )  # its lease runs out, and somebody tries again
    return total


def _walk(run: int, budget: Budget) -> int:
    total, served = 0, 1
    while served and not budget.spent():
        served = _portion(run, budget.now())
        boundaries.crossing("journeys.portion_served")
        total += served
    if served:
        with store.write():
            Run.objects.filter(id=run, owner=OWNER).update(owner="", lease_until=None)
    return total


def _portion(number: int, now: datetime) -> int:
    """Serve the next portion; return how many people it held, 0 when the run is over."""
    with store.write():
        run = Run.objects.select_for_update().filter(id=number, owner=OWNER).first()
        if run is None or run.finished_at is not None:
            return 0
        portion = Portion.objects.filter(run=number).order_by("id").first()
        if portion is None:
            run.finished_at, run.owner, run.lease_until = now, "", None
            run.save(update_fields=("finished_at", "owner", "lease_until"))
            work.publish(FINISHED, run.org_id, [run.cycle_id])
            return 0
        batch = serving.serve(
            _place(run, portion.selection), [(each[0], each[1]) for each in portion.people], now
        )
        _book(run, batch)
        portion.delete()
        run.passed_over += batch.passed_over
        run.lease_until = store.db_now() + timedelta(seconds=claims.LEASE_SECONDS)
        run.save(update_fields=("passed_over", "lease_until"))
    return len(portion.people)


def _place(run: Run, selection: int) -> Place:
    version = JourneyVersion.objects.get(id=run.version_id)
    notice = definitions.from_json(version.definition)
    return Place(
        run.org_id,
        orgs.get(run.org_id).zone,
        run.cycle_id,
        run.journey_id,
        version.id,
        run.due_at,
        notice,
        notice.selections[selection],
    )


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
            batch.now,
        )
        for new, (person, (outcome, reason)) in zip(
            ids.new_ids(len(batch.outcomes)), batch.outcomes.items(), strict=True
        )
    ]
    store.insert_many(SendAttempt, _ATTEMPT, rows)
    bookkeeping.add_blocks(org, executions[at], batch.blocked(), batch.now)
