"""The orders behind a number of the report; their figures add up to it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from postlude.kernel import clock
from postlude.reports.cells import PAGE
from postlude.reports.errors import UnknownRule
from postlude.reports.promotions import counting
from postlude.reports.promotions.report import params, versions
from postlude.reports.queries import ask
from postlude.reports.types.promotions import (
    STATES,
    UNITS,
    DayRow,
    Days,
    Number,
    Opened,
    OrderRow,
    Refusal,
    Which,
)

_ADDED = frozenset({*UNITS, Number.COUPONS_GIVEN, Number.COUPONS_REDEEMED})


class _Order(NamedTuple):
    number: int
    key: str
    business: str
    contact: int | None
    amount: int | None
    currency: str
    versions: str
    missed: str
    state: str
    again: int
    decided_at: str
    day: str


def opened(  # noqa: PLR0913 - which number, and which page of it
    org: int,
    days: Days,
    rule: str,
    which: Which,
    *,
    limit: int = PAGE,
    offset: int = 0,
    now: datetime | None = None,
) -> Opened:
    """Return the orders behind a number of a rule; of the previews, which are not kept, the days.

    Raises UnknownRule.
    """
    names = versions(org)
    if rule not in names.values():
        raise UnknownRule(rule)
    given = params(org, days, now or clock.now(), rule=rule)
    found = (
        _previews(given, rule)
        if which.number is Number.PREVIEWED
        else list(_orders(given, rule, which, names))
    )
    more = offset + limit if len(found) > offset + limit else None
    total = sum(each.figure for each in found)
    page = tuple(found[offset : offset + limit])
    return Opened(rule, which.number, page, len(found), total, more)


def _previews(given: Mapping[str, Any], rule: str) -> Sequence[OrderRow | DayRow]:
    rows = [row for row in ask("count_rule_previews", given) if row[0] == rule]
    return [DayRow(date.fromisoformat(day), times) for _rule, day, times in reversed(rows)]


def _orders(
    given: Mapping[str, Any], rule: str, which: Which, names: Mapping[int, str]
) -> Iterator[OrderRow]:
    added = _added(given, rule, which)
    for row in ask("list_rule_orders", given):
        order = _Order(*row)
        figure, why = _figure(order, rule, which, names, added)
        if figure:
            yield _row(order, figure, why)


def _added(given: Mapping[str, Any], rule: str, which: Which) -> Mapping[str, int]:
    """Return by order what the ledger or the coupons add to a number; of other numbers nothing."""
    found: Counter[str] = Counter()
    if which.number in UNITS:
        for _rule, currency, what, order, units in ask("sum_rule_gifts", given):
            if what == which.number and which.currency in {"", currency}:
                found[order] += units
    if which.number in {Number.COUPONS_GIVEN, Number.COUPONS_REDEEMED}:
        for fate in counting.coupon_fates(ask("list_rule_coupons", given)):
            if fate.rule == rule and (fate.redeemed or which.number is Number.COUPONS_GIVEN):
                found[fate.order] += 1
    return found


def _figure(
    order: _Order, rule: str, which: Which, names: Mapping[int, str], added: Mapping[str, int]
) -> tuple[int, Refusal | None]:
    """Return what an order adds to a number, 0 for nothing, and what kept the rule out of it."""
    if which.number is Number.REFUSED:
        why = _refusal(order.missed, rule, which)
        return (1 if why else 0), why
    if which.number in _ADDED:
        return added.get(order.key, 0), None
    if rule not in counting.in_force(order.versions, names):
        return 0, None
    return _in_force(order, which), None


def _in_force(order: _Order, which: Which) -> int:
    if which.number is Number.RESERVED:
        return 1
    if which.number in STATES:
        return int(order.state == which.number)
    if which.number is Number.REPEATED:
        return order.again
    paid = order.state == Number.CONFIRMED and which.currency in {"", order.currency}
    return (order.amount or 0) if paid else 0


def _refusal(text: str, rule: str, which: Which) -> Refusal | None:
    for miss in counting.misses(text):
        wanted = which.why in {"", miss.why}
        wanted = wanted and (not which.why or (which.leaf, which.detail) == miss[2:4])
        if miss.rule == rule and wanted:
            return Refusal(miss.why, miss.leaf, miss.detail, miss.words, 1)
    return None


def _row(order: _Order, figure: int, why: Refusal | None) -> OrderRow:
    at = datetime.fromisoformat(order.decided_at)
    return OrderRow(
        key=order.key,
        contact=order.contact,
        business=order.business,
        day=date.fromisoformat(order.day),
        decided_at=at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC),
        state=order.state,
        amount=order.amount,
        currency=order.currency,
        figure=figure,
        why=why,
    )
