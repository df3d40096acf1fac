"""Taking messages for sending: one transaction per window, tokens and rows together."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from postlude.kernel import boundaries, claims, store
from postlude.messages import breaker, bucket, epoch, months, senders, traits
from postlude.messages.bucket import Bucket
from postlude.messages.models import Outbox, Sender
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


def lease(  # noqa: PLR0913 - who takes how many of what
    sender: int,
    *,
    owner: str,
    limit: int,
    now: datetime,
    lanes: Collection[int],
    windows: int = 1,
) -> list[Leased]:
    """Lease so many windows, lane 0 before lane 1 before lane 2. A paused sender yields nothing."""
    if not _anything_due(sender, lanes, now) or epoch.held():
        return []
    with store.write():
        taken = _take(sender, owner, (limit, windows), now, sorted(lanes))
    if taken:
        boundaries.crossing("messages.leased")
    return read(taken)


def read(messages: Sequence[int]) -> list[Leased]:
    """Describe leased rows, in the order in which they were queued."""
    if not messages:
        return []
    sql = f"{_SELECT} ({store.marks(messages)}) ORDER BY o.lane, o.due, m.id"
    return [_leased(row) for row in store.rows_sql(sql, messages)]


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
        store.rows_sql(
            "SELECT 1 FROM messages_outbox "
            "WHERE sender_id = %s AND lane = %s AND due <= %s AND phase = 'queued' LIMIT 1",
            [sender, lane, now],
        )
        for lane in sorted(lanes)
    )


def _take(
    sender: int, owner: str, wished: tuple[int, int], now: datetime, lanes: Sequence[int]
) -> list[int]:
    # Locks the sender's row first: leasers of one sender take turns, so tokens never go negative.
    if not store.execute(
        "UPDATE messages_sender SET version = version + 1 WHERE id = %s", [sender]
    ):
        return []
    row = Sender.objects.get(id=sender)
    limit, windows = wished
    most = min(limit, row.window, traits.of(row.channel).window) * windows
    room = _room(row, most, now)
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
    store.execute(
        "UPDATE messages_sender SET tokens = %s, urgent_tokens = %s, tokens_at = %s, "
        "quota_month = %s, quota_used = %s WHERE id = %s",
        [
            filled.tokens,
            filled.urgent_tokens,
            filled.at,
            room.month,
            room.used + (taken if row.quota is not None else 0),
            row.id,
        ],
    )


# No model objects: every mail passes here, and needs no more than this.
_SELECT = """
    SELECT m.id, m.org_id, m.contact, m.sender_id, s.channel, m.channel, m.key, m.klass, o.lane,
        m.template_version_id, m.locale, m.context, m.deadline, o.attempts, m.testing, m.on_quiet,
        m.node, m.cycle, o.unsure_since
    FROM messages_outbox o
    JOIN messages_message m ON m.id = o.id
    JOIN messages_sender s ON s.id = m.sender_id
    WHERE o.id IN """


def _leased(row: tuple[Any, ...]) -> Leased:
    context, deadline, attempts, testing, on_quiet, node, cycle, unsure_since = row[11:]
    values: list[Any] = [
        *row[:7],
        Klass(row[7]),
        *row[8:11],
        json.loads(context),
        store.known_instant(deadline),
        attempts,
        bool(testing),
        on_quiet,
        node,
        cycle,
        store.instant(unsure_since),
    ]
    return Leased(*values)
