"""The cost report, as it stands now. Nothing is kept of it, so it is never out of date."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Sum

from postlude.kernel import clock
from postlude.orgs import api as orgs
from postlude.reports.channel.report import channel as channel_report
from postlude.reports.cost.billing import Went, bill
from postlude.reports.models import Count
from postlude.reports.queries import ask
from postlude.reports.rollups.types import SENT
from postlude.reports.types import channel as channels
from postlude.reports.types.cost import ALWAYS, Asked, Basis, Bill, CostReport

_SUMS = ("n", "segments", "cost", "priced", "priced_segments")


@dataclass(slots=True)
class _Income:
    orders: int = 0
    revenue: Counter[str] = field(default_factory=Counter)


def cost(org: int, asked: Asked, *, now: datetime | None = None) -> CostReport:
    """Count what the channels cost on these days, and what they brought."""
    ref, fees = orgs.get(org), orgs.fees(org)
    went = _went(org, asked)
    used = [name for name in channels.CHANNELS if name in {*ALWAYS, *went, *fees.by_name}]
    used += sorted(set(went) - set(used))
    names = [name for name in used if not asked.channels or name in asked.channels]
    income, whole = _income(org, asked, names)
    bills = {
        name: _with(bill(name, went.get(name, ()), fees, ref.currency), income[name], ref.currency)
        for name in names
    }
    total = _with(_added(bills.values()), whole, ref.currency)
    return CostReport(asked, ref.zone, ref.currency, now or clock.now(), bills, total)


def _went(org: int, asked: Asked) -> Mapping[str, list[Went]]:
    days = (asked.since, asked.until)
    rows = Count.objects.filter(org=org, day__range=days, what__in=sorted(SENT))
    found: defaultdict[str, list[Went]] = defaultdict(list)
    sums = [Sum(name) for name in _SUMS]
    for name, testing, *figures in (
        rows.values_list("channel", "testing").annotate(*sums).order_by("channel", "testing")
    ):
        found[name].append(Went(testing, *figures))
    return found


def _income(
    org: int, asked: Asked, names: Collection[str]
) -> tuple[Mapping[str, _Income], _Income]:
    by_basis: Mapping[Basis, Callable[..., tuple[Mapping[str, _Income], _Income]]] = {
        Basis.ORDER: _by_order,
        Basis.SEND: _by_send,
    }
    return by_basis[asked.basis](org, asked, names)


def _by_order(
    org: int, asked: Asked, names: Collection[str]
) -> tuple[Mapping[str, _Income], _Income]:
    begin = orgs.day_bounds(org, asked.since)[0]
    end = orgs.day_bounds(org, asked.until)[1]
    found: defaultdict[str, _Income] = defaultdict(_Income)
    whole = _Income()
    given = {"org": org, "begin": begin, "end": end, "orders": asked.orders.pattern}
    rows = ask("sum_credited", given)
    for opened, clicked, currency, orders, amount in rows:
        mine = {opened, clicked} & set(names)
        for it in [*(found[name] for name in mine), *([whole] if mine else [])]:
            it.orders += orders
            it.revenue[currency] += amount
    return found, whole


def _by_send(
    org: int, asked: Asked, names: Collection[str]
) -> tuple[Mapping[str, _Income], _Income]:
    def of(some: Iterable[str]) -> _Income:
        cohort = channels.Asked(
            asked.since, asked.until, tuple(some), basis=channels.Basis.SEND, orders=asked.orders
        )
        it = channel_report(org, cohort).total.open_orders
        return _Income(it.orders.total, Counter(it.revenue))

    return {name: of([name]) for name in names}, of(names)


def _with(it: Bill, income: _Income, currency: str) -> Bill:
    others = {name: minor for name, minor in sorted(income.revenue.items()) if name != currency}
    return replace(it, orders=income.orders, revenue=income.revenue[currency], elsewhere=others)


def _added(bills: Iterable[Bill]) -> Bill:
    whole = Bill()
    for each in bills:
        whole = replace(
            whole,
            messages=whole.messages + each.messages,
            tests=whole.tests + each.tests,
            segments=whole.segments + each.segments,
            test_segments=whole.test_segments + each.test_segments,
            cost=whole.cost + each.cost,
        )
    return whole
