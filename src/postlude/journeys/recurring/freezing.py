"""Freezing an audience: who is selected is written down in portions, before anybody is served."""

from datetime import datetime

from postlude.journeys.models import JourneyVersion, Portion, Run
from postlude.journeys.recurring import audiences, definitions, publishing
from postlude.journeys.recurring.types import Recurring
from postlude.kernel import boundaries, claims, ids, store, wakeup
from postlude.kernel.jobs import Budget
from postlude.kernel.work import OWNER

PORTION = 500
PAGE = 100 * PORTION
_COLUMNS = ("id", "org", "run", "selection", "people")


def freeze_runs(budget: Budget) -> int:
    """Write down the audiences of runs that have begun; return how many people.

    Each page is a commit that moves the run's cursor, so a worker that dies is taken over where
    it stood.
    """
    total = 0
    while not budget.spent():
        claimed = claims.claim(
            Run,
            where="finished_at IS NULL AND frozen_at IS NULL",
            params=[],
            order="id",
            limit=1,
            owner=OWNER,
        )
        if not claimed:
            break
        boundaries.crossing("journeys.run_claimed")
        total += _freeze(claimed[0], budget)
    return total


def _freeze(run: int, budget: Budget) -> int:
    total, going = 0, True
    while going:
        written, going = _page(run, budget.now())
        total += written
        boundaries.crossing("journeys.run_frozen")
        if budget.spent():
            break
    if going:
        with store.write():
            Run.objects.filter(id=run, owner=OWNER).update(owner="", lease_until=None)
    return total


def _page(number: int, now: datetime) -> tuple[int, bool]:
    """Write down the next page; return how many people, and whether there may be more."""
    with store.write():
        rows = Run.objects.select_for_update().filter(id=number, owner=OWNER, frozen_at=None)
        run = rows.first()
        if run is None:
            return 0, False
        version = JourneyVersion.objects.get(id=run.version_id)
        notice = definitions.from_json(version.definition)
        found, run.frozen_to = audiences.page(
            run.org_id,
            notice.selections[run.selection],
            as_of=run.due_at,
            since=publishing.first_published(run.org_id, run.journey_id),
            after=run.frozen_to,
            limit=PAGE,
        )
        _write(run, found)
        run.frozen += len(found)
        if len(found) < PAGE:
            _next_selection(run, notice, now)
        run.save()
    return len(found), run.frozen_at is None


def _write(run: Run, found: list[tuple[int, int]]) -> None:
    portions = list(store.chunks(found, PORTION))
    rows = [
        (new, run.org_id, run.id, run.selection, [list(pair) for pair in some])
        for new, some in zip(ids.new_ids(len(portions)), portions, strict=True)
    ]
    store.insert_many(Portion, _COLUMNS, rows)


def _next_selection(run: Run, notice: Recurring, now: datetime) -> None:
    run.selection, run.frozen_to = run.selection + 1, 0
    if run.selection == len(notice.selections):
        run.frozen_at, run.owner, run.lease_until = now, "", None
        wakeup.nudge()
