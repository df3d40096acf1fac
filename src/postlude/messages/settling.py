"""Ending a message: the outbox row goes, the message says how it ended, and whoever waits is told.

All of it in the caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from postlude.kernel import ids, redact, store, work
from postlude.messages import counted
from postlude.messages.models import Attempt, Message, Outbox
from postlude.messages.states import stored_sources_of
from postlude.messages.types import State

TOPIC = "message.settled"
_ATTEMPT = ("id", "org", "message", "kind", "at", "words", "provider_id", "dedup")


def end(rows: Sequence[Outbox], state: State, *, reason: str, now: datetime) -> None:
    """End these messages; those that may already have left become `unknown` instead."""
    unsure = [row for row in rows if row.maybe_sent]
    sure = [row for row in rows if not row.maybe_sent]
    _end_as(sure, state, reason, now)
    _end_as(unsure, State.UNKNOWN, f"{reason}; an earlier try had no answer", now)


def publish(org: int, messages: Sequence[int]) -> None:
    if messages:
        work.publish(TOPIC, org, [str(message) for message in messages])
        counted.tell_of(org, messages)


def note(rows: Sequence[tuple[int, int, str, datetime, str, str, str]]) -> list[bool]:
    """Append (org, message, kind, at, words, provider_id, dedup); say of each whether it is new.

    An empty dedup never repeats. Words lose personal data here, the one door to the table.
    """
    full = []
    for org, message, kind, at, words, provider_id, dedup in rows:
        fresh = ids.new_id()
        cut = redact.cut(words)[:300]
        full.append((fresh, org, message, kind, at, cut, provider_id[:255], dedup or f"a{fresh}"))
    if not full:
        return []
    if not any(row[-1] for row in rows):
        store.insert_many(Attempt, _ATTEMPT, full)
        return [True] * len(full)
    new = set(store.insert_ignore(Attempt, _ATTEMPT, full, conflict=("org", "message", "dedup")))
    return [row[0] in new for row in full]


def _end_as(rows: Sequence[Outbox], state: State, reason: str, now: datetime) -> None:
    if not rows:
        return
    messages = [row.id for row in rows]
    Outbox.objects.filter(id__in=messages).delete()
    Message.objects.filter(id__in=messages, state__in=stored_sources_of(state)).update(
        state=state, reason=redact.cut(reason)[:300], settled_at=now
    )
    ordered = sorted(rows, key=lambda row: row.org_id)
    for org, group in groupby(ordered, key=lambda row: row.org_id):
        publish(org, [row.id for row in group])
