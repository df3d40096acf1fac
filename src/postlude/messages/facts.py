"""Reading: what became of messages."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Min

from postlude.kernel import store
from postlude.messages.models import Attempt, Dispatch, Message, Outbox
from postlude.messages.types import AttemptFact, Delays, Klass, MessageFact, State

_CHUNK = 500
_MOST_DELAYS = 100_000
_NEVER_WENT = (State.BLOCKED, State.CANCELLED, State.EXPIRED, State.FAILED)


def state_of(org: int, messages: Collection[int]) -> dict[int, MessageFact]:
    found: dict[int, MessageFact] = {}
    for chunk in store.chunks(sorted(set(messages)), _CHUNK):
        for fact in _select(org, f"m.id IN ({store.marks(chunk)})", chunk):
            found[fact.id] = fact
    return found


def by_keys(org: int, keys: Collection[str]) -> dict[str, MessageFact]:
    found: dict[str, MessageFact] = {}
    for chunk in store.chunks(sorted(set(keys)), _CHUNK):
        for fact in _select(org, f"m.key IN ({store.marks(chunk)})", chunk):
            found[fact.key] = fact
    return found


def by_provider_ids(org: int, sender: int, provider_ids: Collection[str]) -> dict[str, int]:
    """Return the messages of a sender that a provider knows by these ids of its own.

    Not those of a dispatch: its id is that of all its messages.
    """
    found: dict[str, int] = {}
    for chunk in store.chunks(sorted({each for each in provider_ids if each}), _CHUNK):
        rows = Message.objects.filter(org=org, sender=sender, provider_id__in=chunk)
        found |= rows.filter(dispatch__isnull=True).values_list("provider_id", "id")
    return found


def of_contact(org: int, contact: int, limit: int) -> list[MessageFact]:
    """Newest first."""
    tail = "m.contact = %s ORDER BY m.created_at DESC, m.id DESC LIMIT %s"
    return _select(org, tail, [contact, limit])


def attempts_of(org: int, messages: Collection[int]) -> dict[int, list[AttemptFact]]:
    """Oldest first."""
    found: dict[int, list[AttemptFact]] = defaultdict(list)
    for chunk in store.chunks(sorted(set(messages)), _CHUNK):
        for row in Attempt.objects.filter(org=org, message__in=chunk).order_by("at", "id"):
            found[row.message].append(
                AttemptFact(row.message, row.kind, row.at, row.words, row.provider_id)
            )
    return dict(found)


def waiting() -> int:
    return Outbox.objects.count()


def delays(org: int, *, since: datetime, now: datetime, klass: str | None) -> Delays:
    rows = Message.objects.filter(org=org, testing=False)
    if klass is not None:
        rows = rows.filter(klass=klass)
    accepted = rows.filter(accepted_at__gte=since)
    pairs = accepted.values_list("created_at", "accepted_at")[:_MOST_DELAYS]
    took = sorted((end - begin).total_seconds() for begin, end in pairs if end)
    waiting = rows.filter(id__in=Outbox.objects.filter(org=org).values("id"))
    oldest = waiting.aggregate(oldest=Min("created_at"))["oldest"]
    return Delays(
        accepted=len(took),
        p50_s=_quantile(took, 0.5),
        p95_s=_quantile(took, 0.95),
        longest_s=took[-1] if took else None,
        waiting=waiting.count(),
        oldest_waiting_s=(now - oldest).total_seconds() if oldest else None,
        unknown=rows.filter(state=State.UNKNOWN).count(),
    )


def _quantile(ordered: list[float], share: float) -> float | None:
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def sent_to(
    org: int, sender: int, contact: int, *, before: datetime, provider_id: str
) -> int | None:
    """Return the message of which a vendor tells that knows contacts, not messages.

    With the vendor's id of a dispatch it is the contact's message in it; else the newest that may
    have gone out before then.
    """
    rows = Message.objects.filter(org=org, sender=sender, contact=contact)
    if provider_id:
        known = Dispatch.objects.filter(org=org, sender=sender, provider_id=provider_id)
        rows = rows.filter(dispatch__in=known.values("id"))
    else:
        rows = rows.filter(created_at__lte=before).exclude(state__in=_NEVER_WENT)
    return rows.order_by("-id").values_list("id", flat=True).first()


# No model objects: each step of a mail's way asks how it is. The outbox knows of those under way.
_SELECT = """
    SELECT m.id, m.org_id, m.key, m.klass, m.channel, m.sender_id, m.contact, m.node, m.cycle,
        m.template_version_id, m.locale, m.context, m.testing, COALESCE(o.phase, m.state),
        m.reason, m.created_at, m.deadline, m.accepted_at, m.settled_at, m.provider_id,
        COALESCE(o.attempts, 0), o.due, m.address, m.segments, m.cost,
        m.fallback_of
    FROM messages_message m
    LEFT JOIN messages_outbox o ON o.id = m.id AND m.state = 'queued'
    WHERE m.org_id = %s AND """


def _select(org: int, where: str, values: Sequence[int | str]) -> list[MessageFact]:
    return [_fact(row) for row in store.rows_sql(f"{_SELECT}{where}", [org, *values])]


def _fact(row: tuple[Any, ...]) -> MessageFact:
    context, testing, state, reason, created, deadline = row[11:17]
    accepted, settled, provider_id, attempts, due, address, size, cost, before = row[17:]
    values: list[Any] = [
        *row[:3],
        Klass(row[3]),
        *row[4:11],
        json.loads(context),
        bool(testing),
        State(state),
        reason,
        store.known_instant(created),
        store.known_instant(deadline),
        store.instant(accepted),
        store.instant(settled),
        provider_id,
        attempts,
        store.instant(due),
        address,
        size,
        cost,
        before,
    ]
    return MessageFact(*values)
