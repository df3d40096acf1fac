"""What happens to orders by time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from postlude.attribution.models import OrderCredit, OrderRuleVersion
from postlude.attribution.orders.finality import final_before
from postlude.attribution.orders.judging import judge
from postlude.attribution.orders.knowing import View, orders_after_id, views
from postlude.attribution.orders.windows import newest, rule_of
from postlude.kernel import store
from postlude.kernel.jobs import Budget
from postlude.orgs import api as orgs

# News may be lost with a restored database: every hour what was made in this time is looked at
# again, unless it has all that it can have. Both ends belong.
OLDEST, NEWEST = timedelta(minutes=740), timedelta(minutes=20)
_SET = 500


def look_again(budget: Budget) -> int:
    """Judge orders whose page views have come by now, those of an older rule, and new sorts.

    What was judged is no longer due, so that a run that was cut off goes on where it was.
    """
    done = 0
    for org in orgs.all_orgs():
        for orders in _stale(org.id):
            if budget.spent():
                return done
            judge(org.id, orders, now=budget.now())
            done += len(orders)
        done += _look_for_more(org.id, budget)
    return done + _look_at_due(budget)


def _look_for_more(org: int, budget: Budget) -> int:
    """Judge the orders that are credited since somebody said so, and were not before."""
    done = 0
    while not budget.spent():
        said = newest(org)
        if said is None or said.looked_to is None:
            break
        page = [each.id for each in orders_after_id(org, said.looked_to, _SET, rule_of(org))]
        has = set(OrderCredit.objects.filter(org=org, id__in=page).values_list("id", flat=True))
        missing = [each for each in page if each not in has]
        judge(org, missing, now=budget.now())
        place = page[-1] if len(page) == _SET else None
        with store.write():
            OrderRuleVersion.objects.filter(id=said.id).update(looked_to=place)
        done += len(missing)
    return done


def _look_at_due(budget: Budget) -> int:
    done, now = 0, budget.now()
    while not budget.spent():
        due = OrderCredit.objects.filter(look_at__lte=now).order_by("look_at", "id")
        rows = list(due.values_list("org", "id")[:_SET])
        for org in sorted({org for org, _ in rows}):
            judge(org, [number for its, number in rows if its == org], now=now)
        done += len(rows)
        if len(rows) < _SET:
            break
    return done


def _stale(org: int) -> Iterator[list[int]]:
    """Return the orders that were judged by an older rule and are not final, a set at a time."""
    old = OrderCredit.objects.filter(org=org, rule__lt=rule_of(org).version)
    while True:
        rows = old.exclude(at__lt=final_before(org), judged_at__isnull=False)
        found = list(rows.order_by("rule", "id").values_list("id", flat=True)[:_SET])
        if not found:
            return
        yield found


def recompute(budget: Budget) -> int:
    """Judge again what was made lately and has no row, no open or no click; return how many."""
    done = 0
    for org in orgs.all_orgs():
        for orders in lacking(org.id, budget.now()):
            if budget.spent():
                return done
            judge(org.id, orders, now=budget.now())
            done += len(orders)
    return done


def lacking(org: int, now: datetime) -> Iterator[list[int]]:
    """Return the orders made from 740 to 20 minutes ago that lack something, a set at a time."""
    for view in views(rule_of(org)):
        yield from _lacking(org, view, now)


def _lacking(org: int, view: View, now: datetime) -> Iterator[list[int]]:
    place, after = now - OLDEST, -1
    since = dict(zip(("since",), view.values, strict=False))
    where = view.where.replace("%s", "%(since)s")
    while True:
        rows = store.rows_sql(
            f"SELECT o.created_at, o.order_id FROM {view.name} o "  # noqa: S608 - our own words
            "LEFT JOIN attribution_order a ON a.id = o.order_id "
            "WHERE o.org = %(org)s AND o.created_at >= %(place)s AND o.created_at <= %(newest)s "
            "AND (o.created_at > %(place)s OR o.order_id > %(after)s) "
            f"AND (a.open_touch IS NULL OR a.click_touch IS NULL){where} "
            "ORDER BY o.created_at, o.order_id LIMIT %(limit)s",
            {
                "org": org,
                "place": place,
                "newest": now - NEWEST,
                "after": after,
                "limit": _SET,
                **since,
            },
        )
        if not rows:
            return
        yield [row[1] for row in rows]
        place, after = store.known_instant(rows[-1][0]), rows[-1][1]
