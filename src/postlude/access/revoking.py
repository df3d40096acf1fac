"""Taking access away: our own links at once, a vendor's list by a person."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from postlude.access import events, granting, overtaken, removals
from postlude.access.models import Grant
from postlude.access.types import State
from postlude.kernel import boundaries, store, wakeup

_CHUNK = 500


def revoke_unentitled(
    org: int, conference: int, contacts: Collection[int], *, now: datetime
) -> dict[int, list[int]]:
    """Revoke what no valid ticket opens any more; return the revoked grants by contact.

    Whoever still holds one ticket that opens a resource keeps it.
    """
    revoked: dict[int, list[int]] = defaultdict(list)
    for chunk in store.chunks(sorted(set(contacts)), _CHUNK):
        with store.write():
            held = _held(org, chunk, conference)
            opened = granting.entitlement(org, chunk, conference).resources
            lost = [row for row in held if row.resource.key not in opened[row.contact]]
            _revoke(org, lost, now=now, words="no valid ticket opens it")
        boundaries.crossing("access.revoked")
        for row in lost:
            revoked[row.contact].append(row.id)
    return dict(revoked)


def _held(org: int, contacts: Collection[int], conference: int | None = None) -> list[Grant]:
    rows = Grant.objects.select_for_update(of=("self",)).filter(org=org, contact__in=list(contacts))
    if conference is not None:
        rows = rows.filter(conference=conference)
    rows = rows.exclude(state=State.REVOKED)
    return list(rows.select_related("resource").order_by("id"))


def _revoke(
    org: int, grants: Collection[Grant], *, now: datetime, words: str, actor: str = ""
) -> None:
    numbers = [grant.id for grant in grants]
    Grant.objects.filter(org=org, id__in=numbers).update(
        state=State.REVOKED,
        revoked_at=now,
        by_hand="",
        queued_at=None,
        outside=None,  # the removal has it
        outside_mark="",
        answer_mark="",
        failure="",
        owner="",
        lease_until=None,
        words="",
    )
    pairs = [(grant.id, grant.contact) for grant in grants]
    events.note(org, pairs, "revoked", now=now, words=words, actor=actor)
    removals.list_for_removal(org, grants, now=now)
    events.settled(org, numbers)


def readdress(org: int, contacts: Collection[int], *, actor: str = "", now: datetime) -> int:
    """The contacts' address has changed: links that were sent to the old one die at once, the old
    one is listed for removal, and the new one is let in. Return how many grants moved.
    """
    moved = 0
    for chunk in store.chunks(sorted(set(contacts)), _CHUNK):
        with store.write():
            held = _held(org, chunk)
            removals.list_for_removal(org, held, now=now)
            overtaken.keep_addresses(org, held, now=now)
            Grant.objects.filter(org=org, id__in=[row.id for row in held]).update(
                state=State.PENDING,
                by_hand="",
                done_by="",
                outside=None,
                outside_mark="",
                answer_mark="",
                queued_at=None,
                edition=F("edition") + 1,
                address=None,
                tried=False,
                failure="",
                words="",
                attempts=0,
                due=now,
                owner="",
                lease_until=None,
            )
            pairs = [(row.id, row.contact) for row in held]
            events.note(org, pairs, "readdressed", now=now, actor=actor)
            wakeup.nudge()
        boundaries.crossing("access.readdressed")
        moved += len(held)
    return moved


def shred(org: int, contact: int, now: datetime) -> int:
    """Revoke whatever an erased contact has; a shredder of `people`."""
    with store.write():
        held = _held(org, [contact])
        _revoke(org, held, now=now, words="the contact was erased")
    boundaries.crossing("access.shredded")
    return len(held)
