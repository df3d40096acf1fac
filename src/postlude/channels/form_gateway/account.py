"""One form gateway, as a sender's settings name it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from postlude.channels import posting
from postlude.channels.errors import BadSenderSettings
from postlude.channels.posting import Place
from postlude.kernel import environment


@dataclass(frozen=True, slots=True)
class Account:
    """`path` is without the key, which is a resolved secret: keep it out of logs and words."""

    place: Place
    path: str
    key: str = field(repr=False)

    @property
    def target(self) -> str:
        """The path that is posted to, with the key in it."""
        return f"{self.path}?{urlencode({'key': self.key})}"


def problems(settings: Mapping[str, object]) -> Iterator[BadSenderSettings]:
    """Yield what is wrong with settings as they are written; references need not be set yet."""
    url = str(settings.get("url") or "")
    if "$" not in url:
        try:
            _address(url)
        except BadSenderSettings as error:
            yield error


def read(settings: Mapping[str, object]) -> Account:
    """Resolve a sender's settings; raise MissingSetting or BadSenderSettings with what to fix."""
    place, path = _address(_text(settings, "url"))
    key = _text(settings, "key")
    if not key:
        raise BadSenderSettings(setting="key")
    return Account(place, path, key)


def _address(url: str) -> tuple[Place, str]:
    place = posting.place(url)
    if place is None or not url.isascii() or any(each.isspace() for each in url):
        raise BadSenderSettings(setting="url", hint="Give the form's address: https://….")
    parts = urlsplit(url)
    if parts.query or parts.username:
        hint = "Give the address without a query and without a login; the key is `key: ${NAME}`."
        raise BadSenderSettings(setting="url", hint=hint)
    return place, parts.path or "/"


def _text(settings: Mapping[str, object], name: str) -> str:
    return environment.resolve(str(settings.get(name) or "")).strip()
