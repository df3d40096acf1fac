"""Every night each order is judged anew and held against what is stored."""

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from postlude.attribution.models import OrderCredit
from postlude.attribution.orders.checking import Difference, recompute
from postlude.attribution.orders.finality import final_before
from postlude.attribution.orders.windows import looked_to, rule_of
from postlude.kernel import clock, nightly
from postlude.kernel.jobs import Budget
from postlude.kernel.nightly import Portion
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef

CHECK = "attribution"
CONSUMER = "credit"


def check(budget: Budget) -> int:
    """Go on with the check of the night; return how many orders were looked at."""
    until = nightly.slice_of(budget.spent)
    return sum(check_org(each, until=until) for each in orgs.all_orgs() if not until())


def check_org(org: OrgRef, *, until: nightly.Until, whatever: bool = False) -> int:
    """Go on with the check of one organisation; `whatever`: also by day."""
    local = clock.now().astimezone(ZoneInfo(org.zone))
    walk = partial(_portions, org.id)
    return nightly.walk(org.id, CHECK, walk, local=local, until=until, whatever=whatever)


def _portions(org: int, place: str) -> Iterator[Portion | None]:
    after = int(place or 0)
    while True:
        looked, last, found = _page(org, after)
        if not looked:
            return
        if found is None:
            yield None
            return
        yield Portion(str(last), looked, tuple(_words(each) for each in found))
        after = last


def _page(org: int, after: int) -> tuple[int, int, tuple[Difference, ...] | None]:
    """Return how many orders a page has, its last one, and what differs; None: not to be said."""
    pages = []

    def look() -> Collection[Difference]:
        one = iter((False, True))
        page = recompute(org, now=clock.now(), after=after, mend=False, stop=lambda: next(one))
        pages.append(page)
        return page.differences

    found = nightly.confirmed(org, CONSUMER, look)
    if found and _under_way(org, clock.now()):
        found = None
    if found:
        found = _settled(found)
    return pages[0].looked_at, pages[0].last, found


def _under_way(org: int, now: datetime) -> bool:
    """Say whether orders wait to be looked at again: by their time, or since the rule changed."""
    rows = OrderCredit.objects.filter(org=org)
    due, stale = (
        rows.filter(look_at__lte=now),
        rows.filter(rule__lt=rule_of(org).version, at__gte=final_before(org)),
    )
    return due.exists() or stale.exists() or looked_to(org) is not None


def _settled(found: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """Leave out orders so young that a page view before them may be told of without news."""
    wanted = [each.order for each in found]
    young = OrderCredit.objects.filter(id__in=wanted, look_at__isnull=False)
    waiting = set(young.values_list("id", flat=True))
    return tuple(each for each in found if each.order not in waiting)


def _words(each: Difference) -> str:
    return f"order {each.uid}: {', '.join(each.names)}"
