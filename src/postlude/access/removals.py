"""Addresses for a person to take off a vendor's list: the vendor has no safe call for it."""

from collections.abc import Collection, Iterable
from datetime import datetime

from postlude.access import events
from postlude.access.authorisers import registry
from postlude.access.models import Grant
from postlude.access.models import Removal as RemovalRow
from postlude.access.types import Removal
from postlude.kernel import boundaries, ids, store


def leaves_traces(grant: Grant) -> bool:
    """Say whether a list of the vendor's may hold this person, by our hand or a person's."""
    if not grant.tried:
        return False
    if grant.done_by:
        return True
    return registry.of(grant.resource.kind, resource=grant.resource.key).leaves_traces


def list_for_removal(org: int, grants: Collection[Grant], *, now: datetime) -> None:
    """Put the present addresses of these grants on the list; in the caller's transaction."""
    listed = [grant for grant in grants if leaves_traces(grant)]
    rows = [
        (new, org, grant.id, grant.edition, grant.address, now, "")
        for new, grant in zip(ids.new_ids(len(listed)), listed, strict=True)
    ]
    store.insert_ignore(
        RemovalRow,
        ("id", "org", "grant", "edition", "address", "since", "done_by"),
        rows,
        conflict=("org", "grant", "edition"),
    )
    editions = {grant.id: grant.edition for grant in listed}
    done = RemovalRow.objects.filter(org=org, grant__in=editions, done_at__isnull=False)
    reopened = [row.id for row in done if row.edition == editions[row.grant_id]]
    RemovalRow.objects.filter(org=org, id__in=reopened).update(done_at=None, done_by="", since=now)
    pairs = [(grant.id, grant.contact) for grant in listed]
    events.note(org, pairs, "removal_listed", now=now, words="for a person to take off the list")


def withdraw(org: int, grants: Collection[int], *, now: datetime) -> None:
    """These people are wanted again: what was listed for their present address is off the list."""
    for chunk in store.chunks(list(grants), 500):
        editions = dict(Grant.objects.filter(org=org, id__in=chunk).values_list("id", "edition"))
        rows = RemovalRow.objects.filter(org=org, grant__in=chunk, done_at__isnull=True)
        current = [row.id for row in rows if row.edition == editions.get(row.grant_id)]
        RemovalRow.objects.filter(org=org, id__in=current).update(
            done_at=now, done_by="system:granted again"
        )


def to_remove_by_hand(org: int, *, limit: int = 1_000) -> list[Removal]:
    """Return what waits for a person, oldest first."""
    rows = RemovalRow.objects.filter(org=org, done_at__isnull=True).order_by("id")
    return [
        Removal(
            row.id,
            row.grant_id,
            row.grant.contact,
            row.grant.conference,
            row.grant.resource.key,
            row.grant.resource.kind,
            row.address,
            row.since,
        )
        for row in rows.select_related("grant__resource")[:limit]
    ]


def removed_by_hand(org: int, removals: Iterable[int], *, actor: str, now: datetime) -> int:
    """A person has taken these off the vendor's list; return how many were open."""
    with store.write():
        rows = RemovalRow.objects.select_for_update().filter(
            org=org, id__in=list(removals), done_at__isnull=True
        )
        found = list(rows)
        RemovalRow.objects.filter(org=org, id__in=[row.id for row in found]).update(
            done_at=now, done_by=actor
        )
        grants = Grant.objects.filter(org=org, id__in=[row.grant_id for row in found])
        pairs = list(grants.values_list("id", "contact"))
        events.note(org, pairs, "removed_by_hand", now=now, actor=actor)
    boundaries.crossing("access.removed_by_hand")
    return len(found)
