"""News of messages and touches: the cells that they are in are counted again."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from postlude.kernel import clock, work
from postlude.kernel.jobs import Job
from postlude.kernel.work import WorkBatch
from postlude.messages import api as messages
from postlude.reports.queries import ask
from postlude.reports.rollups import nightly
from postlude.reports.rollups.clicking import counts_clickers
from postlude.reports.rollups.rebuilding import begin_anew, resume
from postlude.reports.rollups.refreshing import refresh
from postlude.reports.rollups.types import CellKey

LANE = "reports"
_REST = 9
"""A cell that takes long to count rests so many times as long before it is counted again."""
_LONG_SECONDS = 0.25
_rests: dict[tuple[int, CellKey], float] = {}


def on_messages_counted(batch: WorkBatch) -> None:
    """Count the cells again that messages came into or changed in."""
    marked: defaultdict[CellKey, list[str]] = defaultdict(list)
    for key in batch.keys:
        day, node = messages.place_of(key)
        marked[CellKey(node, day)].append(key)
    later = [cell for cell in marked if _rests.get((batch.org, cell), 0.0) > clock.monotonic()]
    for cell in later:
        left = _rests[batch.org, cell] - clock.monotonic()
        batch.postpone(marked.pop(cell), clock.now() + timedelta(seconds=max(left, 0.0)))
    _count(batch, marked)


def on_touches(batch: WorkBatch) -> None:
    """Count the cells again that touches came into, or were judged in."""
    rows = ask("list_touched_cells", {"org": batch.org}, touches=[int(key) for key in batch.keys])
    _count(batch, {CellKey(node, date.fromisoformat(day)) for node, day in rows})


def on_visitors_known(batch: WorkBatch) -> None:
    """Count the cells again of clicks that turn out to be somebody's, where that matters."""
    if not counts_clickers(batch.org):
        return
    given, visitors = {"org": batch.org}, [int(key) for key in batch.keys]
    rows = ask("list_clicked_cells", given, visitors=visitors)
    _count(batch, {CellKey(node, date.fromisoformat(day)) for node, day in rows})


def on_identity_said(batch: WorkBatch) -> None:
    """Whose a click is was said anew: everything is counted again, a part at a time."""
    begin_anew(batch.org)


def _count(batch: WorkBatch, cells: Iterable[CellKey]) -> None:
    for cell in sorted(cells):
        began = clock.monotonic()
        refresh(batch.org, cell.node, cell.day, cell.day)
        took = clock.monotonic() - began
        if took > _LONG_SECONDS:
            _rests[batch.org, cell] = clock.monotonic() + _REST * took
        else:
            _rests.pop((batch.org, cell), None)
        batch.renew()


JOBS = [
    Job("reports.news", lambda budget: work.drain(budget.spent, lane=LANE), "bulk"),
    Job("reports.rebuild", resume, "bulk", every=timedelta(minutes=1), exclusive=True),
    Job(
        "reports.check_at_night",
        nightly.check,
        "housekeeping",
        every=timedelta(minutes=1),
        exclusive=True,
    ),
]
