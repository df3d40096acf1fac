"""Reading: what became of messages."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Min, QuerySet

from postlude.kernel import store
from postlude.messages.models import Attempt, Dispatch, Message, Outbox
from postlude.messages.types import AttemptFact, Delays, Klass, MessageFact, State

_CHUNK = 500
_MOST_DELAYS = 100_000
_NEVER_WENT = (State.BLOCKED, State.CANCELLED, State.EXPIRED, State.FAILED)


def state_of(org: int, messages: Collection[int]) -> dict[int, MessageFact]:
    found: dict[int, MessageFact] = {}
    for chunk in store.chunks(sorted(set(messages)), _CHUNK):
        for fact in _facts(Message.objects.filter(org=org, id__in=chunk)):
            found[fact.id] = fact
    return found


def by_keys(org: int, keys: Collection[str]) -> dict[str, MessageFact]:
    found: dict[str, MessageFact] = {}
    for chunk in store.chunks(sorted(set(keys)), _CHUNK):
        for fact in _facts(Message.objects.filter(org=org, key__in=chunk)):
            found[fact.key] = fact
    return found


def of_contact(org: int, contact: int, limit: int) -> list[MessageFact]:
    """Newest first."""
    rows = Message.objects.filter(org=org, contact=contact).order_by("-created_at", "-id")
    return _facts(rows[:limit])


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


def _facts(rows: "QuerySet[Message]") -> list[MessageFact]:
    messages = list(rows)
    moving = _moving(message.id for message in messages if message.state == State.QUEUED)
    return [_fact(message, moving.get(message.id)) for message in messages]


def _moving(messages: Iterable[int]) -> dict[int, Outbox]:
    return {row.id: row for row in Outbox.objects.filter(id__in=list(messages))}


def _fact(message: Message, row: Outbox | None) -> MessageFact:
    return MessageFact(
        id=message.id,
        org=message.org_id,
        key=message.key,
        klass=Klass(message.klass),
        channel=message.channel,
        sender=message.sender_id,
        contact=message.contact,
        node=message.node,
        cycle=message.cycle,
        template_version=message.template_version_id,
        locale=message.locale,
        context=message.context,
        testing=message.testing,
        state=State(row.phase) if row is not None else State(message.state),
        reason=message.reason,
        created_at=message.created_at,
        deadline=message.deadline,
        accepted_at=message.accepted_at,
        settled_at=message.settled_at,
        provider_id=message.provider_id,
        attempts=row.attempts if row is not None else 0,
        due=row.due if row is not None else None,
        address=message.address,
    )
