"""Letting people in: pending grants are claimed by state, asked for in batches, and settled.

The network lies between two transactions. A worker that dies there leaves rows whose lease ends
and which are asked for again, which every authoriser can bear.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from postlude.access import events, retrying
from postlude.access.authorisers import registry
from postlude.access.authorisers.types import Answer, Authoriser, Guest, Said, Verdict
from postlude.access.models import Grant, Resource
from postlude.access.types import Failure, State
from postlude.kernel import boundaries, claims, redact, retry, store
from postlude.kernel.jobs import Budget
from postlude.kernel.work import OWNER
from postlude.people import api as people

_log = logging.getLogger(__name__)
_FIRST_REST_S, _LONGEST_REST_S = 0.5, 300.0


@dataclass(frozen=True, slots=True)
class _Claimed:
    """One batch of one resource, leased to us. `addresses` holds ids in `people`."""

    resource: Resource
    guests: Sequence[Guest]
    contacts: Mapping[int, int]
    addresses: Mapping[int, int]
    attempts: Mapping[int, int]


def authorise(budget: Budget) -> int:
    """Let in whoever waits, those first for whom no network is needed; return how many rows moved.

    Each resource has its turn, so that one that fails holds up no other.
    """
    moved = _rounds(budget, lambda authoriser: not authoriser.uses_network)
    return moved + _rounds(budget, lambda authoriser: authoriser.uses_network)


def _rounds(budget: Budget, mine: Callable[[Authoriser], bool]) -> int:
    total = 0
    while not budget.spent():
        moved = 0
        for resource in _due(budget.now()):
            authoriser = registry.of(resource.kind, resource=resource.key)
            if mine(authoriser) and not budget.spent():
                moved += _one_batch(resource, authoriser, budget.now())
        total += moved
        if not moved:
            break
    return total


def _due(now: datetime) -> list[Resource]:
    """Return the resources that somebody waits for and that do not rest."""
    waiting = {
        row[0]
        for row in store.rows_sql(
            "SELECT DISTINCT resource_id FROM access_grant WHERE state = 'pending' AND due <= %s "
            "AND (lease_until IS NULL OR lease_until < %s)",
            [now, store.db_now()],
        )
    }
    if not waiting:
        return []
    rested = Q(paused_until__isnull=True) | Q(paused_until__lte=now)
    return list(Resource.objects.filter(rested, id__in=waiting).order_by("id"))


def _one_batch(resource: Resource, authoriser: Authoriser, now: datetime) -> int:
    batch = _claim(resource, authoriser, now)
    if batch is None:
        return 0
    boundaries.crossing("access.claimed")
    answer = authoriser.admit(resource.settings, batch.guests) if batch.guests else Answer({})
    if answer.refused:
        return _refuse(batch, answer.refused, now)
    _settle(batch, answer, now)
    return len(batch.contacts)


def _claim(resource: Resource, authoriser: Authoriser, now: datetime) -> _Claimed | None:
    mine = claims.claim(
        Grant,
        where="resource_id = %s AND state = 'pending' AND due <= %s",
        params=[resource.id, now],
        order="due, id",
        limit=authoriser.batch,
        owner=OWNER,
        set={"tried": True},
    )
    if not mine:
        return None
    rows = list(Grant.objects.filter(id__in=mine).values_list("id", "contact", "attempts"))
    contacts = {grant: contact for grant, contact, _ in rows}
    found = (
        people.addresses(resource.org_id, sorted(set(contacts.values())))
        if authoriser.needs_address
        else {}
    )
    guests = [
        Guest(grant, found[contact].value if contact in found else "")
        for grant, contact in sorted(contacts.items())
        if contact in found or not authoriser.needs_address
    ]
    return _Claimed(
        resource,
        guests,
        contacts,
        {grant: found[contact].id for grant, contact in contacts.items() if contact in found},
        {grant: attempts for grant, _, attempts in rows},
    )


def _settle(batch: _Claimed, answer: Answer, now: datetime) -> None:
    """Write down what was said. Rows that somebody else changed meanwhile keep that change."""
    resource = batch.resource
    asked = {guest.grant for guest in batch.guests}
    nowhere = [grant for grant in batch.contacts if grant not in asked]
    by_verdict: dict[Verdict, dict[int, Said]] = {verdict: {} for verdict in Verdict}
    for grant in asked:
        said = answer.said.get(grant, Said(Verdict.AGAIN, answer.words))
        by_verdict[said.verdict][grant] = said
    with store.write():
        _grant(batch, sorted(by_verdict[Verdict.GRANTED]), now)
        for grant, said in sorted(by_verdict[Verdict.INVALID].items()):
            _fail(batch, [grant], Failure.INVALID, said.words, now)
        _fail(batch, nowhere, Failure.NO_ADDRESS, "the contact has no e-mail address", now)
        _again(batch, by_verdict[Verdict.AGAIN], answer, now)
        if answer.tired:
            _rest(resource, answer, now)
        elif by_verdict[Verdict.GRANTED] and (resource.refused_at or resource.failing_since):
            retrying.mended(
                resource.org_id, resource.id, now=now, actor="", why="the vendor works again"
            )
    boundaries.crossing("access.settled")


def _mine(grants: Sequence[int]) -> list[int]:
    """Lock the rows that are still ours to settle."""
    rows = Grant.objects.select_for_update().order_by("id")
    still = rows.filter(id__in=grants, state=State.PENDING, owner=OWNER)
    return list(still.values_list("id", flat=True))


def _grant(batch: _Claimed, grants: Sequence[int], now: datetime) -> None:
    org, still = batch.resource.org_id, _mine(grants)
    if not still:
        return
    Grant.objects.filter(id__in=still).update(
        state=State.GRANTED, failure="", words="", granted_at=now, owner="", lease_until=None
    )
    pairs = [(grant, batch.addresses[grant]) for grant in still if grant in batch.addresses]
    for chunk in store.chunks(pairs, 500):
        rows = ", ".join(["(%s, %s)"] * len(chunk))
        store.execute(
            f"WITH let_in (grant_id, address_id) AS (VALUES {rows}) "  # noqa: S608 - our own SQL
            "UPDATE access_grant SET address = CAST(let_in.address_id AS bigint) "
            "FROM let_in WHERE access_grant.id = let_in.grant_id",
            [value for pair in chunk for value in pair],
        )
    events.note(org, [(grant, batch.contacts[grant]) for grant in still], "granted", now=now)
    events.settled(org, still)


def _fail(
    batch: _Claimed, grants: Sequence[int], failure: Failure, words: str, now: datetime
) -> None:
    org, still = batch.resource.org_id, _mine(grants)
    if not still:
        return
    Grant.objects.filter(id__in=still).update(
        state=State.FAILED,
        failure=failure,
        words=redact.cut(words),
        attempts=max(batch.attempts[grant] for grant in still) + 1,
        owner="",
        lease_until=None,
    )
    pairs = [(grant, batch.contacts[grant]) for grant in still]
    events.note(org, pairs, "failed", now=now, words=f"{failure}: {words}")
    events.settled(org, still)


def _again(batch: _Claimed, said: Mapping[int, Said], answer: Answer, now: datetime) -> None:
    still = _mine(list(said))
    if not still:
        return
    # A vendor that asked for rest refused nobody: no attempt is burnt.
    burnt = 0 if answer.rest_s is not None else 1
    attempt = max(batch.attempts[grant] for grant in still) + burnt
    words = redact.cut(answer.words or next(iter(said.values())).words)
    # A tired vendor rests as a whole (see _rest); else those who were not served wait alone.
    wait = timedelta(0) if answer.tired else _pause(max(attempt, 1))
    Grant.objects.filter(id__in=still).update(
        attempts=attempt, words=words, due=now + wait, owner="", lease_until=None
    )


def _rest(resource: Resource, answer: Answer, now: datetime) -> None:
    failures = resource.failures + 1
    pause = timedelta(seconds=answer.rest_s) if answer.rest_s is not None else _pause(failures)
    Resource.objects.filter(id=resource.id).update(
        failures=failures,
        failing_since=resource.failing_since or now,
        paused_until=now + pause,
        words=redact.cut(answer.words),
    )
    _log.warning(
        "a resource's vendor does not answer",
        extra={"org": resource.org_id, "resource": resource.id, "failures": failures},
    )


def _pause(failures: int) -> timedelta:
    return retry.delay(failures, base=_FIRST_REST_S, cap=_LONGEST_REST_S)


def _refuse(batch: _Claimed, words: str, now: datetime) -> int:
    """Fail everybody who waits for this resource: the next call would say the same."""
    resource = batch.resource
    with store.write():
        waiting = Grant.objects.select_for_update().filter(
            resource=resource.id, state=State.PENDING
        )
        pairs = list(waiting.values_list("id", "contact"))
        for chunk in store.chunks([grant for grant, _ in pairs], 500):
            Grant.objects.filter(id__in=chunk).update(
                state=State.FAILED,
                failure=Failure.REFUSED,
                words=redact.cut(words),
                owner="",
                lease_until=None,
            )
        Resource.objects.filter(id=resource.id).update(
            refused_at=resource.refused_at or now,
            failing_since=resource.failing_since or now,
            words=redact.cut(words),
        )
        events.note(resource.org_id, pairs, "failed", now=now, words=f"refused: {words}")
        events.settled(resource.org_id, [grant for grant, _ in pairs])
    boundaries.crossing("access.refused")
    _log.error(
        "a resource's vendor refuses us",
        extra={"org": resource.org_id, "resource": resource.id, "grants": len(pairs)},
    )
    return len(pairs)
