"""What went to another contact with its holder, and goes back should the two be parted."""

from collections.abc import Collection, Mapping

from postlude.kernel import ids, store
from postlude.orders.models import Handed
from postlude.people import api as people

TICKET, ORDER = "ticket", "order"
_COLUMNS = ("id", "org_id", "what", "row", "origin", "holder")


def note(org: int, what: str, moved: Mapping[int, tuple[int, int]]) -> None:
    """Keep who held a row and who got it, inside the caller's transaction, which has locked it.

    Handed on once more it still goes back to whom it came from; what was sold to somebody else
    meanwhile begins anew.
    """
    if not moved:
        return
    rows = [
        (new, org, what, row, origin, holder)
        for new, (row, (origin, holder)) in zip(
            ids.new_ids(len(moved)), sorted(moved.items()), strict=True
        )
    ]
    new = set(store.insert_ignore(Handed, _COLUMNS, rows, conflict=("org", "what", "row")))
    for number, _, _, row, origin, holder in rows:
        if number not in new:
            known = Handed.objects.filter(org=org, what=what, row=row)
            if not known.filter(holder=origin).update(holder=holder):
                known.update(origin=origin, holder=holder)


def due(org: int, what: str, contacts: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return what these contacts hold of others who are not they any more: (holder, rightful)."""
    rows = Handed.objects.filter(org=org, what=what, holder__in=list(contacts))
    held = list(rows.values_list("row", "origin", "holder"))
    heads = people.canonical(org, {origin for _, origin, _ in held})
    return {row: (holder, heads[origin]) for row, origin, holder in held if heads[origin] != holder}


def noted_back(org: int, what: str, moved: Mapping[int, int]) -> None:
    """Keep who holds these rows now."""
    for row, holder in moved.items():
        Handed.objects.filter(org=org, what=what, row=row).update(holder=holder)
