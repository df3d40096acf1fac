"""One every8d account, as a sender's settings name it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from postlude.channels import posting
from postlude.channels.errors import BadSenderSettings
from postlude.channels.posting import Place
from postlude.kernel import environment

BASE_URL = "https://api.e8d.tw"
_API = "/API21/HTTP"


@dataclass(frozen=True, slots=True)
class Account:
    """`uid` and `password` are resolved secrets: keep them out of logs and words."""

    place: Place
    prefix: str
    uid: str = field(repr=False)
    password: str = field(repr=False)

    @property
    def login(self) -> dict[str, str]:
        """The part of each form that says whose account it is."""
        return {"UID": self.uid, "PWD": self.password}

    def path(self, page: str) -> str:
        """Return where a page of the API is on the server."""
        return f"{self.prefix}{_API}/{page}"


def problems(settings: Mapping[str, object]) -> Iterator[BadSenderSettings]:
    """Yield what is wrong with settings as they are written; references need not be set yet."""
    url = str(settings.get("base_url") or "")
    if "$" not in url:
        try:
            _address(url)
        except BadSenderSettings as error:
            yield error


def read(settings: Mapping[str, object]) -> Account:
    """Resolve a sender's settings; raise MissingSetting or BadSenderSettings with what to fix."""
    place, prefix = _address(_text(settings, "base_url"))
    uid, password = _text(settings, "uid"), _text(settings, "password")
    if not uid:
        raise BadSenderSettings(setting="uid")
    if not password:
        raise BadSenderSettings(setting="password")
    return Account(place, prefix, uid, password)


def _address(url: str) -> tuple[Place, str]:
    url = url or BASE_URL
    place = posting.place(url)
    parts = urlsplit(url) if place is not None else None
    if place is None or parts is None or parts.query or not url.isascii() or " " in url:
        hint = f"Leave it out for {BASE_URL}, or give another server: https://…."
        raise BadSenderSettings(setting="base_url", hint=hint)
    return place, parts.path.rstrip("/")


def _text(settings: Mapping[str, object], name: str) -> str:
    return environment.resolve(str(settings.get(name) or "")).strip()
