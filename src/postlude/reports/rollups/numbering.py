"""Dense numbers of people, for bitmaps: given once, never changed, never taken back."""

from collections.abc import Collection

from postlude.kernel import boundaries, ids, store
from postlude.reports.models import Number, Numbering

_CHUNK = 5_000
_COLUMNS = ("id", "org_id", "who", "visitor", "number")


def numbers_of(org: int, who: Collection[int], *, visitors: bool) -> dict[int, int]:
    """Return the number of each of these; whoever has none is given one.

    `who`: contacts as touches name them, or browsers.
    """
    found = _known(org, who, visitors=visitors)
    new = sorted(set(who) - set(found))
    if not new:
        return found
    with store.write():
        Numbering.objects.get_or_create(org_id=org)
        row = Numbering.objects.select_for_update().get(org=org)
        # Whoever was given one while we waited keeps it.
        new = sorted(set(new) - set(_known(org, new, visitors=visitors)))
        rows = [
            (made, org, each, visitors, number)
            for made, each, number in zip(
                ids.new_ids(len(new)),
                new,
                range(row.following, row.following + len(new)),
                strict=True,
            )
        ]
        store.insert_many(Number, _COLUMNS, rows)
        Numbering.objects.filter(id=row.id).update(following=row.following + len(new))
    boundaries.crossing("reports.numbered")
    return found | _known(org, set(who) - set(found), visitors=visitors)


def _known(org: int, who: Collection[int], *, visitors: bool) -> dict[int, int]:
    found: dict[int, int] = {}
    for chunk in store.chunks(sorted(who), _CHUNK):
        rows = Number.objects.filter(org=org, visitor=visitors, who__in=chunk)
        found.update(rows.values_list("who", "number"))
    return found
