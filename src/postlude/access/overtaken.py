"""Whom a person let in from a list that a refund or a new address had overtaken meanwhile."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Q

from postlude.access import events
from postlude.access.models import Grant, Removal
from postlude.access.types import State
from postlude.kernel import ids, store

_COLUMNS = ("id", "org", "grant", "edition", "address", "since", "done_by", "by_vendor")
_CHUNK = 500
_NOT_DONE_YET = "system:nobody was let in"


def keep_addresses(org: int, waiting: Collection[Grant], *, now: datetime) -> None:
    """Remember the address that these had while they waited for a person, on a closed row.

    A person may have copied it; his "done" opens the row. In the caller's transaction.
    """
    held = [grant for grant in waiting if grant.by_hand and grant.address and not grant.tried]
    rows = [
        (new, org, grant.id, grant.edition, grant.address, now, _NOT_DONE_YET, now)
        for new, grant in zip(ids.new_ids(len(held)), held, strict=True)
    ]
    columns = (*_COLUMNS[:-1], "done_at")
    store.insert_ignore(Removal, columns, rows, conflict=("org", "grant", "edition"))


def list_overtaken(
    org: int,
    grants: Collection[Grant],
    editions: Mapping[int, int],
    *,
    actor: str,
    now: datetime,
) -> None:
    """Put the listed editions of these locked grants on the list of removals, each once.

    Only those that are revoked by now, or have another address. In the caller's transaction.
    """
    late = {grant.id: grant for grant in grants if _overtaken(grant, editions.get(grant.id, 0))}
    rows = [
        (new, org, grant.id, editions[grant.id], _address(grant, editions), now, "", False)
        for new, grant in zip(ids.new_ids(len(late)), late.values(), strict=True)
    ]
    fresh = set(store.insert_ignore(Removal, _COLUMNS, rows, conflict=("org", "grant", "edition")))
    listed = [row[2] for row in rows if row[0] in fresh]
    for row in Removal.objects.filter(org=org, grant__in=late).exclude(id__in=fresh):
        grant = late[row.grant_id]
        if row.edition == editions[grant.id] and (row.by_vendor or _of_before(row, grant)):
            _for_a_person(row, now)
            listed.append(grant.id)
    pairs = [(grant, late[grant].contact) for grant in listed]
    words = "for a person to take off the list"
    events.note(org, pairs, "removal_listed", now=now, words=words, actor=actor)


def _overtaken(grant: Grant, listed: int) -> bool:
    if listed == grant.edition:
        return grant.state == State.REVOKED
    return 0 < listed < grant.edition


def _address(grant: Grant, editions: Mapping[int, int]) -> int | None:
    return grant.address if grant.edition == editions[grant.id] else None


def _for_a_person(row: Removal, now: datetime) -> None:
    """What a person has done the vendor cannot undo: it does not know whom he let in."""
    Removal.objects.filter(id=row.id).update(
        done_at=None,
        done_by="",
        since=now,
        by_vendor=False,
        outside=None,
        owner="",
        lease_until=None,
    )


def _of_before(row: Removal, grant: Grant) -> bool:
    """Say whether the row was closed before, and not for what the person has done now."""
    if row.done_at is None:
        return False
    if row.done_by.startswith("system:"):
        return True
    revoked = grant.revoked_at if grant.state == State.REVOKED else None
    return revoked is not None and row.done_at < revoked


def count_overtaken(org: int, editions: Mapping[int, int]) -> int:
    """Return how many of these, grants with the edition that was listed, a person must remove."""
    found = 0
    for chunk in store.chunks(sorted(editions.items()), _CHUNK):
        pairs = set(chunk)
        rows = Removal.objects.filter(
            Q(grant__in=[grant for grant, _edition in chunk]),
            org=org,
            done_at__isnull=True,
            by_vendor=False,
        )
        found += sum(pair in pairs for pair in rows.values_list("grant", "edition"))
    return found
