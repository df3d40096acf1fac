"""What providers report later, and what becomes of the messages nobody answered for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from postlude.kernel import boundaries, ids, redact, store, wakeup
from postlude.messages import epoch, settle, settling
from postlude.messages.models import Dispatch, Message, Outbox
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
    results = []
    with store.write():
        owners = [_find(org, receipt) for receipt in receipts]
        messages = _lock({number for number in owners if number is not None})
        for receipt, number in zip(receipts, owners, strict=True):
            message = messages.get(number) if number is not None else None
            if message is None:
                results.append(ReceiptResult(receipt, None, None, changed=False))
                continue
            changed = _record(message, receipt, now)
            if changed:
                message.refresh_from_db()
            results.append(ReceiptResult(receipt, message.id, message.contact, changed))
    boundaries.crossing("messages.receipts_recorded")
    return results


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


def record_dispatch(org: int, sender: int, *, provider_id: str, count: int, now: datetime) -> int:
    """Keep one provider call that carried many messages; outcomes name it."""
    number = ids.new_id()
    with store.write():
        store.insert_many(
            Dispatch,
            ("id", "org", "sender", "provider_id", "count", "at"),
            [(number, org, sender, provider_id[:255], count, now)],
        )
    boundaries.crossing("messages.dispatch_recorded")
    return number


def _find(org: int, receipt: Receipt) -> int | None:
    found = Message.objects.filter(org=org)
    if receipt.message is not None:
        found = found.filter(id=receipt.message)
    elif receipt.provider_id and receipt.sender is not None:
        found = found.filter(sender=receipt.sender, provider_id=receipt.provider_id)
    else:
        return None
    return found.values_list("id", flat=True).first()


def _lock(numbers: set[int]) -> dict[int, Message]:
    """Lock in the order everybody locks in: outbox rows, then messages, each by id."""
    list(Outbox.objects.select_for_update().filter(id__in=numbers).order_by("id"))
    found = Message.objects.select_for_update().filter(id__in=numbers).order_by("id")
    return {message.id: message for message in found}


def _record(message: Message, receipt: Receipt, now: datetime) -> bool:
    kind = ReceiptKind(receipt.kind)
    dedup = f"r:{receipt.event_id or f'{kind}:{receipt.at.isoformat()}'}"[:200]
    noted = settling.note(
        [
            (
                message.org_id,
                message.id,
                kind.value,
                receipt.at,
                receipt.words,
                receipt.provider_id,
                dedup,
            )
        ]
    )
    wanted = _BECOMES.get(kind)
    if not noted or wanted is None:
        return False
    return _advance(message, wanted, receipt, now)


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
