"""Writing down what an authoriser said. Rows that somebody else changed keep that change."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from postlude.access import asking, claiming, events, fallback, retrying, sealing, shared_users
from postlude.access.authorisers.types import Answer, Said, Verdict
from postlude.access.claiming import Claimed
from postlude.access.models import Grant, Removal, Resource
from postlude.access.types import ByHand, Failure, State
from postlude.kernel import boundaries, redact, retry, store
from postlude.kernel.work import OWNER

_log = logging.getLogger(__name__)
_FIRST_REST_S, _LONGEST_REST_S = 0.5, 300.0


def settle(batch: Claimed, answer: Answer, now: datetime) -> None:
    """Write down the verdicts; a refusal sends everybody who waits for the resource to a person."""
    resource = batch.resource
    asked = {guest.grant for guest in batch.guests}
    nowhere = [grant for grant in batch.contacts if grant not in asked]
    by_verdict: dict[Verdict, dict[int, Said]] = {verdict: {} for verdict in Verdict}
    for grant in asked:
        said = answer.said.get(grant, Said(Verdict.AGAIN, answer.words))
        by_verdict[said.verdict][grant] = said
    with store.write():
        _grant(batch, by_verdict[Verdict.GRANTED], now)
        for grant, said in sorted(by_verdict[Verdict.INVALID].items()):
            _fail(batch, [grant], Failure.INVALID, said.words, now)
        _fail(batch, nowhere, Failure.NO_ADDRESS, "the contact has no e-mail address", now)
        _wait_for_a_person(batch, by_verdict[Verdict.BY_HAND], now)
        if answer.refused:
            fallback.refuse(resource, answer.refused, now)
        else:
            _go_on(batch, by_verdict, answer, now)
    boundaries.crossing("access.settled")


def _go_on(
    batch: Claimed,
    by_verdict: Mapping[Verdict, Mapping[int, Said]],
    answer: Answer,
    now: datetime,
) -> None:
    resource = batch.resource
    _again(batch, by_verdict[Verdict.AGAIN], answer, now)
    if answer.tired:
        rest(resource, answer, now)
    elif by_verdict[Verdict.GRANTED] and (resource.refused_at or resource.failing_since):
        retrying.mended(
            resource.org_id, resource.id, now=now, actor="", why="the vendor works again"
        )


def _mine(grants: Sequence[int]) -> list[int]:
    """Lock the rows that are still ours to settle."""
    rows = Grant.objects.select_for_update().order_by("id")
    still = rows.filter(id__in=grants, state=State.PENDING, owner=OWNER)
    return list(still.values_list("id", flat=True))


def _grant(batch: Claimed, said: Mapping[int, Said], now: datetime) -> None:
    org, still = batch.resource.org_id, _mine(sorted(said))
    _remember(batch, said, still)
    if not still:
        return
    Grant.objects.filter(id__in=still).update(
        state=State.GRANTED, failure="", words="", granted_at=now, owner="", lease_until=None
    )
    claiming.write_addresses(
        {grant: batch.addresses[grant] for grant in still if grant in batch.addresses}
    )
    events.note(org, [(grant, batch.contacts[grant]) for grant in still], "granted", now=now)
    events.settled(org, still)


def _remember(batch: Claimed, said: Mapping[int, Said], still: Sequence[int]) -> None:
    """Keep who each one is at the vendor; of those revoked meanwhile, for their removal."""
    org, answers = batch.resource.org_id, {each.grant: each.answer for each in batch.guests}
    for grant, each in sorted(said.items()):
        if each.outside and grant in still:
            Grant.objects.filter(id=grant).update(
                outside=sealing.seal(org, each.outside),
                outside_mark=shared_users.mark(batch.resource, each.outside),
                answer_mark=asking.mark(org, answers.get(grant)),
            )
        elif each.outside:
            leaving = Removal.objects.filter(grant=grant, done_at__isnull=True, outside=None)
            leaving.update(outside=sealing.seal(org, each.outside))


def _fail(
    batch: Claimed, grants: Sequence[int], failure: Failure, words: str, now: datetime
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


def _wait_for_a_person(batch: Claimed, said: Mapping[int, Said], now: datetime) -> None:
    still = _mine(list(said))
    by_reason: dict[tuple[ByHand, str], list[tuple[int, int]]] = defaultdict(list)
    for grant in still:
        reason = said[grant].by_hand, said[grant].words
        by_reason[reason].append((grant, batch.contacts[grant]))
    for (why, words), pairs in sorted(by_reason.items()):
        fallback.queue(batch.resource.org_id, pairs, why, words, now=now)
    # Nobody has been let in anywhere: a refund before the "done" leaves nothing to remove.
    always = [grant for grant in still if said[grant].by_hand == ByHand.MANUAL]
    Grant.objects.filter(id__in=always).update(tried=False)


def _again(batch: Claimed, said: Mapping[int, Said], answer: Answer, now: datetime) -> None:
    still = _mine(list(said))
    if not still:
        return
    # A vendor that asked for rest refused nobody: no attempt is burnt.
    burnt = 0 if answer.rest_s is not None else 1
    attempt = max(batch.attempts[grant] for grant in still) + burnt
    words = redact.cut(answer.words or next(iter(said.values())).words)
    # A tired vendor rests as a whole (see rest); else those who were not served wait alone.
    wait = timedelta(0) if answer.tired else pause(max(attempt, 1))
    Grant.objects.filter(id__in=still).update(
        attempts=attempt, words=words, due=now + wait, owner="", lease_until=None
    )


def rest(resource: Resource, answer: Answer, now: datetime) -> None:
    """Leave a tired vendor alone; in the caller's transaction."""
    failures = resource.failures + 1
    wait = timedelta(seconds=answer.rest_s) if answer.rest_s is not None else pause(failures)
    Resource.objects.filter(id=resource.id).update(
        failures=failures,
        failing_since=resource.failing_since or now,
        paused_until=now + wait,
        words=redact.cut(answer.words),
    )
    _log.warning(
        "a resource's vendor does not answer",
        extra={"org": resource.org_id, "resource": resource.id, "failures": failures},
    )


def pause(failures: int) -> timedelta:
    """Return how long to wait after so many failures."""
    return retry.delay(failures, base=_FIRST_REST_S, cap=_LONGEST_REST_S)
