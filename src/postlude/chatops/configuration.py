"""An organisation's alert settings, stored as given."""

from datetime import timedelta
from typing import Any

from postlude.chatops import keeping
from postlude.chatops.errors import NotAReference
from postlude.chatops.models import AlertSetting
from postlude.chatops.types import AlertSettings
from postlude.kernel import environment

_SPANS = ("invitation_late", "sender_paused", "remind_every")


def configure(org: int, settings: AlertSettings) -> bool:
    """Set where alerts go; return whether anything changed."""
    _check(settings)
    return keeping.keep(AlertSetting, org, _as_json(settings))


def settings_of(org: int) -> AlertSettings:
    """Return an organisation's settings; the defaults (no channel) when it has none."""
    row = AlertSetting.objects.filter(org_id=org).first()
    if row is None:
        return AlertSettings()
    values: dict[str, Any] = dict(row.definition)
    values["emails"] = tuple(values.get("emails", ()))
    values.update({name: timedelta(seconds=values[name]) for name in _SPANS if name in values})
    silent = values.get("source_silent")
    values["source_silent"] = None if silent is None else timedelta(seconds=silent)
    return AlertSettings(**values)


def _check(settings: AlertSettings) -> None:
    texts = {
        "discord_webhook": settings.discord_webhook,
        "smtp": settings.smtp,
        **{f"emails[{index}]": each for index, each in enumerate(settings.emails)},
    }
    for setting, text in texts.items():
        if text and not environment.is_reference(text):
            raise NotAReference(setting=setting)


def _as_json(settings: AlertSettings) -> dict[str, Any]:
    return {
        "discord_webhook": settings.discord_webhook,
        "emails": list(settings.emails),
        "smtp": settings.smtp,
        "email_from": settings.email_from,
        "source_silent": settings.source_silent.total_seconds() if settings.source_silent else None,
        **{name: getattr(settings, name).total_seconds() for name in _SPANS},
    }
