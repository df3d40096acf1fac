"""What providers report later, and what becomes of the messages nobody answered for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from postlude.kernel import boundaries, redact, store, wakeup
from postlude.messages import counted, epoch, settle, settling
from postlude.messages.models import Message, Outbox
from postlude.messages.states import stored_sources_of
from postlude.messages.types import (
    Outcome,
    OutcomeKind,
    Receipt,
    ReceiptKind,
    ReceiptResult,
    State,
)

_BECOMES = {
    ReceiptKind.DELIVERED: State.DELIVERED,
    ReceiptKind.COMPLAINED: State.DELIVERED,  # whoever complains has it
    ReceiptKind.BOUNCED: State.BOUNCED,
    ReceiptKind.FAILED: State.BOUNCED,  # taken, then given up by the provider
}
_GRACE = timedelta(days=1)


def record_receipts(org: int, receipts: Sequence[Receipt], *, now: datetime) -> list[ReceiptResult]:
    """Record reports in any order, any number of times; the message only ever moves forward."""
    with store.write():
        owners = _find(org, receipts)
        messages = _lock({number for number in owners if number is not None})
        found = [messages.get(number) if number is not None else None for number in owners]
        new = _note(receipts, found)
        changed = _advance_all(receipts, found, new, now)
    boundaries.crossing("messages.receipts_recorded")
    return [
        ReceiptResult(receipt, message.id, message.contact, moved)
        if message is not None
        else ReceiptResult(receipt, None, None, changed=False)
        for receipt, message, moved in zip(receipts, found, changed, strict=True)
    ]


def unknown_messages(sender: int, *, older_than: datetime, limit: int) -> list[int]:
    """Return parked messages, oldest first, for a channel that can ask its vendor."""
    found = Message.objects.filter(sender=sender, state=State.UNKNOWN, settled_at__lte=older_than)
    return list(found.order_by("settled_at", "id").values_list("id", flat=True)[:limit])


def resolve_unknown(org: int, message: int, outcome: Outcome, *, now: datetime) -> bool:
    """Resolve a parked message by what was found out; False when it is no longer parked.

    `refused` sends it again: only an operator, or a vendor that says it never came, may say so.
    """
    with store.write():
        parked = Message.objects.select_for_update().filter(
            org=org, id=message, state=State.UNKNOWN
        )
        row = parked.first()
        if row is None or outcome.kind == OutcomeKind.UNKNOWN:
            return False
        if outcome.kind == OutcomeKind.ACCEPTED:
            settle.accept([replace(outcome, message=message)], now)
        elif outcome.kind == OutcomeKind.FAILED:
            words = redact.cut(outcome.words)[:300]
            parked.update(state=State.FAILED, reason=words, settled_at=now)
        else:
            _queue_again(row, now)
        kind = f"resolved: {OutcomeKind(outcome.kind)}"
        settling.note([(org, message, kind, now, outcome.words, outcome.provider_id, "")])
        settling.publish(org, [message])
    boundaries.crossing("messages.unknown_resolved")
    return True


def _find(org: int, receipts: Sequence[Receipt]) -> list[int | None]:
    """Return the message of each receipt: by our own id, else by the provider's."""
    ours = {receipt.message for receipt in receipts if receipt.message is not None}
    there = set(Message.objects.filter(org=org, id__in=ours).values_list("id", flat=True))
    return [
        (receipt.message if receipt.message in there else None)
        if receipt.message is not None
        else _by_provider_id(org, receipt)
        for receipt in receipts
    ]


def _by_provider_id(org: int, receipt: Receipt) -> int | None:
    if not receipt.provider_id or receipt.sender is None:
        return None
    found = Message.objects.filter(org=org, sender=receipt.sender, provider_id=receipt.provider_id)
    return found.values_list("id", flat=True).first()


