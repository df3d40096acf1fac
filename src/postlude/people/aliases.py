"""One person behind several contact ids: facts keep theirs, readings go to the canonical one.

The table says in one step who speaks for a contact: it is asked on every journey's path. How it
came about is in the ledger beside it, see `merging`.
"""

from collections.abc import Collection, Iterable

from postlude.kernel import lookups, store
from postlude.people.models import Alias

CHUNK = 5_000  # ids in one query; SQLite takes 32,766 parameters


def canonical(org: int, contacts: Iterable[int]) -> dict[int, int]:
    """The contact that speaks for each of these; itself, mostly."""
    found = {contact: contact for contact in contacts}
    for chunk in store.chunks(list(found), CHUNK):
        rows = lookups.rows_by(
            "child_id, parent_id", "people_alias", "org_id = %s", [org], child_id=chunk
        )
        found.update((child, parent) for child, parent in rows)
    return found


def family(org: int, contact: int) -> list[int]:
    """All ids of one person, the canonical one first."""
    head = canonical(org, [contact])[contact]
    children = Alias.objects.filter(org=org, parent=head).order_by("id")
    return [head, *children.values_list("child_id", flat=True)]


def families(org: int, heads: Collection[int]) -> dict[int, list[int]]:
    """All ids of each canonical contact, itself first."""
    found = {head: [head] for head in heads}
    for chunk in store.chunks(list(found), CHUNK):
        rows = lookups.rows_by(
            "parent_id, child_id, id",
            "people_alias",
            "org_id = %s",
            [org],
            order="id",
            parent_id=chunk,
        )
        for parent, child, _ in rows:
            found[parent].append(child)
    return found
