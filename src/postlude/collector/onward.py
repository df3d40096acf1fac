"""Where a click leads, and what the page there is told of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from postlude.kernel import clock
from postlude.messages import api as messages
from postlude.orgs import api as orgs
from postlude.tracking import api as tracking

_REMEMBERED_S = 30.0
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Way:
    """Where a link leads. `own`: to a site of the organisation that has a beacon, by somebody who
    lets be kept what they do.
    """

    url: str
    own: bool


class OwnSites:
    """The origins of each organisation's sites, remembered for half a minute."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[float, frozenset[str]]] = {}

    def ways(self, links: Collection[tuple[int, int]]) -> dict[tuple[int, int], Way]:
        """Return where links (message, number) lead; one that leads nowhere is left out."""
        targets = messages.resolve_links(links)
        own = {
            target.message: target.org
            for target in targets.values()
            if origin_of(target.url) in self._of(target.org)
        }
        told = _measured(own) if own else frozenset()
        return {link: Way(it.url, own=it.message in told) for link, it in targets.items()}

    def _of(self, org: int) -> frozenset[str]:
        now = clock.monotonic()
        known = self._known.get(org)
        if known is not None and known[0] > now:
            return known[1]
        keys = [each for each in orgs.write_keys(org) if each.revoked_at is None]
        origins = frozenset(origin for each in keys for origin in each.origins)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[org] = (now + _REMEMBERED_S, origins)
        return origins


def _measured(wanted: Mapping[int, int]) -> frozenset[int]:
    """Return the messages (of whose organisation) of people who let be kept what they do."""
    owners = {
        number: it
        for number, it in messages.owners_of(wanted).items()
        if not it.testing and it.org == wanted[number]
    }
    silent: set[int] = set()
    for org in sorted({each.org for each in owners.values()}):
        contacts = [each.contact for each in owners.values() if each.org == org]
        silent |= tracking.silent(org, contacts, day=orgs.local_day(org, clock.now()))
    return frozenset(number for number, it in owners.items() if it.contact not in silent)


def origin_of(url: str) -> str:
    """Return the origin of an address as write keys have it. Pure."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()


def with_parameter(url: str, name: str, value: str) -> str:
    """Return an address with this parameter; all else stays as it is written. Pure."""
    parts = urlsplit(url)
    others = [part for part in parts.query.split("&") if part and part.partition("=")[0] != name]
    return urlunsplit(parts._replace(query="&".join([*others, urlencode({name: value})])))
