"""Reading grants, for the rooms above."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from postlude.access.models import Grant, GrantEvent, Resource
from postlude.access.models import Removal as RemovalRow
from postlude.access.types import (
    Failure,
    GrantEventFact,
    GrantFact,
    ResourceFailure,
    ResourceStatus,
    State,
)
from postlude.kernel import store

_CHUNK = 500
SHOWN_AFTER = timedelta(minutes=2)


def grants(org: int, ids: Collection[int | str]) -> dict[int, GrantFact]:
    """Return grants by id; ids that do not exist are left out."""
    found: dict[int, GrantFact] = {}
    for chunk in store.chunks([int(each) for each in ids], _CHUNK):
        facts = _select(org, f"g.id IN ({store.marks(chunk)})", chunk)
        found |= {fact.id: fact for fact in facts}
    return found


def grants_of(
    org: int, contacts: Collection[int], conference: int | None = None
) -> dict[int, list[GrantFact]]:
    """Return the grants of contacts (in one conference), in the order of the resources."""
    found: dict[int, list[GrantFact]] = defaultdict(list)
    for chunk in store.chunks(sorted(set(contacts)), _CHUNK):
        where, values = f"g.contact IN ({store.marks(chunk)})", list(chunk)
        if conference is not None:
            where, values = f"{where} AND g.conference = %s", [*values, conference]
        for fact in _select(org, f"{where} ORDER BY g.conference, r.position, g.id", values):
            found[fact.contact].append(fact)
    return dict(found)


def waiting() -> int:
    """Return how many grants of all organisations their vendor has not been asked for yet, or has
    not been asked to take back.

    Those who wait for a person are not among them: no job of ours brings them on.
    """
    leaving = RemovalRow.objects.filter(done_at__isnull=True, by_vendor=True).count()
    return leaving + Grant.objects.filter(state=State.PENDING, by_hand="").count()


def history_of(org: int, contact: int) -> list[GrantEventFact]:
    """Return all that happened to a contact's grants, oldest first."""
    mine = {fact.id: fact for fact in grants_of(org, [contact]).get(contact, ())}
    return [
        GrantEventFact(
            row.grant,
            row.contact,
            mine[row.grant].conference,
            mine[row.grant].resource,
            row.kind,
            row.at,
            row.words,
            row.actor,
        )
        for row in GrantEvent.objects.filter(org=org, contact=contact).order_by("id")
        if row.grant in mine
    ]


def failures(org: int, *, now: datetime | None = None) -> list[ResourceFailure]:
    """Return the resources whose vendor turns us away, or has not served us for a while.

    With `now`, a vendor that is out of breath is told only after two minutes of it.
    """
    failing = Resource.objects.filter(org=org, active=True, failing_since__isnull=False)
    stuck = Q(state=State.PENDING) | Q(state=State.FAILED, failure=Failure.REFUSED)
    counts = _counts(Grant.objects.filter(stuck, resource__in=failing))
    return [
        ResourceFailure(
            row.key,
            row.kind,
            row.title,
            row.conference,
            refused=row.refused_at is not None,
            since=row.refused_at or since,
            words=row.words,
            grants=counts.get(row.id, 0),
        )
        for row in failing.order_by("id")
        if (since := row.failing_since) is not None
        and (row.refused_at or now is None or now - since >= SHOWN_AFTER)
    ]


def status(org: int) -> list[ResourceStatus]:
    """Return the counts of each resource, conference by conference."""
    by_state: dict[tuple[int, str], int] = {
        (row["resource"], row["state"]): row["count"]
        for row in Grant.objects.filter(org=org)
        .values("resource", "state")
        .annotate(count=Count("id"))
    }
    listed = Grant.objects.filter(org=org).filter(Exists(_open_removals()))
    by_hand = _counts(listed)
    return [
        ResourceStatus(
            row.conference,
            row.key,
            row.kind,
            row.title,
            pending=by_state.get((row.id, State.PENDING), 0),
            granted=by_state.get((row.id, State.GRANTED), 0),
            revoked=by_state.get((row.id, State.REVOKED), 0),
            failed=by_state.get((row.id, State.FAILED), 0),
            to_remove_by_hand=by_hand.get(row.id, 0),
        )
        for row in Resource.objects.filter(org=org).order_by("conference", "position", "id")
    ]


def _open_removals() -> "QuerySet[RemovalRow]":
    return RemovalRow.objects.filter(grant=OuterRef("pk"), done_at__isnull=True, by_vendor=False)


def _counts(rows: "QuerySet[Grant]") -> dict[int, int]:
    counted = rows.values("resource").annotate(count=Count("id"))
    return {row["resource"]: row["count"] for row in counted}


# No model objects: each step of a sale's way asks for its grants again.
_SELECT = """
    SELECT g.id, g.contact, g.conference, r.key, r.kind, r.title, g.state, g.failure, g.attempts,
        g.words, g.created_at, g.granted_at, g.revoked_at,
        EXISTS (SELECT 1 FROM access_removal m WHERE m.org_id = g.org_id AND m.grant_id = g.id
                AND m.done_at IS NULL AND NOT m.by_vendor),
        g.by_hand, g.done_by
    FROM access_grant g JOIN access_resource r ON r.id = g.resource_id
    WHERE g.org_id = %s AND """


def _select(org: int, where: str, values: Sequence[int]) -> list[GrantFact]:
    return [_fact(row) for row in store.rows_sql(f"{_SELECT}{where}", [org, *values])]


def _fact(row: tuple[Any, ...]) -> GrantFact:
    created, granted, revoked, listed, by_hand, done_by = row[10:]
    times = (store.known_instant(created), store.instant(granted), store.instant(revoked))
    values: list[Any] = [*row[:10], *times, bool(listed), by_hand, done_by]
    return GrantFact(*values)
