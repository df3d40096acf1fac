"""Taking messages for sending: one transaction per window, tokens and rows together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from postlude.kernel import boundaries, claims, store
from postlude.messages import breaker, bucket, epoch, months, senders, traits
from postlude.messages.bucket import Bucket
from postlude.messages.models import Message, Outbox, Sender
from postlude.messages.types import Klass, Leased
from postlude.orgs import api as orgs

LEASE_SECONDS = claims.LEASE_SECONDS


@dataclass(frozen=True, slots=True)
class _Room:
    """How many messages a sender may take now, and the month its quota counts in."""

    limit: int
    month: str
    used: int
    probing: bool = False


def lease(
    sender: int, *, owner: str, limit: int, now: datetime, lanes: Collection[int]
) -> list[Leased]:
    """Lease one window, lane 0 before lane 1 before lane 2. A paused sender yields nothing."""
    if not _anything_due(sender, lanes, now) or epoch.held():
        return []
    with store.write():
        taken = _take(sender, owner, limit, now, sorted(lanes))
    if taken:
        boundaries.crossing("messages.leased")
    return read(taken)


def read(messages: Sequence[int]) -> list[Leased]:
    """Describe leased rows, in the order in which they were queued."""
    rows = {row.id: row for row in Outbox.objects.filter(id__in=messages)}
    found = Message.objects.filter(id__in=list(rows)).select_related("sender")
    ordered = sorted(found, key=lambda m: (rows[m.id].lane, rows[m.id].due, m.id))
    return [_leased(message, rows[message.id]) for message in ordered]


def give_back(messages: Sequence[int], *, owner: str) -> int:
    """Return rows that never went to the wire; used at shutdown and when nothing may be sent."""
    with store.write():
        rows = list(
            Outbox.objects.select_for_update()
            .filter(id__in=messages, phase="leased", owner=owner)
            .order_by("id")
        )
        Outbox.objects.filter(id__in=[row.id for row in rows]).update(
            phase="queued", owner="", lease_until=None
        )
        senders.give_back_quota(rows)
    return len(rows)


def _anything_due(sender: int, lanes: Collection[int], now: datetime) -> bool:
    return any(
        Outbox.objects.filter(sender=sender, lane=lane, due__lte=now, phase="queued").exists()
        for lane in sorted(lanes)
    )


def _take(sender: int, owner: str, limit: int, now: datetime, lanes: Sequence[int]) -> list[int]:
    # Locks the sender's row first: leasers of one sender take turns, so tokens never go negative.
    if not Sender.objects.filter(id=sender).update(version=F("version") + 1):
        return []
    row = Sender.objects.get(id=sender)
    room = _room(row, min(limit, row.window, traits.of(row.channel).window), now)
    filled = bucket.refill(_bucket(row), now.timestamp())
    taken: list[int] = []
    for lane in lanes:
        wanted = min(room.limit - len(taken), bucket.available(filled, lane))
        got = _claim(sender, lane, owner, wanted, now) if wanted > 0 else []
        filled = bucket.take(filled, lane, len(got))
        taken += got
    _store(row, filled, room, len(taken), now)
    return taken


def _room(row: Sender, limit: int, now: datetime) -> _Room:
    if row.paused_until is not None and now < row.paused_until:
        return _Room(0, row.quota_month, row.quota_used)
    health = breaker.state(breaker.Breaker(row.failures, row.opened, row.open_until), now)
    if health == "open":
        return _Room(0, row.quota_month, row.quota_used)
    probing = health == "half-open"
    limit = 1 if probing else limit
    if row.quota is None:
        return _Room(limit, row.quota_month, row.quota_used, probing)
    zone = orgs.get(row.org_id).zone
    month = months.month_of(now, zone)
    used = row.quota_used if month == row.quota_month else 0
    if used >= row.quota:
        senders.pause(row, months.next_month(now, zone), "the monthly quota is used up", alarm=True)
    return _Room(max(0, min(limit, row.quota - used)), month, used, probing)


def _claim(sender: int, lane: int, owner: str, count: int, now: datetime) -> list[int]:
    return claims.claim(
        Outbox,
        where="sender_id = %s AND lane = %s AND due <= %s AND phase = 'queued' AND epoch = %s",
        params=(sender, lane, now, epoch.current()),
        order="due, id",
        limit=count,
        owner=owner,
        lease_s=LEASE_SECONDS,
        set={"phase": "leased"},
    )


def _bucket(row: Sender) -> Bucket:
    return Bucket(
        row.rate, row.burst, row.urgent_share, row.tokens, row.urgent_tokens, row.tokens_at
    )


def _store(row: Sender, filled: Bucket, room: _Room, taken: int, now: datetime) -> None:
    if room.probing and taken:  # one probe at a time; a lost one is followed by the next
        Sender.objects.filter(id=row.id).update(open_until=now + breaker.PROBE_PAUSE)
    Sender.objects.filter(id=row.id).update(
        tokens=filled.tokens,
        urgent_tokens=filled.urgent_tokens,
        tokens_at=filled.at,
        quota_month=room.month,
        quota_used=room.used + (taken if row.quota is not None else 0),
    )


def _leased(message: Message, row: Outbox) -> Leased:
    return Leased(
        message=message.id,
        org=message.org_id,
        contact=message.contact,
        sender=message.sender_id,
        channel=message.sender.channel,
        medium=message.channel,
        key=message.key,
        klass=Klass(message.klass),
        lane=row.lane,
        template_version=message.template_version_id,
        locale=message.locale,
        context=message.context,
        deadline=message.deadline,
        attempts=row.attempts,
        testing=message.testing,
        on_quiet=message.on_quiet,
        node=message.node,
        cycle=message.cycle,
    )
