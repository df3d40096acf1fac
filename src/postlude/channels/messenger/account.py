"""One Facebook page, as a sender's settings name it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from postlude.channels.errors import BadSenderSettings
from postlude.kernel import environment

HOST = "https://graph.facebook.com"
VERSION = "v23.0"


@dataclass(frozen=True, slots=True)
class Account:
    """The token is a resolved secret: it rides in the query, so keep addresses out of logs too.

    `kind` is the messaging_type, and `tag` goes with MESSAGE_TAG.
    """

    host: str
    token: str = field(repr=False)
    kind: str = "UPDATE"
    tag: str = ""


def read(settings: Mapping[str, object]) -> Account:
    """Resolve a sender's settings; raise MissingSetting or BadSenderSettings with what to fix."""
    token = _text(settings, "page_token")
    if not token:
        raise BadSenderSettings(setting="page_token")
    base = (_text(settings, "base_url") or HOST).rstrip("/")
    if urlsplit(base).scheme not in ("http", "https"):
        raise BadSenderSettings(setting="base_url")
    tag = _text(settings, "tag")
    version = _text(settings, "version") or VERSION
    return Account(
        host=f"{base}/{version}",
        token=token,
        kind="MESSAGE_TAG" if tag else "UPDATE",
        tag=tag,
    )


def app_secret(settings: Mapping[str, object]) -> str:
    """Return the secret that signs this app's webhooks."""
    return _needed(settings, "app_secret")


def verify_token(settings: Mapping[str, object]) -> str:
    """Return the word by which the app knows, once, that the webhook's address is ours."""
    return _needed(settings, "verify_token")


def _needed(settings: Mapping[str, object], name: str) -> str:
    value = _text(settings, name)
    if not value:
        raise BadSenderSettings(setting=name)
    return value


def _text(settings: Mapping[str, object], name: str) -> str:
    return environment.resolve(str(settings.get(name) or "")).strip()
