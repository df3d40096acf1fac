"""One LINE channel (an official account's API), as a sender's settings name it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from postlude.channels.errors import BadSenderSettings
from postlude.kernel import environment

HOST = "https://api.line.me"


@dataclass(frozen=True, slots=True)
class Account:
    """The token is a resolved secret: keep it out of logs. `host` has no slash at its end."""

    host: str
    token: str = field(repr=False)
    silent: bool = False


def read(settings: Mapping[str, object], *, host: str = HOST) -> Account:
    """Resolve a sender's settings; raise MissingSetting or BadSenderSettings with what to fix.

    An empty `host` says that the address has to be given.
    """
    token = _text(settings, "token")
    if not token or not token.isascii() or not token.isprintable():
        raise BadSenderSettings(setting="token")
    base = (_text(settings, "base_url") or host).rstrip("/")
    if urlsplit(base).scheme not in ("http", "https"):
        raise BadSenderSettings(setting="base_url")
    return Account(host=base, token=token, silent=settings.get("silent") is True)


def channel_secret(settings: Mapping[str, object]) -> str:
    """Return the secret that signs this channel's webhooks."""
    secret = _text(settings, "channel_secret")
    if not secret:
        raise BadSenderSettings(setting="channel_secret")
    return secret


def _text(settings: Mapping[str, object], name: str) -> str:
    return environment.resolve(str(settings.get(name) or "")).strip()
