"""What became of the messages: sent, blocked, failed, or nobody knows."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from postlude.journeys import bookkeeping, decisions, marks, notices
from postlude.journeys.inviting import INVITE
from postlude.journeys.letters import falling_back
from postlude.journeys.letters.types import course_of
from postlude.journeys.models import Mark, Member, SendAttempt
from postlude.journeys.paths import returning as paths
from postlude.journeys.recurring import returning
from postlude.journeys.types import MemberState
from postlude.journeys.walking import Walker
from postlude.kernel import boundaries, clock, store
from postlude.kernel.jobs import Budget
from postlude.kernel.work import WorkBatch
from postlude.messages import api as messages
from postlude.messages.types import MessageFact
from postlude.orgs import api as orgs

_CHUNK, _MOST = 500, 5_000
_LONG = timedelta(minutes=10)


def on_message_settled(batch: WorkBatch) -> None:
    """Bring members, attempts and blocks in line with their messages."""
    facts = messages.state_of(batch.org, [int(key) for key in batch.keys])
    with store.write():
        _settle(batch.org, facts, clock.now())
        batch.finish()
    boundaries.crossing("journeys.settled")


def reconcile(budget: Budget) -> int:
    """Ask after messages that members have waited for longer than news ever takes; a back-stop.

    Returns how many members were looked at.
    """
    now = budget.now()
    looked = 0
    for org in orgs.all_orgs():  # each by itself: the index of states begins with it
        old = Member.objects.filter(
            org=org.id, state=MemberState.QUEUED, node_since__lt=now - _LONG
        )
        found = old.order_by("id").values_list("message", flat=True)[:_MOST]
        wanted = {each for each in found if each is not None}
        if wanted:
            facts = messages.state_of(org.id, wanted)
            with store.write():
                _settle(org.id, facts, now)
            boundaries.crossing("journeys.reconciled")
            looked += len(wanted)
    return looked


def catch_up(org: int, joined: Collection[Walker], now: datetime) -> None:
    """Members that joined a message which was settled long ago: no news will come for them."""
    wanted = {each.message for each in joined if each.message is not None}
    facts = messages.state_of(org, wanted)
    ended = {key: fact for key, fact in facts.items() if fact.state in decisions.OUTCOMES}
    if ended:
        _settle(org, ended, now)


def _settle(org: int, facts: Mapping[int, MessageFact], now: datetime) -> None:
    over = _fall_back(org, facts, now)
    facts = {number: fact for number, fact in facts.items() if number not in over}
    lost = [fact for fact in facts.values() if fact.state in decisions.NEVER_LEFT]
    paths.take_back(org, lost, now)
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for fact in facts.values():
        if fact.state in decisions.OUTCOMES:
            state, reason = decisions.OUTCOMES[fact.state]
            own = fact.reason[:100] if state == MemberState.BLOCKED else ""
            groups[state, reason or own].append(fact.id)
    for (state, reason), ended in groups.items():
        for chunk in store.chunks(sorted(ended), _CHUNK):
            _apply(org, chunk, state, reason, now)
    for fact in lost:
        _release(org, fact)
    notices.release(org, lost)
    returning.take_back(org, lost, now)


def _fall_back(org: int, facts: Mapping[int, MessageFact], now: datetime) -> set[int]:
    """Let the next step of a turn follow what has definitely not arrived; return of which messages
    the turn does not wait any more: they end nothing.

    The attempt is locked: news that comes twice, to two workers or after a crash, finds the turn
    gone on, or over.
    """
    able = [number for number, fact in facts.items() if course_of(fact.context)]
    able = [number for number in able if falling_back.may_follow(facts[number])]
    if not able:
        return set()
    attempts = SendAttempt.objects.select_for_update().filter(org=org, message__in=able)
    waits = attempts.filter(outcome="waiting").order_by("id").values_list("message", flat=True)
    awaited = {number for number in waits if number is not None}
    follows = falling_back.fall_back(org, [facts[each] for each in sorted(awaited)], now=now)
    for before, after in follows.items():
        SendAttempt.objects.filter(org=org, message=before).update(message=after, reason="", at=now)
    return set(follows) | (set(able) - awaited)


def _apply(org: int, ended: Sequence[int], state: str, reason: str, now: datetime) -> None:
    Member.objects.filter(org=org, message__in=ended).update(
        state=MemberState(state),
        reason=reason,
        settled_at=None if state == MemberState.UNKNOWN else now,
    )
    outcome = "waiting" if state == MemberState.UNKNOWN else state
    attempts = SendAttempt.objects.filter(org=org, message__in=ended)
    unsure = state if state == MemberState.UNKNOWN else ""
    attempts.update(outcome=outcome, reason=reason or unsure, at=now)
    if state == MemberState.BLOCKED:
        changed = set(attempts.values_list("execution", flat=True))
        bookkeeping.recount_blocks(org, changed, now)


def _release(org: int, fact: MessageFact) -> None:
    """It never reached anybody: a later ticket brings an invitation, not an addition."""
    tickets = [marks.told(int(each)) for each in fact.context.get("tickets", ())]
    if fact.key.startswith(INVITE):
        mark = Mark.objects.filter(org=org, id=int(fact.key.removeprefix(INVITE))).first()
        if mark is not None:
            marks.release(org, mark.journey_id, fact.contact, [mark.scope, *tickets])
