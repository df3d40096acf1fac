"""One person behind several contact ids: facts keep theirs, readings go to the canonical one."""

from collections.abc import Collection, Iterable

from postlude.kernel import store
from postlude.people.models import Alias

CHUNK = 5_000  # ids in one query; SQLite takes 32,766 parameters


def canonical(org: int, contacts: Iterable[int]) -> dict[int, int]:
    """The contact that speaks for each of these; itself, mostly."""
    found = {contact: contact for contact in contacts}
    for chunk in store.chunks(list(found), CHUNK):
        rows = store.rows_sql(
            "SELECT child_id, parent_id FROM people_alias "  # noqa: S608 - our own SQL
            f"WHERE org_id = %s AND child_id IN ({store.marks(chunk)})",
            [org, *chunk],
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
        rows = store.rows_sql(
            "SELECT parent_id, child_id FROM people_alias "  # noqa: S608 - our own SQL
            f"WHERE org_id = %s AND parent_id IN ({store.marks(chunk)}) ORDER BY id",
            [org, *chunk],
        )
        for parent, child in rows:
            found[parent].append(child)
    return found
