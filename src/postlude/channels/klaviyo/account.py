"""One Klaviyo account of an organisation, as a sender's settings name it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from postlude.channels.errors import BadSenderSettings
from postlude.kernel import environment

HOST = "https://a.klaviyo.com"
# What the pinned SDK speaks. `campaigns` knows the shape of the next revision too.
REVISION = "2026-07-15"
REVISIONS = (REVISION, "2026-10-15")
LISTS_A_DAY = 150
DEFAULT_METRIC = "Postlude message"


@dataclass(frozen=True, slots=True)
class Account:
    """The key is a resolved secret: keep it out of logs. `host` has no slash at its end."""

    host: str
    api_key: str = field(repr=False)
    revision: str = REVISION
    metric: str = DEFAULT_METRIC
    lists_a_day: int = LISTS_A_DAY


def read(settings: Mapping[str, object]) -> Account:
    """Resolve a sender's settings; raise MissingSetting or BadSenderSettings with what to fix."""
    api_key = _text(settings, "api_key")
    if not api_key:
        raise BadSenderSettings(setting="api_key")
    host = (_text(settings, "base_url") or HOST).rstrip("/")
    if urlsplit(host).scheme not in ("http", "https"):
        raise BadSenderSettings(setting="base_url")
    revision = _text(settings, "revision") or REVISION
    if revision not in REVISIONS:
        raise BadSenderSettings(setting="revision", hint=f"Use one of: {', '.join(REVISIONS)}.")
    lists_a_day = _text(settings, "lists_a_day") or str(LISTS_A_DAY)
    if not lists_a_day.isdecimal():
        raise BadSenderSettings(setting="lists_a_day", hint="Give a whole number, such as 150.")
    return Account(
        host=host,
        api_key=api_key,
        revision=revision,
        metric=_text(settings, "metric") or DEFAULT_METRIC,
        lists_a_day=int(lists_a_day),
    )


def webhook_secret(settings: Mapping[str, object]) -> str:
    """Return the secret that signs this account's webhooks."""
    secret = _text(settings, "webhook_secret")
    if not secret:
        raise BadSenderSettings(setting="webhook_secret")
    return secret


def _text(settings: Mapping[str, object], name: str) -> str:
    value = settings.get(name)
    return environment.resolve("" if value is None else str(value)).strip()
