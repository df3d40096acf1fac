"""Trying again what had failed: the key was mended, the resource changed, a person asks."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from postlude.access import events
from postlude.access.models import Grant, Removal, Resource
from postlude.access.types import FALL_BACK, ByHand, Failure, State
from postlude.kernel import boundaries, store, wakeup

_RETRIED = Q(state=State.FAILED) | Q(state=State.PENDING, by_hand__in=FALL_BACK)


def mended(org: int, resource: int, *, now: datetime, actor: str, why: str) -> int:
    """The vendor works with us again: forget its refusal, and take those it was refused for back
    from the person (or retry them).
    """
    with store.write():
        Resource.objects.filter(org=org, id=resource).update(
            refused_at=None, failing_since=None, failures=0, paused_until=None, words=""
        )
        _take_back(Removal.objects.filter(org=org, grant__resource=resource), now)
        refused = Q(failure=Failure.REFUSED) | Q(by_hand=ByHand.REFUSED)
        failed = Grant.objects.filter(_RETRIED, refused, org=org, resource=resource)
        return again(org, list(failed.values_list("id", "contact")), now=now, actor=actor, why=why)


def regrant(  # noqa: PLR0913 - which grants, who, when
    org: int,
    conference: int,
    *,
    resource: str | None = None,
    contacts: Collection[int] | None = None,
    actor: str,
    now: datetime,
) -> int:
    """Try failed grants again, whatever they failed for; return how many.

    Those for whom a person stands in for the vendor are handed back to it. What is always done by
    hand stays in its queue.
    """
    rows = Grant.objects.filter(_RETRIED, org=org, conference=conference)
    if resource is not None:
        rows = rows.filter(resource__key=resource)
    if contacts is not None:
        rows = rows.filter(contact__in=list(contacts))
    with store.write():
        paused = Resource.objects.filter(org=org, conference=conference)
        paused = paused if resource is None else paused.filter(key=resource)
        paused.update(refused_at=None, failing_since=None, failures=0, paused_until=None, words="")
        _take_back(Removal.objects.filter(org=org, grant__resource__in=paused), now)
        failed = list(rows.values_list("id", "contact"))
        moved = again(org, failed, now=now, actor=actor, why="asked for by hand")
    boundaries.crossing("access.retried")
    return moved


def _take_back(removals: QuerySet[Removal], now: datetime) -> None:
    """What the vendor can take out again is no longer for a person: it is we who know whom."""
    open_ones = removals.filter(done_at__isnull=True, by_vendor=False, outside__isnull=False)
    if open_ones.update(by_vendor=True, due=now):
        wakeup.nudge()


def again(
    org: int, failed: Collection[tuple[int, int]], *, now: datetime, actor: str, why: str
) -> int:
    """Put grants that failed or wait for a person (grant, contact) back before their vendor."""
    contacts = dict(failed)
    moved: list[int] = []
    for chunk in store.chunks(sorted(contacts), 500):
        rows = Grant.objects.select_for_update().filter(_RETRIED, org=org, id__in=chunk)
        still = list(rows.values_list("id", flat=True))
        Grant.objects.filter(org=org, id__in=still).update(
            state=State.PENDING,
            by_hand="",
            queued_at=None,
            failure="",
            words="",
            attempts=0,
            due=now,
            owner="",
            lease_until=None,
        )
        moved += still
    events.note(
        org, [(each, contacts[each]) for each in moved], "retried", now=now, words=why, actor=actor
    )
    if moved:
        wakeup.nudge()
    return len(moved)
