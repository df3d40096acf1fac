"""Who is still let in at a vendor's and should not be: taken out by the vendor, where it has a safe
call for that, else listed for a person.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from postlude.access import events
from postlude.access.authorisers import registry
from postlude.access.models import Grant
from postlude.access.models import Removal as RemovalRow
from postlude.access.types import Removal
from postlude.kernel import boundaries, claims, ids, store, wakeup

_COLUMNS = (
    *("id", "org", "grant", "edition", "address", "since", "done_by"),
    *("by_vendor", "outside", "moved", "due", "attempts", "words", "owner"),
)

# A call that lets somebody in may be on its way while he is revoked: after so long it has arrived.
_ON_ITS_WAY = timedelta(seconds=claims.LEASE_SECONDS + 10)


def _by_vendor(grant: Grant) -> bool:
    return not grant.done_by and registry.dismisser(grant.resource.kind) is not None


def _leaves_traces(grant: Grant) -> bool:
    """Say whether a list of the vendor's may hold this person, by our hand or a person's."""
    if not grant.tried:
        return False
    if grant.done_by or _by_vendor(grant):
        return True
    return registry.of(grant.resource.kind, resource=grant.resource.key).leaves_traces


def list_for_removal(
    org: int, grants: Collection[Grant], *, now: datetime, moved: bool = False
) -> None:
    """Put the present addresses of these grants on the list; in the caller's transaction."""
    listed = [grant for grant in grants if _leaves_traces(grant)]
    rows = [
        _row(new, org, grant, now, moved=moved)
        for new, grant in zip(ids.new_ids(len(listed)), listed, strict=True)
    ]
    store.insert_ignore(RemovalRow, _COLUMNS, rows, conflict=("org", "grant", "edition"))
    present = {(grant.id, grant.edition): grant for grant in listed}
    numbers = [grant.id for grant in listed]
    for row in RemovalRow.objects.filter(org=org, grant__in=numbers, done_at__isnull=False):
        grant = present.get((row.grant_id, row.edition))
        if grant is not None:
            _reopen(row, grant, now, moved=moved)
    people = [(grant.id, grant.contact) for grant in listed if not _by_vendor(grant)]
    events.note(org, people, "removal_listed", now=now, words="for a person to take off the list")
    if len(people) < len(listed):
        wakeup.nudge()


def _row(new: int, org: int, grant: Grant, now: datetime, *, moved: bool) -> tuple[object, ...]:
    common = (new, org, grant.id, grant.edition, grant.address, now, "")
    return (*common, _by_vendor(grant), grant.outside, moved, _due(grant, now), 0, "", "")


def _due(grant: Grant, now: datetime) -> datetime:
    return now + _ON_ITS_WAY if grant.owner else now


def _reopen(row: RemovalRow, grant: Grant, now: datetime, *, moved: bool) -> None:
    row.done_at, row.done_by, row.since = None, "", now
    row.address = grant.address or row.address
    row.by_vendor, row.outside, row.due = _by_vendor(grant), grant.outside, _due(grant, now)
    row.moved = moved
    row.attempts, row.words, row.owner, row.lease_until = 0, "", "", None
    row.save()


def withdraw(org: int, grants: Collection[int], *, now: datetime) -> None:
    """These people are wanted again: what was listed for their present address is off the list.

    A call that may already be on its way is left to arrive; they are let in after it.
    """
    for chunk in store.chunks(list(grants), 500):
        editions = dict(Grant.objects.filter(org=org, id__in=chunk).values_list("id", "edition"))
        rows = RemovalRow.objects.select_for_update().filter(
            org=org, grant__in=chunk, done_at__isnull=True, owner="", moved=False
        )
        current = [row.id for row in rows if row.edition == editions.get(row.grant_id)]
        RemovalRow.objects.filter(org=org, id__in=current).update(
            done_at=now, done_by="system:granted again", outside=None
        )


def to_remove_by_hand(org: int, *, limit: int = 1_000) -> list[Removal]:
    """Return what waits for a person, oldest first."""
    rows = RemovalRow.objects.filter(org=org, done_at__isnull=True, by_vendor=False).order_by("id")
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
            row.edition < row.grant.edition,
        )
        for row in rows.select_related("grant__resource")[:limit]
    ]


def removed_by_hand(
    org: int,
    removals: Iterable[int],
    *,
    actor: str,
    now: datetime,
    listed: Mapping[int, datetime] | None = None,
) -> int:
    """A person has taken these off the vendor's list; return how many were open.

    With `listed`, the `since` of each as the person saw it: whoever was let in and listed again
    afterwards, in the same row, stays on the list.
    """
    with store.write():
        rows = RemovalRow.objects.select_for_update().filter(
            org=org, id__in=list(removals), done_at__isnull=True, by_vendor=False
        )
        found = [row for row in rows if listed is None or listed.get(row.id) == row.since]
        RemovalRow.objects.filter(org=org, id__in=[row.id for row in found]).update(
            done_at=now, done_by=actor, outside=None
        )
        grants = Grant.objects.filter(org=org, id__in=[row.grant_id for row in found])
        pairs = list(grants.values_list("id", "contact"))
        events.note(org, pairs, "removed_by_hand", now=now, actor=actor)
    boundaries.crossing("access.removed_by_hand")
    return len(found)
