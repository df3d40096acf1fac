"""Freezing an audience: who is selected is written down in portions, before anybody is served."""

from datetime import datetime

from postlude.journeys import draining
from postlude.journeys.models import JourneyVersion, Portion, Run
from postlude.journeys.recurring import audiences, definitions, publishing
from postlude.journeys.recurring.types import Recurring
from postlude.kernel import boundaries, ids, store, wakeup
from postlude.kernel.jobs import Budget
from postlude.kernel.work import OWNER
from postlude.orgs import api as orgs

PORTION = 500
PAGE = 100 * PORTION
_COLUMNS = ("id", "org", "run", "selection", "people")


def freeze_runs(budget: Budget) -> int:
    """Write down the audiences of runs that have begun; return how many people."""
    total = 0
    unfrozen = "finished_at IS NULL AND frozen_at IS NULL"
    for (run,) in draining.claimed(Run, budget, where=unfrozen):
        boundaries.crossing("journeys.run_claimed")
        for written in draining.pages(Run, run, budget, _page):
            total += written
            boundaries.crossing("journeys.run_frozen")
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
            clocks=orgs.clocks_of(run.org_id, run.zone) if run.zone else None,
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
