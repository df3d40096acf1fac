"""One SMTP server, as a sender's settings name it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from postlude.channels.errors import BadSenderSettings
from postlude.kernel import environment

_PORTS = {"none": 25, "starttls": 587, "tls": 465}


@dataclass(frozen=True, slots=True)
class Account:
    """`security` is none, starttls or tls."""

    host: str
    port: int
    security: str
    username: str = ""
    password: str = field(default="", repr=False)


def read(settings: Mapping[str, object]) -> Account:
    """Resolve a sender's settings; raise MissingSetting or BadSenderSettings with what to fix."""
    host = _text(settings, "host")
    security = _text(settings, "security") or "none"
    if not host:
        raise BadSenderSettings(setting="host")
    if security not in _PORTS:
        raise BadSenderSettings(setting="security", hint="Use none, starttls or tls.")
    port = _text(settings, "port") or str(_PORTS[security])
    if not port.isdecimal():
        raise BadSenderSettings(setting="port")
    return Account(
        host, int(port), security, _text(settings, "username"), _text(settings, "password")
    )


def _text(settings: Mapping[str, object], name: str) -> str:
    value = settings.get(name)
    return environment.resolve("" if value is None else str(value)).strip()
