"""One Firebase project, as a sender's settings name it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from postlude.channels.errors import BadSenderSettings
from postlude.kernel import environment

HOST = "https://fcm.googleapis.com"


@dataclass(frozen=True, slots=True)
class Account:
    """`credentials` is the key of a service account, a resolved secret: keep it out of logs."""

    project: str
    host: str
    credentials: str = field(repr=False)


def read(settings: Mapping[str, object]) -> Account:
    """Resolve a sender's settings; raise MissingSetting or BadSenderSettings with what to fix.

    Nothing of a key that cannot be read is repeated.
    """
    credentials = _text(settings, "credentials")
    try:
        key = json.loads(credentials)
        named = str(key["project_id"])
        complete = all(key.get(part) for part in ("client_email", "private_key", "token_uri"))
    except (ValueError, KeyError, TypeError, AttributeError):
        named, complete = "", False
    if not complete:
        hint = "Give the whole JSON file of a service account's key, as ${NAME} of the environment."
        raise BadSenderSettings(setting="credentials", hint=hint)
    project = _text(settings, "project") or named
    if not project or "/" in project:
        raise BadSenderSettings(setting="project")
    host = (_text(settings, "base_url") or HOST).rstrip("/")
    if urlsplit(host).scheme not in ("http", "https"):
        raise BadSenderSettings(setting="base_url")
    return Account(project=project, host=host, credentials=credentials)


def _text(settings: Mapping[str, object], name: str) -> str:
    return environment.resolve(str(settings.get(name) or "")).strip()
