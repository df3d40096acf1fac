"""When an authoriser cannot: the people go to a person's queue, until the vendor works again.

A refusal concerns our account, so all who wait for the resource go, and those who come later go
straight there. Now and then one batch is asked for again (a success brings the refused back), since
nobody else would find out that the key was mended.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from postlude.access import events
from postlude.access.models import Grant, Removal, Resource
from postlude.access.types import ByHand, State
from postlude.kernel import boundaries, redact, retry, store

_log = logging.getLogger(__name__)
# Discord bans an address after 10,000 refusals in ten minutes; others may count more strictly.
_FIRST_KNOCK_S, _RAREST_KNOCK_S = 10.0, 300.0


def queue(
    org: int, grants: Sequence[tuple[int, int]], reason: ByHand, words: str, *, now: datetime
) -> None:
    """Let these (grant, contact) wait for a person; in the caller's transaction."""
    for chunk in store.chunks([grant for grant, _ in grants], 500):
        Grant.objects.filter(org=org, id__in=chunk).update(
            by_hand=reason, words=redact.cut(words), queued_at=now, owner="", lease_until=None
        )
    events.note(org, grants, "by_hand", now=now, words=f"{reason}: {words}" if words else reason)


def refuse(resource: Resource, words: str, now: datetime) -> None:
    """The vendor turned our account away: whoever waits to come or to go is for a person, in the
    caller's transaction.
    """
    failures = resource.failures + 1
    Resource.objects.filter(id=resource.id).update(
        refused_at=resource.refused_at or now,
        failing_since=resource.failing_since or now,
        failures=failures,
        paused_until=now + retry.delay(failures, base=_FIRST_KNOCK_S, cap=_RAREST_KNOCK_S),
        words=redact.cut(words),
    )
    moved = _everybody(resource, words, now)
    leaving = Removal.objects.filter(
        grant__resource=resource.id, by_vendor=True, done_at__isnull=True
    )
    leaving.update(by_vendor=False, words=redact.cut(words), owner="", lease_until=None)
    _log.error(
        "a resource's vendor refuses us",
        extra={"org": resource.org_id, "resource": resource.id, "grants": moved},
    )


def divert(now: datetime) -> int:
    """Send who has come since a refusal to the person, without asking; return how many."""
    # A look first: it is asked with every commit, and mostly nobody was refused.
    if not store.rows_sql("SELECT 1 FROM access_resource WHERE refused_at IS NOT NULL LIMIT 1"):
        return 0
    refused = Resource.objects.filter(refused_at__isnull=False, paused_until__gt=now)
    moved = 0
    for resource in refused.order_by("id"):
        if _waiting(resource).exists():
            with store.write():
                moved += _everybody(resource, resource.words, now)
            boundaries.crossing("access.diverted")
    return moved


def _everybody(resource: Resource, words: str, now: datetime) -> int:
    waiting = _waiting(resource).select_for_update().order_by("id")
    pairs = list(waiting.values_list("id", "contact"))
    queue(resource.org_id, pairs, ByHand.REFUSED, words, now=now)
    return len(pairs)


def _waiting(resource: Resource) -> QuerySet[Grant]:
    return Grant.objects.filter(resource=resource.id, state=State.PENDING, by_hand="")
