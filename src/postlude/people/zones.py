"""By whose clocks people live, where they are known to live by others than the organisation's."""

from collections.abc import Collection
from zoneinfo import ZoneInfo

from postlude.kernel import store
from postlude.people.aliases import CHUNK, canonical

LONGEST = 64


def is_zone(name: str) -> bool:
    """Say whether this is a zone by its IANA name, such as Asia/Vladivostok."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return len(name) <= LONGEST


def zones(org: int, contacts: Collection[int]) -> dict[int, str]:
    """Return the zone of each of these contacts that has one of its own."""
    heads = canonical(org, contacts)
    found: dict[int, str] = {}
    for chunk in store.chunks(sorted({*heads.values()}), CHUNK):
        rows = store.rows_sql(
            "SELECT id, zone FROM people_contact "  # noqa: S608 - our own SQL
            f"WHERE org_id = %s AND id {store.among()} AND zone IS NOT NULL",
            [org, store.many(chunk)],
        )
        found.update((contact, zone) for contact, zone in rows)
    return {contact: found[head] for contact, head in heads.items() if head in found}
