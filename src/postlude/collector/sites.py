"""Which site a write key is of; asked for by every hit, so it is remembered for half a minute."""

from dataclasses import dataclass

from postlude.collector.threads import Readers
from postlude.kernel import clock
from postlude.orgs import api as orgs

_REMEMBERED_S = 30.0
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Site:
    """Whose hits these are, and from which origins they may come."""

    org: int
    origins: frozenset[str]
    currency: str
    orders_close: bool


class Sites:
    """The sites by their write keys; a key that is nobody's is remembered as well."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._known: dict[str, tuple[float, Site | None]] = {}

    async def of(self, key: str) -> Site | None:
        """Return the site of a write key in force."""
        now = clock.monotonic()
        known = self._known.get(key)
        if known is not None and known[0] > now:
            return known[1]
        site = await self._readers.run(lambda: _look_up(key))
        if len(self._known) >= _MOST:  # somebody guesses keys
            self._known.clear()
        self._known[key] = (now + _REMEMBERED_S, site)
        return site

    def remembered(self, key: str) -> Site | None:
        """Return the site of a key where that is known without asking."""
        known = self._known.get(key)
        return known[1] if known is not None and known[0] > clock.monotonic() else None


def _look_up(key: str) -> Site | None:
    found = orgs.write_key(key)
    if found is None:
        return None
    return Site(found.org, found.origins, orgs.get(found.org).currency, found.orders_close)