def _lock(numbers: set[int]) -> dict[int, Message]:
    """Lock in the order everybody locks in: outbox rows, then messages, each by id."""
    store.rows_sql(
        f"SELECT id FROM messages_outbox WHERE id IN ({store.marks(numbers)}) "  # noqa: S608 - ours
        f"ORDER BY id {store.locked()}",
        sorted(numbers),
    )
    found = Message.objects.select_for_update().filter(id__in=numbers).order_by("id")
    return {message.id: message for message in found}


def _note(receipts: Sequence[Receipt], found: Sequence[Message | None]) -> list[bool]:
    """Append every report that has a message; say of each whether it is news."""
    pairs = [(r, m) for r, m in zip(receipts, found, strict=True) if m is not None]
    new = iter(settling.note([_attempt(receipt, message) for receipt, message in pairs]))
    return [message is not None and next(new) for message in found]


def _attempt(receipt: Receipt, message: Message) -> tuple[int, int, str, datetime, str, str, str]:
    kind = ReceiptKind(receipt.kind).value
    dedup = f"r:{receipt.event_id or f'{kind}:{receipt.at.isoformat()}'}"[:200]
    return (
        message.org_id,
        message.id,
        kind,
        receipt.at,
        receipt.words,
        receipt.provider_id,
        dedup,
    )


def _advance_all(
    receipts: Sequence[Receipt],
    found: Sequence[Message | None],
    new: Sequence[bool],
    now: datetime,
) -> list[bool]:
    """Move the messages on; the many that were simply delivered in one statement."""
    times = Counter(message.id for message in found if message is not None)
    changed, delivered = [], []
    for receipt, message, is_new in zip(receipts, found, new, strict=True):
        wanted = _BECOMES.get(ReceiptKind(receipt.kind))
        if message is None or not is_new or wanted is None:
            changed.append(False)
        elif times[message.id] == 1 and _simply_delivered(message, receipt):
            delivered.append(message.id)
            changed.append(True)
        else:
            changed.append(_advance(message, wanted, receipt, now))
            if changed[-1] and times[message.id] > 1:
                message.refresh_from_db()
    if delivered:
        Message.objects.filter(id__in=delivered).update(state=State.DELIVERED, reason="")
        Outbox.objects.filter(id__in=delivered).delete()
    told = [it for it, moved in zip(found, changed, strict=True) if moved and it is not None]
    if told:
        counted.tell(told[0].org_id, {(it.day, it.node) for it in told})
    return changed


def _simply_delivered(message: Message, receipt: Receipt) -> bool:
    """Say whether nothing of the message changes but its state; its row is locked by us."""
    taken = message.state == State.ACCEPTED and message.accepted_at and message.provider_id
    return bool(taken) and receipt.kind == ReceiptKind.DELIVERED


def _advance(message: Message, wanted: State, receipt: Receipt, now: datetime) -> bool:
    before = State(message.state)
    words = receipt.words if wanted is State.BOUNCED else ""
    if receipt.kind == ReceiptKind.COMPLAINED:
        words = "complained"
    changed = Message.objects.filter(id=message.id, state__in=stored_sources_of(wanted)).update(
        state=wanted,
        reason=redact.cut(words)[:300],
        accepted_at=message.accepted_at or receipt.at,
        settled_at=message.settled_at if before is State.ACCEPTED else now,
        provider_id=message.provider_id or receipt.provider_id[:255],
    )
    if changed:
        Outbox.objects.filter(id=message.id).delete()  # the provider has it: nothing to send
        if not (before is State.ACCEPTED and wanted is State.DELIVERED):
            settling.publish(message.org_id, [message.id])
    elif receipt.kind == ReceiptKind.COMPLAINED:
        Message.objects.filter(id=message.id).update(reason="complained")
    return bool(changed)


def _queue_again(message: Message, now: datetime) -> None:
    deadline = max(message.deadline, now + _GRACE)
    Message.objects.filter(id=message.id).update(
        state=State.QUEUED, reason="", settled_at=None, deadline=deadline
    )
    Outbox.objects.create(
        id=message.id,
        org_id=message.org_id,
        sender_id=message.sender_id,
        lane=1,
        due=now,
        deadline=deadline,
        epoch=epoch.current(),
    )
    wakeup.nudge()
