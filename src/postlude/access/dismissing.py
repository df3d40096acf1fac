"""Putting people out at vendors that have a safe call for it, after a refund or a change.

Claimed, asked and settled like letting in; what was lost on the way is asked for again.
"""

from collections.abc import Sequence
from datetime import datetime

from postlude.access import asking, events, fallback, retrying, sealing, settling, shared_users
from postlude.access.authorisers import registry
from postlude.access.authorisers.types import Answer, Asks, Dismisses, Leaver, Said, Verdict
from postlude.access.models import Removal, Resource
from postlude.kernel import boundaries, claims, redact, store, wakeup
from postlude.kernel.jobs import Budget
from postlude.kernel.work import OWNER

_OF_RESOURCE = (
    "by_vendor AND done_at IS NULL AND due <= %s "
    "AND grant_id IN (SELECT id FROM access_grant WHERE resource_id = %s)"
)
_RESOURCES = (
    "SELECT DISTINCT resource_id FROM access_grant WHERE id IN "
    "(SELECT grant_id FROM access_removal WHERE by_vendor AND done_at IS NULL AND due <= %s "
    "AND (lease_until IS NULL OR lease_until < %s))"
)


def dismiss(budget: Budget) -> int:
    """Put out whoever must go, vendor by vendor; return how many rows moved."""
    moved = 0
    for resource in _resources(budget.now()):
        dismisser = registry.dismisser(resource.kind)
        if dismisser is not None and not budget.spent():
            moved += _one_batch(resource, dismisser, budget)
    return moved


def _resources(now: datetime) -> list[Resource]:
    found = store.rows_sql(_RESOURCES, [now, store.db_now()])
    if not found:
        return []
    rows = Resource.objects.filter(id__in=[row[0] for row in found]).order_by("id")
    return [row for row in rows if row.paused_until is None or row.paused_until <= now]


def _one_batch(resource: Resource, dismisser: Dismisses, budget: Budget) -> int:
    with store.write():
        if not shared_users.one_way(resource, letting_in=False):
            return 0
        claimed = claims.claim(
            Removal,
            where=_OF_RESOURCE,
            params=[budget.now(), resource.id],
            order="due, id",
            limit=dismisser.batch,
            owner=OWNER,
        )
    found = Removal.objects.filter(id__in=claimed).select_related("grant__resource")
    rows = list(found.order_by("id"))
    if not rows:
        return 0
    boundaries.crossing("access.removals_claimed")
    answer = dismisser.dismiss(
        resource.settings,
        _leavers(resource, dismisser, rows),
        shared_users.holders(resource, dismisser),
    )
    _settle(resource, rows, answer, budget.now())
    return len(rows)


def _leavers(resource: Resource, dismisser: Dismisses, rows: Sequence[Removal]) -> list[Leaver]:
    unknown = {row.grant.contact for row in rows if not row.outside}
    answers = (
        asking.past_answers(resource, unknown, dismisser)
        if unknown and isinstance(dismisser, Asks)
        else {}
    )
    return [
        Leaver(row.id, sealing.unseal(row.org_id, row.outside), answers.get(row.grant.contact, ""))
        for row in rows
    ]


def _settle(resource: Resource, rows: Sequence[Removal], answer: Answer, now: datetime) -> None:
    with store.write():
        mine = Removal.objects.select_for_update().filter(
            id__in=[row.id for row in rows], owner=OWNER, done_at__isnull=True
        )
        still = set(mine.values_list("id", flat=True))
        for row in rows:
            if row.id in still:
                said = answer.said.get(row.id, Said(Verdict.AGAIN, answer.words))
                _write(row, said, answer, now)
        if answer.refused:
            fallback.refuse(resource, answer.refused, now)
        elif answer.tired:
            settling.rest(resource, answer, now)
        elif _has_served(answer) and (resource.refused_at or resource.failing_since):
            retrying.mended(
                resource.org_id, resource.id, now=now, actor="", why="the vendor works again"
            )
        wakeup.nudge()  # who is wanted again has waited for this
    boundaries.crossing("access.dismissed")


def _has_served(answer: Answer) -> bool:
    """Some are settled without a call, which says nothing of the vendor; those have words."""
    return any(said.verdict == Verdict.GRANTED and not said.words for said in answer.said.values())


def _write(row: Removal, said: Said, answer: Answer, now: datetime) -> None:
    row.owner, row.lease_until, row.words = "", None, redact.cut(said.words)
    if said.verdict == Verdict.GRANTED:
        row.done_at, row.done_by, row.outside = now, f"system:{row.grant.resource.kind}", None
        pair = (row.grant_id, row.grant.contact)
        events.note(row.org_id, [pair], "removed", now=now, words=said.words or "by the vendor")
    elif not answer.tired and not answer.refused:
        row.attempts += 1
        row.due = now + settling.pause(row.attempts)
    row.save()
