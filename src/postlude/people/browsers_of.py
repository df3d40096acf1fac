"""Which browsers are a person's."""

from collections import defaultdict
from collections.abc import Collection

from postlude.kernel import store
from postlude.people.aliases import CHUNK, canonical, families


def visitors_of_contacts(org: int, contacts: Collection[int]) -> dict[int, list[int]]:
    """Return the visitors of the person behind each of these contacts, whatever id they hang on."""
    heads = canonical(org, contacts)
    households = families(org, set(heads.values()))
    wanted = sorted({each for family in households.values() for each in family})
    of_contact: dict[int, list[int]] = defaultdict(list)
    for part in store.chunks(wanted, CHUNK):
        rows = store.rows_sql(
            "SELECT contact_id, id FROM people_visitor "  # noqa: S608 - our own SQL
            f"WHERE org_id = %s AND contact_id {store.among()} AND contact_id IS NOT NULL "
            "ORDER BY id",
            [org, store.many(part)],
        )
        for contact, visitor in rows:
            of_contact[contact].append(visitor)
    return {
        contact: sorted({each for member in households[head] for each in of_contact[member]})
        for contact, head in heads.items()
    }


def visitors_of_browsers(org: int, cids: Collection[str]) -> dict[str, int]:
    """Return who was at each browser last; a browser that never was anywhere is left out."""
    found: dict[str, int] = {}
    for part in store.chunks(sorted(set(cids)), CHUNK):
        rows = store.rows_sql(
            "SELECT cid, id FROM people_visitor "  # noqa: S608 - our own SQL
            f"WHERE org_id = %s AND cid IN ({store.marks(part)}) ORDER BY last_seen_at, id DESC",
            [org, *part],
        )
        found.update((cid, visitor) for cid, visitor in rows)
    return found
