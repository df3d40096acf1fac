"""Vendor accounts: their speed, their rest, their health."""

import json
import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from django.db.models import Count, F, Min, Q

from postlude.kernel import store, wakeup, work
from postlude.messages import breaker, bucket, epoch
from postlude.messages.errors import BadSender, UnknownSender, UnsafeHeader
from postlude.messages.models import Message, Outbox, Sender
from postlude.messages.types import SenderConfig, SenderStatus

_log = logging.getLogger(__name__)
_MOST_WINDOW = 500
ALARM = "sender.alarm"
PAST = "past"  # of what other systems sent: nothing goes out by it, and no list shows it


class _Accounted(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def org_id(self) -> int: ...


class _Taken(Protocol):
    @property
    def sender_id(self) -> int: ...


def ensure(org: int, slug: str, channel: str, values: Mapping[str, Any]) -> int:
    """Create or change a sender; its tokens, rest and health stay as they are."""
    rate = float(values["rate"])
    burst = int(values["burst"] or max(1, round(rate)))
    window = int(values["window"])
    problem = _problem(rate, burst, window)
    if problem:
        raise BadSender(sender=slug, problem=problem)
    for name in ("from_address", "from_name", "reply_to"):
        if any(sign in values[name] for sign in "\r\n"):
            raise UnsafeHeader(name=name)
    share = bucket.share(float(values["urgent_share"]))
    wanted = {**values, "channel": channel, "burst": burst, "urgent_share": share}
    full = bucket.full(rate, burst, share, 0.0)
    with store.write():
        row, created = Sender.objects.get_or_create(
            org_id=org,
            slug=slug,
            defaults={**wanted, "tokens": full.tokens, "urgent_tokens": full.urgent_tokens},
        )
        if not created:
            Sender.objects.filter(id=row.id).update(**wanted)
    return row.id


def config(row: Sender) -> SenderConfig:
    return SenderConfig(
        id=row.id,
        org=row.org_id,
        slug=row.slug,
        channel=row.channel,
        settings=row.settings,
        rate=row.rate,
        burst=row.burst,
        window=row.window,
        from_address=row.from_address,
        from_name=row.from_name,
        reply_to=row.reply_to,
    )


# Read as they are: each window asks for them several times, and each receipt once.
_CONFIG = (
    'id, org_id, slug, channel, settings, rate, burst, "window", from_address, from_name, reply_to'
)
_WIDTH = 11
_QUEUED = (
    "EXISTS (SELECT 1 FROM messages_outbox o WHERE o.sender_id = s.id AND o.lane = %s "
    "AND o.phase = 'queued' AND o.due <= %s)"
)


def by_id(sender: int) -> SenderConfig:
    return _one("id = %s", [sender], sender)


def by_slug(org: int, slug: str) -> SenderConfig:
    return _one("org_id = %s AND slug = %s", [org, slug], slug)


def _one(where: str, values: Sequence[int | str], asked: int | str) -> SenderConfig:
    rows = store.rows_sql(
        f"SELECT {_CONFIG} FROM messages_sender WHERE {where}",  # noqa: S608 - our own SQL
        values,
    )
    if not rows:
        raise UnknownSender(sender=asked)
    return _config(rows[0])


def _config(row: tuple[Any, ...]) -> SenderConfig:
    number, org, slug, channel, settings, *rest = row
    return SenderConfig(number, org, slug, channel, json.loads(settings), *rest)


def due(
    now: datetime, *, channels: Collection[str] | None, lanes: Collection[int] | None
) -> list[SenderConfig]:
    """Return senders that have something to send and may; those with urgent messages first."""
    if epoch.held():
        return []
    ordered = sorted(lanes if lanes is not None else (0, 1, 2))
    queued = ", ".join([_QUEUED] * len(ordered))
    where = "" if channels is None else f" AND channel IN ({store.marks(channels)})"
    rows = store.rows_sql(
        f"SELECT {_CONFIG}, {queued} FROM messages_sender s "  # noqa: S608 - our own SQL
        "WHERE (paused_until IS NULL OR paused_until <= %s) "
        f"AND (open_until IS NULL OR open_until <= %s){where} ORDER BY id",
        [*(each for lane in ordered for each in (lane, now)), now, now, *(channels or ())],
    )
    first = [(row[_WIDTH:].index(True), row) for row in rows if any(row[_WIDTH:])]
    return [_config(row[:_WIDTH]) for _, row in sorted(first, key=lambda each: each[0])]


def status(org: int, now: datetime) -> list[SenderStatus]:
    held = epoch.held()
    waiting = {
        sender: (count, oldest)
        for sender, count, oldest in Outbox.objects.filter(org=org)
        .values_list("sender_id")
        .annotate(Count("id"), Min("due"))
    }
    since = _waiting_since(org, now)
    return [
        SenderStatus(
            id=row.id,
            org=row.org_id,
            slug=row.slug,
            channel=row.channel,
            paused_until=row.paused_until,
            pause_reason="restored: waits for an operator's yes" if held else row.pause_reason,
            breaker=_health(row, now),
            failures=row.failures,
            quota=row.quota,
            quota_used=row.quota_used,
            queued=waiting.get(row.id, (0, None))[0],
            oldest_due=waiting.get(row.id, (0, None))[1],
            waiting_since=since.get(row.id),
        )
        for row in Sender.objects.filter(org=org).exclude(channel=PAST).order_by("slug")
    ]


def _waiting_since(org: int, now: datetime) -> dict[int, datetime]:
    """Return when the oldest message was decided that would be gone but for its sender's rest.

    Not its `due`: that moves with each try, so a sender that is refused for hours would never
    seem to have kept anybody waiting.
    """
    held_up = Outbox.objects.filter(org=org).filter(
        Q(due__lte=now) | Q(due__lte=F("sender__paused_until"))
    )
    oldest = dict(held_up.values_list("sender_id").annotate(Min("id")))
    decided = dict(
        Message.objects.filter(org=org, id__in=oldest.values()).values_list("id", "created_at")
    )
    return {sender: decided[message] for sender, message in oldest.items() if message in decided}


def resume(org: int, sender: int) -> None:
    """End a rest by hand, and trust the vendor again."""
    with store.write():
        Sender.objects.filter(org=org, id=sender).update(
            paused_until=None, pause_reason="", failures=0, opened=0, open_until=None
        )
        wakeup.nudge()


def pause(row: _Accounted, until: datetime, reason: str, *, alarm: bool = False) -> None:
    """Let a sender rest until then, in the caller's transaction; never shortens a rest."""
    changed = (
        Sender.objects.filter(id=row.id)
        .filter(Q(paused_until__isnull=True) | Q(paused_until__lt=until))
        .update(paused_until=until, pause_reason=reason)
    )
    if changed and alarm:
        _log.error("a sender is paused", extra={"sender": row.id, "reason": reason})
        work.publish(ALARM, row.org_id, [str(row.id)])


def give_back_quota(rows: Sequence[_Taken]) -> None:
    """Messages that were taken and did not go do not count."""
    for sender, count in Counter(row.sender_id for row in rows).items():
        Sender.objects.filter(id=sender, quota__isnull=False, quota_used__gte=count).update(
            quota_used=F("quota_used") - count
        )


def report_cursor(sender: int) -> dict[str, Any]:
    """Return how far the reports of the vendor have been read."""
    found = Sender.objects.filter(id=sender).values_list("reports", flat=True).first()
    return dict(found or {})


def keep_report_cursor(sender: int, cursor: Mapping[str, Any]) -> None:
    with store.write():
        Sender.objects.filter(id=sender).update(reports=dict(cursor))


def _health(row: Sender, now: datetime) -> Literal["closed", "open", "half-open"]:
    return breaker.state(breaker.Breaker(row.failures, row.opened, row.open_until), now)


def _problem(rate: float, burst: int, window: int) -> str:
    if rate <= 0:
        return "rate must be above 0 messages a second"
    if burst < 1:
        return "burst must be at least 1"
    if not 1 <= window <= _MOST_WINDOW:
        return f"window must be between 1 and {_MOST_WINDOW}"
    return ""
