"""The queue of a person: who should be let in by hand, and "done"."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Count, Min, QuerySet

from postlude.access import claiming, events, overtaken
from postlude.access.models import Grant, Resource
from postlude.access.types import ByHand, ManualQueue, QueueEntry, State
from postlude.kernel import boundaries, store
from postlude.people import api as people

_CHUNK = 500


def manual_queue(
    org: int, *, conference: int | None = None, resource: str | None = None, limit: int = 1_000
) -> list[ManualQueue]:
    """Return what waits for a person, a queue for each resource that has one.

    `resource` is a key. Each queue holds at most `limit` entries, the longest waiting first.
    """
    rows = _waiting(org)
    if conference is not None:
        rows = rows.filter(conference=conference)
    if resource is not None:
        rows = rows.filter(resource__key=resource)
    counted = rows.values("resource").annotate(count=Count("id"), since=Min("queued_at"))
    counts = {row["resource"]: (row["count"], row["since"]) for row in counted.order_by()}
    found = Resource.objects.filter(org=org, id__in=counts)
    return [
        _queue(row, rows.filter(resource=row.id), *counts[row.id], limit=limit)
        for row in found.order_by("conference", "position", "id")
    ]


def count_by_hand(org: int) -> int:
    """Return how many grants wait for a person."""
    return _waiting(org).count()


def _waiting(org: int) -> QuerySet[Grant]:
    return Grant.objects.filter(org=org, state=State.PENDING, queued_at__isnull=False).exclude(
        by_hand=""
    )


def _queue(
    resource: Resource, rows: QuerySet[Grant], count: int, since: datetime, *, limit: int
) -> ManualQueue:
    return ManualQueue(
        resource.conference,
        resource.key,
        resource.kind,
        resource.title or resource.key,
        refused=resource.refused_at is not None,
        words=resource.words if resource.refused_at is not None else "",
        count=count,
        since=since,
        entries=tuple(_entry(resource, row) for row in rows.order_by("queued_at", "id")[:limit]),
    )


def _entry(resource: Resource, row: Grant) -> QueueEntry:
    return QueueEntry(
        row.id,
        row.edition,
        row.contact,
        row.conference,
        resource.key,
        resource.kind,
        resource.title or resource.key,
        ByHand(row.by_hand),
        row.words,
        row.queued_at or row.created_at,
    )


def mark_done(
    org: int,
    grants: Collection[int],
    *,
    actor: str,
    now: datetime,
    editions: Mapping[int, int] | None = None,
) -> int:
    """A person has let these in; return how many were still in the queue. Safe to repeat.

    With `editions`, whoever's address has changed since that edition was listed stays in the
    queue: the person has let in the old one, which is listed for removal; so is whoever was
    revoked meanwhile. `count_overtaken` counts them.
    """
    done = 0
    for chunk in store.chunks(sorted(set(grants)), _CHUNK):
        with store.write():
            held = list(
                Grant.objects.select_for_update().filter(org=org, id__in=chunk).order_by("id")
            )
            rows = [row for row in held if row.state == State.PENDING and row.by_hand]
            rows = [row for row in rows if row.queued_at is not None]
            if editions is not None:
                rows = [row for row in rows if editions.get(row.id) == row.edition]
                overtaken.list_overtaken(org, held, editions, actor=actor[:100], now=now)
            _let_in(org, rows, actor, now)
        boundaries.crossing("access.done_by_hand")
        done += len(rows)
    return done


def _let_in(org: int, rows: Collection[Grant], actor: str, now: datetime) -> None:
    if not rows:
        return
    numbers = [row.id for row in rows]
    Grant.objects.filter(org=org, id__in=numbers).update(
        state=State.GRANTED,
        by_hand="",
        queued_at=None,
        done_by=actor[:100],
        tried=True,  # by the person: a refund asks for the removal
        words="",
        granted_at=now,
    )
    held = people.addresses(org, sorted({row.contact for row in rows}))
    claiming.write_addresses({row.id: held[row.contact].id for row in rows if row.contact in held})
    pairs = [(row.id, row.contact) for row in rows]
    events.note(org, pairs, "granted", now=now, words="by hand", actor=actor)
    events.settled(org, numbers)
