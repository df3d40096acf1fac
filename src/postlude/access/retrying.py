"""Trying again what had failed: the key was mended, the resource changed, a person asks."""

from collections.abc import Collection
from datetime import datetime

from postlude.access import events
from postlude.access.models import Grant, Resource
from postlude.access.types import Failure, State
from postlude.kernel import store, wakeup


def mended(org: int, resource: int, *, now: datetime, actor: str, why: str) -> int:
    """The vendor works with us again: forget its refusal and retry those it was refused for."""
    with store.write():
        Resource.objects.filter(org=org, id=resource).update(
            refused_at=None, failing_since=None, failures=0, paused_until=None, words=""
        )
        failed = Grant.objects.filter(
            org=org, resource=resource, state=State.FAILED, failure=Failure.REFUSED
        )
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
    """Try failed grants again, whatever they failed for; return how many."""
    rows = Grant.objects.filter(org=org, conference=conference, state=State.FAILED)
    if resource is not None:
        rows = rows.filter(resource__key=resource)
    if contacts is not None:
        rows = rows.filter(contact__in=list(contacts))
    with store.write():
        paused = Resource.objects.filter(org=org, conference=conference)
        paused = paused if resource is None else paused.filter(key=resource)
        paused.update(refused_at=None, failing_since=None, failures=0, paused_until=None, words="")
        failed = list(rows.values_list("id", "contact"))
        return again(org, failed, now=now, actor=actor, why="asked for by hand")


def again(
    org: int, failed: Collection[tuple[int, int]], *, now: datetime, actor: str, why: str
) -> int:
    """Put failed grants (grant, contact) back in the queue."""
    contacts = dict(failed)
    moved: list[int] = []
    for chunk in store.chunks(sorted(contacts), 500):
        rows = Grant.objects.select_for_update().filter(org=org, id__in=chunk, state=State.FAILED)
        still = list(rows.values_list("id", flat=True))
        Grant.objects.filter(org=org, id__in=still).update(
            state=State.PENDING,
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
