"""Hits of which nothing may be kept: how many there were of what, each once."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from postlude.activity.models import Counted, Uncounted
from postlude.activity.types import Kind
from postlude.kernel import boundaries, ids, pseudonyms, purging, store
from postlude.kernel.jobs import Budget
from postlude.orgs import api as orgs

# The collector refuses what happened more than 31 days ago: no repeat comes later.
_KEPT = timedelta(days=32)
_KEY = ("org", "day", "kind", "action")
Told = tuple[Kind, str, str]
"""Kind and action of a hit, and its own id, which a browser makes anew for each."""


def count_many(org: int, hits: Sequence[Told], *, now: datetime) -> None:
    """Count hits of which nothing may be kept, by day. Joins the caller's transaction.

    One that is sent again is not counted again: of its id a keyed hash stays for a month, and
    nothing by which two hits could be told to be of one person.
    """
    if not hits:
        return
    day = orgs.local_day(org, now)
    with store.write():
        counted = sorted(Counter(_first(org, hits, now)).items())
        rows = [
            (number, org, day, kind.value, action, 0)
            for number, ((kind, action), _) in zip(ids.new_ids(len(counted)), counted, strict=True)
        ]
        store.insert_ignore(Uncounted, ("id", *_KEY, "hits"), rows, conflict=_KEY)
        store.execute_many(
            "UPDATE activity_uncounted SET hits = hits + %s "
            "WHERE org_id = %s AND day = %s AND kind = %s AND action = %s",
            [(count, org, day, kind.value, action) for (kind, action), count in counted],
        )
    boundaries.crossing("activity.counted")


def forget_counted(budget: Budget) -> int:
    """Forget which hits were counted more than a month ago; return how many."""
    old = Counted.objects.filter(at__lt=budget.now() - _KEPT).order_by("at")
    return purging.in_pieces(old, budget.spent, purging.delete)


def _first(org: int, hits: Collection[Told], now: datetime) -> list[tuple[Kind, str]]:
    """Return the hits but for those that were counted before, here or in this very group."""
    named = {
        pseudonyms.pseudonym(org, "hit", number): (kind, action) for kind, action, number in hits
    }
    names = sorted(named)  # in one order, so that two groups never wait for each other
    rows = [
        (number, org, name, now)
        for number, name in zip(ids.new_ids(len(names)), names, strict=True)
    ]
    columns = ("id", "org_id", "hit", "at")
    new = set(store.insert_ignore(Counted, columns, rows, conflict=("org", "hit")))
    return [named[name] for number, _, name, _ in rows if number in new]
