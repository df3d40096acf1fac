"""Every night each cell is counted anew and held against what is stored."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from postlude.kernel import clock, nightly
from postlude.kernel.jobs import Budget
from postlude.kernel.nightly import Portion
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.reports.models import Rebuild
from postlude.reports.rollups.rebuilding import Difference, Part, both, compare, parts

CHECK = "reports"
CONSUMER = "reports"
_DAYS = timedelta(days=31)
"""How many days of a node are one portion."""


def check(budget: Budget) -> int:
    """Go on with the check of the night; return how many days of nodes were looked at."""
    until = nightly.slice_of(budget.spent)
    return sum(check_org(each, until=until) for each in orgs.all_orgs() if not until())


def check_org(org: OrgRef, *, until: nightly.Until, whatever: bool = False) -> int:
    """Go on with the check of one organisation; `whatever`: also by day."""
    local = clock.now().astimezone(ZoneInfo(org.zone))
    walk = partial(_portions, org.id)
    return nightly.walk(org.id, CHECK, walk, local=local, until=until, whatever=whatever)


def _portions(org: int, place: str) -> Iterator[Portion | None]:
    after = _read(place)
    for each in (piece for part in parts(org) for piece in _cut(part)):
        if after is not None and (each.node, each.since) <= after:
            continue
        found = nightly.confirmed(org, CONSUMER, partial(_look, org, each))
        # Whatever is being counted again is not yet what it will be.
        if found is None or (found and Rebuild.objects.filter(org=org).exists()):
            yield None
            return
        days = (each.until - each.since).days + 1
        yield Portion(each.name, days, tuple(_words(it) for it in found))


def _look(org: int, part: Part) -> Collection[Difference]:
    return list(compare(part.node, *both(org, part)))


def _cut(part: Part) -> Iterator[Part]:
    since = part.since
    while since <= part.until:
        end = min(since + _DAYS - timedelta(days=1), part.until)
        yield Part(part.node, since, end)
        since = end + timedelta(days=1)


def _read(place: str) -> tuple[str, date] | None:
    """Return which part a name is of (`Part.name`)."""
    if not place:
        return None
    since, _, node = place.partition("|")
    return node, date.fromisoformat(since)


def _words(each: Difference) -> str:
    return f"{each.node or '–'} {each.day}: {each.what} {each.rollup} for {each.facts}"
