"""One Mailgun account of an organisation, as a sender's settings name it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from postlude.channels.errors import BadSenderSettings
from postlude.kernel import environment

HOSTS = {"us": "https://api.mailgun.net", "eu": "https://api.eu.mailgun.net"}


@dataclass(frozen=True, slots=True)
class Account:
    """`api_url` ends in `/v3`. The keys are resolved secrets: keep them out of logs."""

    domain: str
    api_url: str
    api_key: str = field(repr=False)
    vendor_tracking: bool = False


def read(settings: Mapping[str, object]) -> Account:
    """Resolve a sender's settings; raise MissingSetting or BadSenderSettings with what to fix."""
    domain = _text(settings, "domain")
    api_key = _text(settings, "api_key")
    if not domain or "/" in domain:
        raise BadSenderSettings(setting="domain")
    if not api_key:
        raise BadSenderSettings(setting="api_key")
    return Account(
        domain=domain,
        api_key=api_key,
        api_url=_api_url(settings),
        vendor_tracking=_text(settings, "tracking") == "vendor",
    )


def signing_key(settings: Mapping[str, object]) -> str:
    """Return the key that signs this account's webhooks."""
    key = _text(settings, "signing_key")
    if not key:
        raise BadSenderSettings(setting="signing_key")
    return key


def _api_url(settings: Mapping[str, object]) -> str:
    base = _text(settings, "base_url") or HOSTS.get(_text(settings, "region") or "us", "")
    if not base:
        raise BadSenderSettings(setting="region")
    if urlsplit(base).scheme not in ("http", "https"):
        raise BadSenderSettings(setting="base_url")
    base = base.rstrip("/")
    return base if base.endswith("/v3") else f"{base}/v3"


def _text(settings: Mapping[str, object], name: str) -> str:
    return environment.resolve(str(settings.get(name) or "")).strip()
