"""One account at an ESP, as a sender's settings name it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from postlude.channels.anymail_esp.esps import ESPS, Esp
from postlude.channels.errors import BadSenderSettings
from postlude.kernel import environment


@dataclass(frozen=True, slots=True)
class Account:
    """`keys` and `options` are resolved: keep them out of logs. No `api_url`: the ESP's own."""

    name: str
    keys: tuple[tuple[str, str], ...] = field(repr=False)
    api_url: str = ""
    vendor_tracking: bool = False

    @property
    def esp(self) -> Esp:
        """What is particular to this ESP."""
        return ESPS[self.name]


@dataclass(frozen=True, slots=True)
class Trust:
    """By what a webhook is believed; secrets: keep them out of logs."""

    name: str
    settings: tuple[tuple[str, str], ...] = field(repr=False)


def problems(settings: Mapping[str, object]) -> Iterator[BadSenderSettings]:
    """Yield what is missing or wrong, resolving no secret."""
    name = str(settings.get("esp") or "")
    if name not in ESPS:
        hint = "Mailgun has a channel of its own: `via: mailgun`." if name == "mailgun" else ""
        yield BadSenderSettings(setting="esp", hint=hint or f"One of: {', '.join(ESPS)}.")
        return
    esp = ESPS[name]
    for key in esp.keys:
        if not settings.get(key):
            hint = f"{esp.label} needs {' and '.join(f'`{k}: ${{NAME}}`' for k in esp.keys)}."
            yield BadSenderSettings(setting=key, hint=hint)
    if esp.needs_url and not settings.get("base_url"):
        hint = f"{esp.label} has an address by data centre: give the API's as `base_url`."
        yield BadSenderSettings(setting="base_url", hint=hint)
    yield from _problems_of_trust(esp, settings)


def read(settings: Mapping[str, object]) -> Account:
    """Resolve a sender's settings; raise MissingSetting or BadSenderSettings with what to fix."""
    for problem in problems(settings):
        raise problem
    name = str(settings["esp"])
    esp = ESPS[name]
    keys = {key: _text(settings, key) for key in (*esp.keys, *esp.options)}
    for key in esp.keys:
        if not keys[key]:
            raise BadSenderSettings(setting=key)
    url = _text(settings, "base_url")
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise BadSenderSettings(setting="base_url")
    return Account(
        name=name,
        keys=tuple((key, value) for key, value in keys.items() if value),
        api_url=url,
        vendor_tracking=_text(settings, "tracking") == "vendor",
    )


def trust(settings: Mapping[str, object]) -> Trust:
    """Resolve by what a webhook of this sender is believed; raise where that is nothing."""
    for problem in problems(settings):
        raise problem
    esp = ESPS[str(settings["esp"])]
    secret = _text(settings, "webhook_secret")
    if secret and (secret.startswith(":") or not secret.partition(":")[2]):
        raise BadSenderSettings(setting="webhook_secret", hint="It is `user:password`, both.")
    found = {"webhook_secret": secret}
    if esp.signature:
        found[esp.signature] = _text(settings, _signature_setting(esp))
    given = {name: value for name, value in found.items() if value}
    if not given or (esp.always_signed and esp.signature not in given):
        raise BadSenderSettings(setting="signing_key" if esp.signature else "webhook_secret")
    return Trust(str(settings["esp"]), tuple(given.items()))


def _problems_of_trust(esp: Esp, settings: Mapping[str, object]) -> Iterator[BadSenderSettings]:
    """A webhook that nobody checks is open to everybody, so something has to be given."""
    signed = bool(esp.signature and settings.get(_signature_setting(esp)))
    if esp.always_signed and not signed:
        hint = f"{esp.label} signs its webhooks: give the key as `signing_key: ${{NAME}}`."
        yield BadSenderSettings(setting="signing_key", hint=hint)
    elif settings.get("signing_key") and not esp.signature:
        hint = f"{esp.label} has none that is checked; give `webhook_secret: ${{NAME}}` instead."
        yield BadSenderSettings(setting="signing_key", hint=hint)
    elif not signed and not settings.get("webhook_secret"):
        hint = "Give `webhook_secret: ${NAME}`: user:password that stand in the webhook's address."
        yield BadSenderSettings(setting="webhook_secret", hint=hint)


def _signature_setting(esp: Esp) -> str:
    return "api_key" if esp.signature == "api_key" else "signing_key"


def _text(settings: Mapping[str, object], name: str) -> str:
    return environment.resolve(str(settings.get(name) or "")).strip()
