"""One line a rule, counted from orders, the ledger and the coupons as they stand now."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from postlude.kernel import clock
from postlude.orgs import api as orgs
from postlude.reports.promotions import counting
from postlude.reports.promotions.counting import Alike
from postlude.reports.queries import ask
from postlude.reports.types.promotions import Days, Number, Promotions, RuleLine, Tally
from postlude.rules import api as rules
from postlude.rules.types import RuleName

_FIRST, _LAST = date(1900, 1, 1), date(9998, 12, 31)


def promotions(org: int, days: Days, *, now: datetime | None = None) -> Promotions:
    """Count what each rule did in the orders of some days, and what has become of it by `now`.

    Every rule that is or ever was in force has a line, those of today first.
    """
    moment = now or clock.now()
    given = params(org, days, moment)
    known = rules.names(org)
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    orders = [Alike(*row) for row in ask("count_rule_orders", given)]
    counting.add_orders(tallies, orders, versions(org))
    counting.add_units(tallies, ask("sum_rule_gifts", {**given, "rule": ""}))
    counting.add_coupons(tallies, counting.coupon_fates(ask("list_rule_coupons", given)))
    for rule, _day, times in ask("count_rule_previews", given):
        counts = tallies[rule].counts
        counts[Number.PREVIEWED] = counts.get(Number.PREVIEWED, 0) + times
    return Promotions(
        days,
        orgs.get(org).zone,
        moment,
        tuple(_line(each, tallies[each.key]) for each in known),
    )


def params(org: int, days: Days, now: datetime, **more: Any) -> dict[str, Any]:
    """Return what every question about promotions is asked with."""
    since, until = days.since or _FIRST, days.until or _LAST
    return {
        "org": org,
        "now": now,
        "since": since.isoformat(),
        "until": until.isoformat(),
        **more,
    }


def versions(org: int) -> Mapping[int, str]:
    """Return the rule of each version."""
    rows = ask("list_rule_versions", {"org": org})
    return {version: rule for version, rule, _number in rows}


def _line(name: RuleName, tally: Tally) -> RuleLine:
    return RuleLine(
        rule=name.key,
        title=name.title,
        business=name.business,
        versions=name.versions,
        counts=tally.counts,
        refusals=counting.refusals(tally),
        turnover=counting.turnover(tally),
        purses=counting.purses(tally),
    )
