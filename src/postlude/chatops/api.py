"""What other rooms may ask of chatops."""

from collections.abc import Iterable

from postlude.chatops import texts
from postlude.chatops.configuration import configure, settings_of
from postlude.chatops.discord.doctor import doctor, examine, interactions_url
from postlude.chatops.discord.registration import register as register_commands
from postlude.chatops.models import Alert, AlertDelivery
from postlude.chatops.requests import failed as failed_answers
from postlude.chatops.requests import waiting
from postlude.chatops.team import configure_discord, discord_settings
from postlude.chatops.types import AlertFact, AlertSettings, DeliveryFact, State
from postlude.kernel.doctor import Finding
from postlude.orgs.types import OrgRef

__all__ = (
    "AlertSettings",
    "configure",
    "configure_discord",
    "discord_settings",
    "doctor",
    "examine_discord",
    "failed_answers",
    "failed_deliveries",
    "interactions_url",
    "open_alerts",
    "register_commands",
    "settings_of",
    "waiting",
)


def examine_discord(org: OrgRef, *, online: bool) -> list[Finding]:
    """Return what is right and wrong with an organisation's Discord application."""
    return examine(org, discord_settings(org.id), online=online)


def open_alerts(org: int) -> list[AlertFact]:
    """Return what is wrong now, oldest first, in the current language."""
    rows = Alert.objects.filter(org_id=org).exclude(state=State.RECOVERED)
    return [_fact(row) for row in rows.order_by("opened_at")]


def failed_deliveries(org: int, *, limit: int = 20) -> list[DeliveryFact]:
    """Return the texts that never reached the team, newest first."""
    rows: Iterable[AlertDelivery] = AlertDelivery.objects.filter(
        org_id=org, state="failed"
    ).order_by("-id")[:limit]
    return [
        DeliveryFact(
            row.id,
            row.alert_id,
            row.occasion,
            row.channel,
            row.state,
            row.attempts,
            row.due,
            row.words,
        )
        for row in rows
    ]


def _fact(row: Alert) -> AlertFact:
    text = texts.describe(row.kind, row.facts)
    return AlertFact(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        state=row.state,
        title=text.title,
        words=text.words,
        hint=text.hint,
        opened_at=row.opened_at,
        last_seen_at=row.last_seen_at,
        notified_at=row.notified_at,
        recovered_at=row.recovered_at,
    )
