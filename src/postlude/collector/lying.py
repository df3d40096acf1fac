"""Hits that could not be taken in: somebody looks, and has them tried again or dropped.

Each decision is a row that stays, in the commit that carries it out; deciding twice is deciding
once. A worker never touches what lies, so that nobody decides of a hit which is being taken in.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet, Sum

from postlude.collector.errors import NoReason
from postlude.collector.models import MOST_TRIES, PutAside, Settled
from postlude.kernel import boundaries, ids, redact, store, wakeup
from postlude.kernel.doctor import Finding
from postlude.kernel.errors import NotFound

_AT_ONCE = 500
_LONGEST_REASON = 200
_COLUMNS = ("id", "hit", "kind", "error", "decision", "reason", "actor", "at")


class Decision(StrEnum):
    AGAIN = "again"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class LyingHit:
    """A hit that lies: since when (real time), and the code of what went wrong last."""

    id: int
    kind: str
    since: datetime
    error: str
    size: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of a hit, by whom and why."""

    hit: int
    kind: str
    error: str
    decision: str
    reason: str
    actor: str
    at: datetime


def left_lying() -> int:
    """Return how many hits could not be taken in and are kept for somebody to look at."""
    return _lying().count()


def waiting() -> int:
    """Return how many hits were put aside and will be taken in by a worker."""
    rows = PutAside.objects.filter(tries__lt=MOST_TRIES)
    return int(rows.aggregate(hits=Sum("hits"))["hits"] or 0)


def lying(*, limit: int = 100, after: int = 0) -> list[LyingHit]:
    """Return hits that lie, the oldest first, above the id `after`."""
    rows = _lying().filter(id__gt=after).order_by("id")[:limit]
    return [
        LyingHit(each.id, each.kind, ids.made_at(each.id), each.error, len(each.hit))
        for each in rows
    ]


def content(hit: int) -> dict[str, Any]:
    """Return what was read of a hit that lies, without addresses, numbers and tokens.

    Raises NotFound where it does not lie (any more).
    """
    row = _lying().filter(id=hit).first()
    if row is None:
        raise NotFound("No such hit lies here.", hint="`postlude hits list` shows them.")
    try:
        told = json.loads(row.hit)
    except ValueError:
        told = row.hit
    return {"id": row.id, "kind": row.kind, "error": row.error, "hit": _cut(told)}


def again(hits: Collection[int] | None, *, actor: str, reason: str, now: datetime) -> int:
    """Let the workers try hits again (None: all that lie); return how many that were."""

    def let(rows: "QuerySet[PutAside]") -> None:
        rows.update(tries=0)
        wakeup.nudge()

    return _decide(hits, Decision.AGAIN, let, actor=actor, reason=reason, now=now)


def drop(hits: Collection[int] | None, *, actor: str, reason: str, now: datetime) -> int:
    """Forget hits (None: all that lie); return how many that were. Raises NoReason."""
    if not reason.strip():
        raise NoReason

    def forget(rows: "QuerySet[PutAside]") -> None:
        rows.delete()

    return _decide(hits, Decision.DROPPED, forget, actor=actor, reason=reason, now=now)


def decided(*, limit: int = 100) -> list[Decided]:
    """Return what was decided, the newest first."""
    return [
        Decided(each.hit, each.kind, each.error, each.decision, each.reason, each.actor, each.at)
        for each in Settled.objects.order_by("-id")[:limit]
    ]


def doctor(online: bool = False) -> list[Finding]:  # noqa: ARG001, FBT001, FBT002 - a check's shape
    """Return what lies, by the code of what went wrong."""
    errors = Counter(_lying().values_list("error", flat=True)[: 10 * _AT_ONCE])
    if not errors:
        return [Finding("hits", "ok", "every hit was taken in, or will be in a moment")]
    words = ", ".join(
        f"{count} {code or 'of an older release'}" for code, count in sorted(errors.items())
    )
    return [
        Finding(
            "hits",
            "warning",
            f"hits_left_lying: {sum(errors.values())} hits could not be taken in ({words})",
            "See `postlude hits list`; `hits again` tries them once more, `hits drop` forgets.",
        )
    ]


def _lying() -> "QuerySet[PutAside]":
    return PutAside.objects.filter(tries__gte=MOST_TRIES)


def _decide(  # noqa: PLR0913 - of what, what, and who says so
    hits: Collection[int] | None,
    decision: Decision,
    carry_out: Callable[["QuerySet[PutAside]"], None],
    *,
    actor: str,
    reason: str,
    now: datetime,
) -> int:
    """Decide of some at a time, so that on SQLite the collector gets the pen in between."""
    why = redact.cut(reason, _LONGEST_REASON)
    wanted = _lying() if hits is None else _lying().filter(id__in=list(hits))
    # What is tried again may lie again before the last one was decided of.
    newest = wanted.order_by("-id").values_list("id", flat=True).first()
    done, after = 0, 0
    while newest is not None:
        with store.write():
            some = wanted.filter(id__gt=after, id__lte=newest).order_by("id").select_for_update()
            rows = list(some.values_list("id", "kind", "error")[:_AT_ONCE])
            if not rows:
                break
            carry_out(PutAside.objects.filter(id__in=[number for number, _, _ in rows]))
            store.insert_many(
                Settled,
                _COLUMNS,
                [
                    (new, *row, decision.value, why, actor, now)
                    for new, row in zip(ids.new_ids(len(rows)), rows, strict=True)
                ],
            )
        boundaries.crossing("collector.hits_settled")
        done, after = done + len(rows), rows[-1][0]
    return done


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {redact.cut(name, 60): _cut(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_cut(each) for each in value]
    return redact.cut(value) if isinstance(value, str) else value
