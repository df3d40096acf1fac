"""A rush: hits are put aside in one narrow table, answered, and taken in a moment later.

Taking a hit in means several tables and indexes; putting it aside is a part of one row of one.
While few come, each group is taken in at once. In a rush the commit before an answer is one
statement, of the narrow table alone, and `take_in`, a job of the workers, does the rest: in the
order in which they came, taking in and forgetting in one commit, so that a death in between changes
nothing. A row that cannot be taken in is cut into its hits; what alone cannot be taken in is tried
`MOST_TRIES` times, then left lying, logged and counted.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import F, QuerySet
from pydantic import TypeAdapter

from postlude.collector.models import MOST_TRIES, PutAside
from postlude.kernel import boundaries, clock, ids, store, wakeup
from postlude.kernel.errors import AppError
from postlude.kernel.jobs import Budget

_log = logging.getLogger(__name__)
Item = TypeVar("Item")

MANY = 24
"""Hits in one group: so many waited for one commit that it is a rush."""
CALM_S = 1.0
"""Seconds without such a group until a rush is over."""
GATHERS_S = 0.003
"""Seconds that hits gather before a commit, in a rush: one costs as much as some dozens of them,
and whoever waits is answered within 25 ms all the same."""
HITS_A_ROW = 50
ROWS_AT_ONCE = 20
_COLUMNS = ("id", "kind", "hit", "hits", "tries")


@dataclass(frozen=True, slots=True)
class Shelf(Generic[Item]):
    """One kind of hit: how some are written as a JSON array, and read; how a group of it is taken
    in, and which of it may wait for that a moment.
    """

    kind: str
    json: TypeAdapter[list[Item]]
    spell: Callable[[Sequence[Item]], str]
    take: Callable[[Sequence[Item]], Any]
    may_wait: Callable[[Item], bool] = lambda _: True

    def read(self, text: str) -> list[Item]:
        """Return the hits of a row: of an array, or of one hit that is by itself."""
        return self.json.validate_json(text if text.startswith("[") else f"[{text}]")


class Rush(Generic[Item]):
    """Stores groups of one kind; called by one thread."""

    def __init__(self, shelf: Shelf[Item]) -> None:
        self._shelf = shelf
        self._until = 0.0
        self._woken = 0.0

    def __call__(self, items: Sequence[Item]) -> None:
        """Keep a group: when this returns, each of it is durable."""
        now = clock.monotonic()
        if len(items) >= MANY:
            self._until = now + CALM_S
        if now >= self._until:
            self._shelf.take(items)
            return
        may_wait = self._shelf.may_wait
        waiting = [each for each in items if may_wait(each)]
        if len(waiting) < len(items):
            self._shelf.take([each for each in items if not may_wait(each)])
        if waiting:
            put_aside(self._shelf, waiting)
            self._wake(now)

    def gather_s(self) -> float:
        """Return how many seconds the next group should gather."""
        return GATHERS_S if clock.monotonic() < self._until else 0.0

    def _wake(self, now: float) -> None:
        """Wake the workers, no more often than they look by themselves: each is a commit."""
        if now - self._woken >= wakeup.POLL_SECONDS:
            self._woken = now
            wakeup.nudge()


def put_aside(shelf: Shelf[Item], items: Sequence[Item]) -> None:
    """Keep a group for `take_in`, in one commit."""
    parts = list(store.chunks(items, HITS_A_ROW))
    rows = [
        (number, shelf.kind, _text(shelf, part), len(part), 0)
        for number, part in zip(ids.new_ids(len(parts)), parts, strict=True)
    ]
    store.insert_alone(PutAside, _COLUMNS, rows)
    boundaries.crossing("collector.put_aside")


def _text(shelf: Shelf[Item], items: Sequence[Item]) -> str:
    """Return what a row holds: an array, or one hit by itself."""
    text = shelf.spell(items)
    return text if len(items) > 1 else text[1:-1]


def take_in(shelves: Sequence[Shelf[Any]], budget: Budget) -> int:
    """Take in what was put aside; return how many hits that were."""
    done = 0
    by_kind = {each.kind: each for each in shelves}
    # A look first: on SQLite a taking of nothing would queue for the one pen, ten times a second.
    while not budget.spent() and _waiting().exists():
        rows, hits = _take_some(by_kind)
        if hits:
            boundaries.crossing("collector.taken_in")
        done += hits
        if rows < ROWS_AT_ONCE:
            break
    return done


def _take_some(shelves: dict[str, Shelf[Any]]) -> tuple[int, int]:
    """Take in the oldest rows; return how many, and how many hits they held."""
    try:
        with store.write():
            rows = list(_locked().values_list("id", "kind", "hit")[:ROWS_AT_ONCE])
            hits = _take(shelves, rows)
    except Exception as error:  # noqa: BLE001 - one bad hit must not hold up the others
        _log.warning("hits not taken in together", extra={"error": type(error).__name__})
        return _row_by_row(shelves)
    return len(rows), hits


def _row_by_row(shelves: dict[str, Shelf[Any]]) -> tuple[int, int]:
    rows = hits = 0
    for number in list(_waiting().values_list("id", flat=True)[:ROWS_AT_ONCE]):
        try:
            with store.write():
                held = list(_locked().filter(id=number).values_list("id", "kind", "hit"))
                hits += _take(shelves, held)
            rows += len(held)
        except Exception as error:  # noqa: BLE001 - as above
            with store.write():
                if _cut_up(number):
                    continue
                known = PutAside.objects.filter(id=number)
                known.update(tries=F("tries") + 1, error=_code(error))
            _log.error("a hit is left lying", extra={"hit": number, "error": type(error).__name__})
    return rows, hits


def _cut_up(number: int) -> bool:
    """Give each hit of a row a row of its own; say whether there were several."""
    for row in _locked().filter(id=number):
        hits = json.loads(row.hit) if row.hit.startswith("[") else []
        if len(hits) > 1:
            rows = [
                (new, row.kind, json.dumps(hit, separators=(",", ":")), 1, 0)
                for new, hit in zip(ids.new_ids(len(hits)), hits, strict=True)
            ]
            store.insert_many(PutAside, _COLUMNS, rows)
            row.delete()
            return True
    return False


def _code(error: Exception) -> str:
    """Return a word of what went wrong; never its text, which may quote the hit."""
    return (error.code if isinstance(error, AppError) else type(error).__name__)[:64]


def _waiting() -> "QuerySet[PutAside]":
    return PutAside.objects.filter(tries__lt=MOST_TRIES).order_by("id")


def _locked() -> "QuerySet[PutAside]":
    return _waiting().select_for_update(skip_locked=True)


def _take(shelves: dict[str, Shelf[Any]], rows: Sequence[tuple[int, str, str]]) -> int:
    """Take in and forget, in the caller's transaction; return how many hits that were."""
    count = 0
    for kind, shelf in shelves.items():
        items = [hit for _, its, text in rows if its == kind for hit in shelf.read(text)]
        if items:
            shelf.take(items)
        count += len(items)
    PutAside.objects.filter(id__in=[number for number, _, _ in rows]).delete()
    return count
