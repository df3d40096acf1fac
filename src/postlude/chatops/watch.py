"""Look at every organisation, keep its alerts, and put into the queue what the team must hear."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings as django_settings

from postlude.chatops import monitors, news, texts
from postlude.chatops.configuration import settings_of
from postlude.chatops.models import Alert, AlertDelivery
from postlude.chatops.monitors import Change, Known, Limits
from postlude.chatops.observe import observe
from postlude.chatops.types import AlertSettings, Kind, Occasion, State
from postlude.kernel import boundaries, ids, store, wakeup
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef

# A recovery that nobody heard of yet is not worth a row for ever.
_KEEP = timedelta(days=90)


def watch_all(now: datetime) -> int:
    """Look at every organisation once; return how many texts were put into the queue."""
    return sum(watch(each, now=now) + news.tell(each, now=now) for each in orgs.all_orgs())


def watch(org: OrgRef, *, now: datetime) -> int:
    """Look at one organisation."""
    settings = settings_of(org.id)
    limits = Limits(settings.invitation_late, settings.sender_paused, settings.remind_every)
    found = monitors.findings(observe(org.id, settings, now=now), limits)
    known = [_known(row) for row in Alert.objects.filter(org_id=org.id, kind__in=list(Kind))]
    steps = monitors.changes(known, found, limits=limits, now=now)
    if not steps:
        return 0
    with store.write():
        told = sum(_apply(org, step, settings, now) for step in steps)
        if told:
            wakeup.nudge()
    boundaries.crossing("chatops.alerts_recorded")
    return told


def forget(now: datetime) -> int:
    """Delete alerts that have been over for 90 days."""
    with store.write():
        # News has no recovery, and its row is what keeps it from being told again.
        over = Alert.objects.filter(state=State.RECOVERED, recovered_at__lt=now - _KEEP)
        return over.delete()[0]


def _known(row: Alert) -> Known:
    return Known(Kind(row.kind), row.subject, State(row.state), row.opened_at, row.notified_at)


def _apply(org: OrgRef, step: Change, settings: AlertSettings, now: datetime) -> int:
    row = _row(org.id, step, now)
    row.state = step.state
    if step.finding is not None:
        row.facts = dict(step.finding.facts)
        row.last_seen_at = now
        if step.reopened:
            row.opened_at, row.recovered_at = now, None
    else:
        row.recovered_at = now
    channels = _channels(settings)
    if step.tell is not None:
        row.told += 1
        if step.tell != Occasion.RECOVERED:
            row.notified_at = now
    row.save()
    return _enqueue(org, row, step.tell, channels, now) if step.tell else 0


def _row(org: int, step: Change, now: datetime) -> Alert:
    row = Alert.objects.filter(org_id=org, kind=step.kind, subject=step.subject).first()
    return row or Alert(
        id=ids.new_id(),
        org_id=org,
        kind=step.kind,
        subject=step.subject,
        opened_at=now,
        last_seen_at=now,
    )


def _channels(settings: AlertSettings) -> list[str]:
    wanted = {"discord": settings.discord_webhook, "email": settings.emails}
    return [name for name, target in wanted.items() if target]


def _enqueue(
    org: OrgRef, row: Alert, occasion: Occasion, channels: Sequence[str], now: datetime
) -> int:
    link = f"{django_settings.POSTLUDE_BASE_URL}/org/{org.slug}/attention/"
    text = texts.compose(row.kind, row.facts, occasion, locale=org.locale, link=link)
    rows = [
        (
            ids.new_id(),
            org.id,
            row.id,
            row.told,
            name,
            occasion.value,
            text,
            "queued",
            0,
            now,
            "",
            "",
        )
        for name in channels
    ]
    columns = ("id", "org", "alert", "number", "channel", "occasion", "text", "state", "attempts")
    new = store.insert_ignore(
        AlertDelivery,
        (*columns, "due", "owner", "words"),
        rows,
        conflict=("org", "alert", "number", "channel"),
    )
    return len(new)
