"""Loading a file of facts: sorted first, then rank by rank, batch by batch.

What is in is known by its outside id, so that the same file again changes nothing; and how far a
file is, by its digest, so that one that was cut off goes on where it stopped.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from postlude.kernel import clock, ids, store
from postlude.sources.history import committing, foreseeing, rejects, shape
from postlude.sources.history.sorting import BATCH, Sorted
from postlude.sources.history.types import LoadReport, Mistake
from postlude.sources.models import FactFile, FactMistake

Progress = Callable[[int, int], None]
STDIN = "-"
_SHOWN = 20


def load_facts(  # noqa: PLR0913 - a file, and how
    org: int,
    path: Path | None,
    *,
    now: datetime,
    progress: Progress = lambda _done, _total: None,
    dry_run: bool = False,
    most_mistakes: int = 0,
    rejects_to: Path | None = None,
) -> LoadReport:
    """Load a file of facts (None: standard input) as history; return what became of its lines.

    Nothing is sent, given or begun because of it. Good lines are in, whatever the others are;
    those are named in the file `rejects_to`. More than `most_mistakes` of them (0: any number)
    stop the load where it is. Raises OSError, and EOFError for a packed file that is cut off,
    before anything is written.
    """
    name, began = path.name if path else STDIN, time.process_time()
    with Sorted(org, now) as lines:
        lines.take(path, progress)
        if dry_run:
            counts, wrong = foreseeing.foresee(org, lines, progress, now)
            written = rejects.write(rejects_to, lines, wrong)
            return _report(name, lines, counts, wrong, written, began, {"dry_run": True})
        file, state = _file(org, lines, now)
        state["stopped"] = _too_many(lines.mistakes, most_mistakes)
        if not (state["repeated"] or state["stopped"]):
            state["stopped"] = _load(org, file, lines, now, progress, most_mistakes)
        if not (state["repeated"] or state["stopped"]):
            with store.write():
                FactFile.objects.filter(id=file.id).update(finished_at=clock.now())
        file.refresh_from_db()
        wrong = _mistakes(org, file)
        written = rejects.write(rejects_to, lines, wrong)
        return _report(name, lines, Counter(file.counts), wrong, written, began, state)


def _file(org: int, lines: Sorted, now: datetime) -> tuple[FactFile, dict[str, bool]]:
    """Return the row of a file; one that is in with mistakes is tried again from its beginning."""
    with store.write():
        row, created = FactFile.objects.select_for_update().get_or_create(
            org_id=org, digest=lines.digest, defaults={"id": ids.new_id(), "began_at": now}
        )
        done = row.finished_at is not None
        again = done and FactMistake.objects.filter(org=org, file=row).exists()
        if again:
            FactMistake.objects.filter(org=org, file=row).delete()
            row.rank, row.position, row.counts, row.finished_at = 0, 0, {}, None
            row.save(update_fields=("rank", "position", "counts", "finished_at"))
    resumed = not created and not done and bool(row.rank or row.position)
    return row, {"resumed": resumed, "repeated": done and not again}


def _load(  # noqa: PLR0913, PLR0917 - see `load_facts`
    org: int,
    file: FactFile,
    lines: Sorted,
    now: datetime,
    progress: Progress,
    most_mistakes: int,
) -> bool:
    """Keep what is not in yet; say whether it was stopped for its mistakes."""
    total, done = sum(lines.counts), 0
    found = lines.mistakes + sum(_wrong(file.counts))
    for rank in range(shape.RANKS):
        for place, items in enumerate(lines.batches(rank)):
            done += len(items)
            if (rank, place) < (file.rank, file.position):
                continue
            _, wrong = committing.commit(org, file, items, rank=rank, place=place, now=now)
            found += sum(1 for each in wrong if not each.kept)
            progress(done, total)
            if _too_many(found, most_mistakes):
                return True
    return False


def _wrong(counts: dict[str, int]) -> Iterator[int]:
    return (count for name, count in counts.items() if name.startswith("wrong:"))


def _too_many(found: int, most: int) -> bool:
    return 0 < most < found


def _mistakes(org: int, file: FactFile) -> list[Mistake]:
    rows = FactMistake.objects.filter(org=org, file=file).order_by("line")
    return [
        Mistake(each.line, each.code, each.message, each.hint, each.field, each.kept)
        for each in rows.iterator(chunk_size=BATCH)
    ]


def _report(  # noqa: PLR0913, PLR0917 - what a report is made of
    name: str,
    lines: Sorted,
    counts: Counter[str],
    wrong: list[Mistake],
    written: str | None,
    began: float,
    state: dict[str, bool],
) -> LoadReport:
    by: dict[str, dict[str, int]] = {"new": {}, "known": {}, "wrong": {}, "warned": {}}
    for key, count in sorted(counts.items()):
        what, _, about = key.partition(":")
        by[what][about] = count
    rejected = Counter(by["wrong"])
    rejected.update(lines.rejected)
    first = sorted([*lines.first[:_SHOWN], *wrong[:_SHOWN]], key=lambda each: each.line)
    return LoadReport(
        file=name,
        digest=lines.digest,
        lines=lines.lines,
        new=by["new"],
        known=by["known"],
        rejected=dict(rejected),
        warned=by["warned"],
        first=tuple(first[:_SHOWN]),
        rejects=written,
        cpu_seconds=round(time.process_time() - began, 3),
        **state,
    )
