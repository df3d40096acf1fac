"""The sources of an organisation: set up, looked at, polled when due."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import Max, QuerySet

from postlude.kernel import boundaries, clock, store
from postlude.kernel.errors import AppError
from postlude.kernel.jobs import Budget
from postlude.sources import health, heartbeat
from postlude.sources.errors import BadSource, SourceFailed
from postlude.sources.kktix import polling
from postlude.sources.kktix import settings as kktix_settings
from postlude.sources.kktix.rounds import Tally
from postlude.sources.models import Source
from postlude.sources.shopify import settings as shopify_settings
from postlude.sources.shopify.settings import KIND as SHOPIFY
from postlude.sources.types import PollReport, Shop, SourceStatus

KINDS = ("kktix",)
_USUAL_SECONDS = 120
# A scheduler that calls once an interval must not come a moment too early and wait another one.
_EARLY = timedelta(seconds=2)


def _active() -> QuerySet[Source]:
    """Return the sources that a playbook has and that are polled."""
    return Source.objects.filter(active=True, kind__in=KINDS)


def check_settings(kind: str, slug: str, settings: Mapping[str, Any]) -> None:
    """Raise BadSource for settings that cannot be used; write nothing."""
    if kind not in KINDS:
        raise BadSource(slug=slug, words=f"there is no kind {kind!r}, only {', '.join(KINDS)}")
    kktix_settings.parse(slug, dict(settings))


def define_source(  # noqa: PLR0913 - a source is what it is
    org: int,
    slug: str,
    *,
    kind: str = "kktix",
    settings: Mapping[str, Any],
    poll_every: timedelta = timedelta(seconds=120),
    silent_after: timedelta = timedelta(minutes=10),
    now: datetime,
) -> int:
    """Create or change a source; return its id. What it has seen stays."""
    check_settings(kind, slug, settings)
    values = {
        "kind": kind,
        "settings": dict(settings),
        "poll_seconds": int(poll_every.total_seconds()),
        "silent_seconds": int(silent_after.total_seconds()),
        "active": True,
    }
    with store.write():
        row, created = Source.objects.get_or_create(
            org_id=org, slug=slug, defaults={**values, "since": now}
        )
        if not created:
            Source.objects.filter(id=row.id).update(**values, next_poll_at=None)
    return row.id


def define_shop(
    org: int, slug: str, *, settings: Mapping[str, Any], silent_after: timedelta, now: datetime
) -> int:
    """Create or change a shop that tells of its orders by itself; return its id.

    Raises BadSource for settings that cannot be used, and where another source has the name.
    """
    shopify_settings.parse(slug, dict(settings))
    values = {
        "settings": dict(settings),
        "silent_seconds": int(silent_after.total_seconds()),
        "active": True,
    }
    with store.write():
        row, created = Source.objects.get_or_create(
            org_id=org, slug=slug, defaults={**values, "kind": SHOPIFY, "since": now}
        )
        if row.kind != SHOPIFY:
            raise BadSource(slug=slug, words="another source has this name")
        if not created:
            Source.objects.filter(id=row.id).update(**values)
    boundaries.crossing("sources.shop_defined")
    return row.id


def shops(org: int) -> list[Shop]:
    """Return the shops that tell of their orders by themselves."""
    rows = Source.objects.filter(org=org, kind=SHOPIFY, active=True).order_by("slug")
    return [
        Shop(row.slug, row.kind, str(row.settings.get("shop", "")), row.last_webhook_at)
        for row in rows
    ]


def remove_shop(org: int, slug: str) -> bool:
    """Listen to a shop no more; its orders stay. False: there is none."""
    with store.write():
        rows = Source.objects.filter(org=org, slug=slug, kind=SHOPIFY, active=True)
        found = bool(rows.update(active=False))
    boundaries.crossing("sources.shop_removed")
    return found


def retire(org: int, *, keep: Collection[str]) -> list[str]:
    """Switch off the sources that are not to be kept; return those that were on.

    What they have seen stays; defining one again switches it on and goes on where it stopped.
    """
    with store.write():
        gone = _active().filter(org=org).exclude(slug__in=list(keep))
        slugs = sorted(gone.values_list("slug", flat=True))
        gone.update(active=False)
    return slugs


def slowest_poll(org: int) -> timedelta:
    """Return how long a sale may wait for its poll; the usual interval where nothing is polled."""
    seconds = _active().filter(org=org).aggregate(slowest=Max("poll_seconds"))["slowest"]
    return timedelta(seconds=seconds or _USUAL_SECONDS)


def status(org: int, *, now: datetime | None = None) -> list[SourceStatus]:
    """Return how each source is that is not switched off."""
    at = now or clock.now()
    return [
        SourceStatus(
            id=row.id,
            slug=row.slug,
            kind=row.kind,
            last_success_at=row.last_success_at,
            last_attempt_at=row.last_attempt_at,
            last_webhook_at=row.last_webhook_at,
            last_error=row.last_error,
            silent_for=max(at - (row.last_success_at or row.since), timedelta(0)),
            limit=timedelta(seconds=row.silent_seconds),
            next_poll_at=row.next_poll_at,
            failures=row.failures,
            poll_every=timedelta(seconds=row.poll_seconds),
        )
        for row in _active().filter(org=org).order_by("slug")
    ]


def poll(org: int, *, now: datetime, budget: Budget) -> list[PollReport]:
    """Poll every source of an organisation now, due or not."""
    return [poll_one(row, now=now, budget=budget) for row in _active().filter(org=org)]


def poll_due(budget: Budget) -> int:
    """Poll the sources that are due, of every organisation; return how many changes came."""
    done = 0
    for row in _active().order_by("last_attempt_at"):
        now = clock.now()
        if not _is_due(row, now):
            continue
        if budget.spent():
            break
        done += sum(poll_one(row, now=now, budget=budget).changes.values())
    return done


def _is_due(row: Source, now: datetime) -> bool:
    """Say whether to poll now: also when the next time is further off than any wait can be.

    Then the clock was set back meanwhile, and the sale must not wait for the year it came from.
    """
    if row.next_poll_at is None:
        return True
    early = _EARLY if not row.failures else timedelta(0)
    furthest = health.LONGEST_WAIT + timedelta(seconds=row.poll_seconds)
    return not now + early < row.next_poll_at <= now + furthest


def poll_one(row: Source, *, now: datetime, budget: Budget) -> PollReport:
    """Poll one source and note how it went; never raises for the source's own trouble."""
    started = clock.monotonic()
    tally, failure = Tally(), None
    try:
        config = kktix_settings.parse(row.slug, row.settings)
        tally = polling.poll(row.org_id, row.id, config, now=now, budget=budget)
    except AppError as error:
        failure = error
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - a defect must not stop the other sources
        failure = SourceFailed(source=row.slug, what=type(error).__name__)
    failure = failure or health.worst(tally)
    healthy = failure is None or health.is_partial(tally)
    health.note(row, tally, failure, healthy=healthy, now=now)
    if failure is None and tally.finished:
        heartbeat.beat(config)
    return PollReport(
        row.slug,
        ok=failure is None,
        events=tally.events,
        listed=tally.listed,
        fetched=tally.fetched,
        changes=dict(tally.changes),
        warnings=tuple(warning.words for warning in tally.warnings),
        error=health.words(tally, failure) if failure else "",
        code=failure.code if failure else "",
        trouble=health.trouble(tally, failure) if failure else None,
        seconds=round(clock.monotonic() - started, 3),
        finished=tally.finished,
    )
