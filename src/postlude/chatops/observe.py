"""Gathering what the monitors judge."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings as django_settings

from postlude.access import api as access
from postlude.chatops.monitors import Observation, SenderSeen, SourceSeen
from postlude.chatops.types import AlertSettings
from postlude.collector import api as collector
from postlude.journeys import api as journeys
from postlude.journeys.types import MemberState
from postlude.kernel import inbox, nightly, work
from postlude.messages import api as messages
from postlude.messages.types import SenderStatus
from postlude.sources import api as sources

_FAILED_WITHIN = timedelta(hours=1)


def observe(org: int, settings: AlertSettings, *, now: datetime) -> Observation:
    """Look at one organisation once."""
    late = journeys.late(org, now=now, limit=settings.invitation_late)
    refused = Counter[str]()
    for failure in access.failures(org):
        if failure.refused:
            refused[failure.resource] += max(1, failure.grants)
    return Observation(
        sources=_sources(org, settings, now),
        senders=tuple(_sender(each, now) for each in messages.senders(org)),
        late_invitations=len(late),
        latest_wait=max((now - each.since for each in late), default=timedelta(0)),
        failed_invitations=_failed(org, now),
        refused_resources=dict(refused),
        dead_work=len(work.dead_rows(org)),
        dead_deliveries=len(inbox.dead(org)),
        old_epoch=messages.epoch_status().old_rows,
        hits_lying=collector.left_lying(),
        differing={each.name: each.differing for each in nightly.known(org)},
        wal_bytes=_wal_bytes(),
    )


def _sources(org: int, settings: AlertSettings, now: datetime) -> tuple[SourceSeen, ...]:
    return tuple(
        SourceSeen(each.slug, each.silent_for, settings.source_silent or each.limit)
        for each in sources.status(org, now=now)
    )


def _sender(status: SenderStatus, now: datetime) -> SenderSeen:
    paused = status.paused_until is not None and status.paused_until > now
    stuck = paused or status.breaker == "open"
    waited = now - status.waiting_since if stuck and status.waiting_since else timedelta(0)
    return SenderSeen(
        status.slug,
        paused_for=waited,
        reason=status.pause_reason or status.breaker,
        waiting=status.queued,
        quota_spent=paused and status.quota is not None and status.quota_used >= status.quota,
    )


def _failed(org: int, now: datetime) -> int:
    failed = journeys.members(org, state=MemberState.FAILED, limit=500)
    fresh = now - _FAILED_WITHIN
    return sum(1 for each in failed if each.settled_at is not None and each.settled_at > fresh)


def _wal_bytes() -> int:
    """The write-ahead log lies beside a SQLite file; elsewhere there is none."""
    log = Path(f"{django_settings.DATABASES['default']['NAME']}-wal")
    return log.stat().st_size if log.is_file() else 0
