"""Two members with one phone, e-mail or chat id: nobody is merged, a person is asked.

Only a placeholder may be absorbed without asking. What two members share may be a family's or a
mistake; it stays with whom it was, and the pair is written down once. Which of the values it was
is not kept: it is read from the two when somebody looks.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from postlude.kernel import boundaries, ids, store
from postlude.people import audit
from postlude.people.aliases import canonical
from postlude.people.errors import UnknownConflict
from postlude.people.models import Conflict
from postlude.people.types import Actor, Contested

JOINED, APART = "joined", "apart"
_COLUMNS = ("id", "org_id", "kind", "one_id", "other_id", "since", "resolution")


def note(org: int, pairs: Iterable[tuple[str, int | None, int | None]], *, now: datetime) -> None:
    """Write down who shares what (kind, one, other), in the caller's transaction; each pair once.

    Who was said to be two people before is not asked about again.
    """
    told = {
        (kind, min(one, other), max(one, other))
        for kind, one, other in pairs
        if one is not None and other is not None and one != other
    }
    if not told:
        return
    rows = [
        (new, org, *each, now, "")
        for new, each in zip(ids.new_ids(len(told)), sorted(told), strict=True)
    ]
    with store.write():
        store.insert_ignore(Conflict, _COLUMNS, rows, conflict=("org", "kind", "one", "other"))


def conflicts(
    org: int, *, resolved: bool = False, limit: int = 500, after: int = 0
) -> list[Contested]:
    """Return who shares something, oldest first; `after` is the id of the last one seen."""
    rows = Conflict.objects.filter(org=org, id__gt=after)
    if not resolved:
        rows = rows.filter(resolved_at=None)
    return [_told(row) for row in rows.order_by("id")[:limit]]


def count_conflicts(org: int) -> int:
    """Return how many wait for somebody's word."""
    return Conflict.objects.filter(org=org, resolved_at=None).count()


def conflict(org: int, number: int) -> Contested:
    """Return one of them. Raises UnknownConflict."""
    row = Conflict.objects.filter(org=org, id=number).first()
    if row is None:
        raise UnknownConflict(conflict=number)
    return _told(row)


def keep_apart(org: int, number: int, *, why: str, actor: Actor, now: datetime) -> Contested:
    """Say that they are two people; they are not asked about again. Raises UnknownConflict."""
    why = audit.require_purpose(why)
    with store.write():
        told = conflict(org, number)
        Conflict.objects.filter(org=org, id=number).update(resolved_at=now, resolution=APART)
        purpose = f"keep apart: {why}"[:200]
        pair = (told.one, told.other)
        audit.note(org, pair, actor=actor, purpose=purpose, fields=[told.kind], now=now)
    boundaries.crossing("people.kept_apart")
    return conflict(org, number)


def settle_joined(org: int, contacts: Collection[int], *, now: datetime) -> None:
    """Close what was asked about people who are one by now, in the caller's transaction."""
    wanted = list(contacts)
    pairs = Q(one__in=wanted) | Q(other__in=wanted)
    rows = Conflict.objects.filter(pairs, org=org, resolved_at=None)
    asked = list(rows.values_list("id", "one_id", "other_id"))
    if not asked:
        return
    heads = canonical(org, {each for _, *pair in asked for each in pair})
    same = [number for number, one, other in asked if heads[one] == heads[other]]
    Conflict.objects.filter(org=org, id__in=same).update(resolved_at=now, resolution=JOINED)


def settle_parted(org: int, everyone: Sequence[int]) -> None:
    """Whoever was parted by hand is two people, also for what was asked about them before."""
    both = {"one__in": list(everyone), "other__in": list(everyone)}
    rows = Conflict.objects.filter(org=org, resolution=JOINED, **both)
    asked = list(rows.values_list("id", "one_id", "other_id"))
    heads = canonical(org, {each for _, *pair in asked for each in pair})
    two = [number for number, one, other in asked if heads[one] != heads[other]]
    Conflict.objects.filter(org=org, id__in=two).update(resolution=APART)


def _told(row: Conflict) -> Contested:
    return Contested(
        row.id, row.kind, row.one_id, row.other_id, row.since, row.resolved_at, row.resolution
    )
