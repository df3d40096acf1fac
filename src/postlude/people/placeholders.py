"""Placeholders: contacts of whom a shop knows a phone and no more.

A till that writes a phone down makes one. Whoever is counted as a member is not one: by a number
or an e-mail it becomes a person for good.
"""

from collections.abc import Collection
from datetime import datetime

from postlude.kernel import ids, store
from postlude.people.aliases import CHUNK, canonical, families
from postlude.people.models import Placeholder

_COLUMNS = ("id", "org_id", "contact_id", "since")


def mark(org: int, contacts: Collection[int], *, now: datetime) -> None:
    """Say of new contacts that they are placeholders. Joins the caller's transaction."""
    rows = [
        (number, org, contact, now)
        for number, contact in zip(ids.new_ids(len(contacts)), sorted(contacts), strict=True)
    ]
    if rows:
        store.insert_ignore(Placeholder, _COLUMNS, rows, conflict=("org", "contact"))


def settle(org: int, contacts: Collection[int]) -> None:
    """Say that they are none any more. Joins the caller's transaction."""
    if contacts:
        Placeholder.objects.filter(org=org, contact__in=contacts).delete()


def headless(org: int, contacts: Collection[int]) -> set[int]:
    """Return which of these contacts are placeholders; of a person with several ids, all are."""
    heads = canonical(org, contacts)
    everyone = families(org, set(heads.values()))
    members = [each for family in everyone.values() for each in family]
    marked: set[int] = set()
    for part in store.chunks(members, CHUNK):
        rows = Placeholder.objects.filter(org=org, contact__in=part)
        marked |= set(rows.values_list("contact_id", flat=True))
    return {contact for contact, head in heads.items() if marked.issuperset(everyone[head])}
