"""What the provider answered, written down: one commit for a window."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from postlude.kernel import boundaries, redact, store
from postlude.messages import breaker, months, retry, senders, settling, traits
from postlude.messages.errors import UnknownSender
from postlude.messages.models import Message, Outbox, Sender
from postlude.messages.states import stored_sources_of
from postlude.messages.types import Outcome, OutcomeKind, Settled, State
from postlude.orgs import api as orgs

_DEFAULT_REST = 5.0


class _Account(NamedTuple):
    """What settling asks of a sender."""

    id: int
    org_id: int
    channel: str
    failures: int
    opened: int
    open_until: datetime | None


class _Waiting(NamedTuple):
    """An outbox row that is on the wire. No model object: every mail passes here."""

    id: int
    org_id: int
    sender_id: int
    phase: str
    owner: str
    attempts: int
    maybe_sent: bool
    unsure_since: datetime | None
    deadline: datetime


_WAITING = (
    "SELECT id, org_id, sender_id, phase, owner, attempts, maybe_sent, unsure_since, deadline "
    "FROM messages_outbox WHERE id"
)


@dataclass(slots=True)
class _Sorted:
    """Outcomes of one window by what follows from them."""

    ends: dict[State, list[tuple[_Waiting, Outcome]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    again: list[tuple[_Waiting, retry.Decision, bool]] = field(default_factory=list)
    late: list[Outcome] = field(default_factory=list)


def settle_many(sender: int, outcomes: Sequence[Outcome], *, owner: str, now: datetime) -> Settled:
    """Settle a window. An answer that comes after its lease was lost still counts when it can."""
    with store.write():
        account = _account(sender)
        rows = _rows(sender, outcomes, owner)
        decided = _sort(account, outcomes, rows, now)
        for state, pairs in decided.ends.items():
            _finish(state, pairs, now)
        _requeue(decided.again, now)
        late = _take_late(account, decided.late, now)
        _note(account.org_id, outcomes, late, now)
        _health(account, outcomes, now)
    boundaries.crossing("messages.settled")
    count = {state: len(pairs) for state, pairs in decided.ends.items()}
    return Settled(
        accepted=count.get(State.ACCEPTED, 0),
        requeued=len(decided.again),
        failed=count.get(State.FAILED, 0),
        unknown=count.get(State.UNKNOWN, 0),
        expired=count.get(State.EXPIRED, 0),
        ignored=len(decided.late),
    )


def _account(sender: int) -> _Account:
    rows = store.rows_sql(
        "SELECT id, org_id, channel, failures, opened, open_until FROM messages_sender "
        "WHERE id = %s",
        [sender],
    )
    if not rows:
        raise UnknownSender(sender=sender)
    number, org, channel, failures, opened, open_until = rows[0]
    return _Account(number, org, channel, failures, opened, store.instant(open_until))


def _rows(sender: int, outcomes: Sequence[Outcome], owner: str) -> dict[int, _Waiting]:
    wanted = [it.message for it in outcomes]
    sql = f"{_WAITING} {store.among()} ORDER BY id {store.locked()}"
    found = [_read(row) for row in store.rows_sql(sql, [store.many(wanted)])]
    # Everybody locks outbox rows first, then messages, each by id: no two can wait for each other.
    # Who has the outbox row needs no lock on its message.
    if rest := set(wanted) - {row.id for row in found}:
        store.rows_sql(
            f"SELECT id FROM messages_message WHERE id {store.among()} "  # noqa: S608 - ours
            f"ORDER BY id {store.locked()}",
            [store.many(rest)],
        )
    # Whose they are is looked at here: asked in SQL, SQLite reads all that the sender has queued.
    mine = [row for row in found if row.sender_id == sender]
    return {row.id: row for row in mine if not owner or row.owner == owner}


def _read(row: tuple[Any, ...]) -> _Waiting:
    number, org, sender, phase, owner, attempts, maybe_sent, unsure_since, deadline = row
    since, end = store.instant(unsure_since), store.known_instant(deadline)
    return _Waiting(number, org, sender, phase, owner, attempts, bool(maybe_sent), since, end)


def _sort(
    account: _Account, outcomes: Sequence[Outcome], rows: dict[int, _Waiting], now: datetime
) -> _Sorted:
    result = _Sorted()
    channel = traits.of(account.channel)
    for outcome in outcomes:
        row = rows.get(outcome.message)
        kind = OutcomeKind(outcome.kind)
        if row is None or not _may_settle(row, kind):
            result.late.append(outcome)
            continue
        attempts = row.attempts + (0 if outcome.pause_sender else 1)
        situation = retry.Situation(
            kind,
            attempts,
            row.maybe_sent,
            channel.repeatable,
            outcome.pause_sender,
            row.deadline,
            (row.unsure_since or now) + channel.key_life if channel.key_life else None,
        )
        decision = retry.decide(situation, now, random.random(), outcome.retry_after)  # noqa: S311
        if decision.then == "again":
            result.again.append((row, decision, outcome.pause_sender))
        else:
            result.ends[State(decision.then)].append((row, outcome))
    return result


def _may_settle(row: _Waiting, kind: OutcomeKind) -> bool:
    """A leased row never reached the wire; it can only fail (a text that does not render)."""
    return row.phase == "sending" or (row.phase == "leased" and kind is OutcomeKind.FAILED)


def _finish(state: State, pairs: Sequence[tuple[_Waiting, Outcome]], now: datetime) -> None:
    messages = [row.id for row, _ in pairs]
    store.execute(
        f"DELETE FROM messages_outbox WHERE id {store.among()}",  # noqa: S608 - our own SQL
        [store.many(messages)],
    )
    if state is State.ACCEPTED:
        accept([outcome for _, outcome in pairs], now)
    else:
        for row, outcome in pairs:
            Message.objects.filter(id=row.id, state__in=stored_sources_of(state)).update(
                state=state, reason=redact.cut(outcome.words)[:300], settled_at=now
            )
    settling.publish(pairs[0][0].org_id, messages)
    if state in {State.FAILED, State.EXPIRED}:
        senders.give_back_quota([row for row, _ in pairs])


def accept(outcomes: Sequence[Outcome], now: datetime) -> int:
    """Write acceptances in one statement; return how many messages they moved.

    A message that a receipt already moved on keeps its state and learns the provider's id.
    """
    if not outcomes:
        return 0
    rows = [(it.message, it.provider_id[:255], it.dispatch, it.segments) for it in outcomes]
    given, values = store.given(Message, ("id", "provider_id", "dispatch", "segments"), rows)
    sources = stored_sources_of(State.ACCEPTED)
    changed = store.execute(
        f"""
        UPDATE messages_message SET state = %s, reason = '', accepted_at = %s, settled_at = %s,
            provider_id = given.provider_id, dispatch = given.dispatch,
            segments = CASE WHEN given.segments > 0
                THEN given.segments ELSE messages_message.segments END
        FROM {given} WHERE messages_message.id = given.id AND state IN ({store.marks(sources)})
        """,  # noqa: S608 - our own SQL; values are parameters
        [State.ACCEPTED.value, now, now, *values, *sources],
    )
    if changed < len(outcomes):
        store.execute(
            "UPDATE messages_message SET provider_id = given.provider_id "  # noqa: S608 - ours
            f"FROM {given} WHERE messages_message.id = given.id "
            "AND messages_message.provider_id = ''",
            values,
        )
    return changed


def _requeue(again: Sequence[tuple[_Waiting, retry.Decision, bool]], now: datetime) -> None:
    for row, decision, throttled in again:
        store.execute(
            "UPDATE messages_outbox SET phase = 'queued', owner = '', lease_until = NULL, "
            "due = %s, attempts = attempts + %s, maybe_sent = %s, unsure_since = %s WHERE id = %s",
            [
                decision.due,
                0 if throttled else 1,
                decision.maybe_sent,
                (row.unsure_since or now) if decision.maybe_sent else None,
                row.id,
            ],
        )
    senders.give_back_quota([row for row, decision, _ in again if not decision.maybe_sent])


def _take_late(account: _Account, late: Sequence[Outcome], now: datetime) -> set[int]:
    """An acceptance resolves what was parked as unknown meanwhile; the rest is only noted."""
    resolved = []
    for outcome in late:
        waiting = Outbox.objects.filter(id=outcome.message).exists()
        if outcome.kind == OutcomeKind.ACCEPTED and not waiting:
            if accept([outcome], now):
                resolved.append(outcome.message)
        elif outcome.kind == OutcomeKind.ACCEPTED:
            # Taken for lost and about to be repeated (a channel with keys): it went, so it ends.
            Outbox.objects.filter(id=outcome.message).delete()
            accept([outcome], now)
            resolved.append(outcome.message)
    settling.publish(account.org_id, resolved)
    return {outcome.message for outcome in late} - set(resolved)


def _note(org: int, outcomes: Iterable[Outcome], late: set[int], now: datetime) -> None:
    settling.note(
        [
            (
                org,
                it.message,
                f"late {OutcomeKind(part.kind)}" if it.message in late else OutcomeKind(part.kind),
                now,
                part.words,
                part.provider_id,
                "",
            )
            for it in outcomes
            for part in it.parts or (it,)
        ]
    )


def _rest(it: Outcome) -> timedelta:
    return timedelta(seconds=_DEFAULT_REST if it.retry_after is None else it.retry_after)


def _health(account: _Account, outcomes: Sequence[Outcome], now: datetime) -> None:
    asked = [(_rest(it), it.words) for it in outcomes if it.pause_sender]
    if asked:
        rest, words = max(asked, key=lambda each: each[0])
        senders.pause(account, now + rest, redact.cut(words)[:300] or "asked to wait")
    spent = next((it.words for it in outcomes if it.month_used_up), None)
    if spent is not None:
        until = months.after_the_quota(now, orgs.get(account.org_id).zone)
        words = f"the vendor's monthly quota is used up: {redact.cut(spent)}"[:300]
        senders.pause(account, until, words, alarm=True)
    # What the vendor says about one message (FAILED) shows that it is alive; a 429 says nothing.
    worked = {OutcomeKind.ACCEPTED, OutcomeKind.FAILED}
    answers = [OutcomeKind(it.kind) in worked for it in outcomes if not it.pause_sender]
    before = breaker.Breaker(account.failures, account.opened, account.open_until)
    if all(answers) and before == breaker.Breaker():
        return
    locked = Sender.objects.select_for_update().get(id=account.id)
    before = breaker.Breaker(locked.failures, locked.opened, locked.open_until)
    after = breaker.after(before, answers, now)
    Sender.objects.filter(id=account.id).update(
        failures=after.failures, opened=after.opened, open_until=after.open_until
    )
