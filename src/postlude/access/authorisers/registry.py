"""Which kinds of resources there are; one more kind is one more folder and one more line."""

from postlude.access.authorisers.discord_role.authoriser import DiscordRole
from postlude.access.authorisers.gather.authoriser import Gather
from postlude.access.authorisers.manual.authoriser import Manual
from postlude.access.authorisers.types import Asks, Authoriser, Dismisses
from postlude.access.authorisers.youtube.authoriser import YouTube
from postlude.access.errors import UnknownKind

_authorisers: dict[str, Authoriser] = {}


def register(authoriser: Authoriser) -> None:
    """Add a kind."""
    _authorisers[authoriser.kind] = authoriser


def of(kind: str, *, resource: str = "") -> Authoriser:
    """Return the authoriser of a kind; raise UnknownKind."""
    if kind not in _authorisers:
        raise UnknownKind(kind=kind, resource=resource, known=", ".join(kinds()))
    return _authorisers[kind]


def kinds() -> list[str]:
    """Return the known kinds."""
    return sorted(_authorisers)


def asking() -> list[str]:
    """Return the kinds that know people by an answer of the form."""
    return sorted(kind for kind, each in _authorisers.items() if isinstance(each, Asks))


def dismisser(kind: str) -> Dismisses | None:
    """Return the authoriser of a kind, if it can put people out by itself."""
    each = _authorisers.get(kind)
    return each if isinstance(each, Dismisses) else None


register(DiscordRole())
register(Gather())
register(Manual())
register(YouTube())
