"""Every order judged anew and held against what is stored: a difference is an alarm."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from postlude.attribution.models import OrderCredit
from postlude.attribution.orders.finality import final_before
from postlude.attribution.orders.judging import SAID, answers, is_final, judge, said
from postlude.attribution.orders.knowing import (
    OrderKnown,
    count_orders,
    orders_after_id,
    orders_known,
)
from postlude.attribution.orders.windows import looked_to, rule_of

_PAGE = 500
_NO_ORDER = ("no order",)
_MISSING = ("missing",)


@dataclass(frozen=True, slots=True)
class Difference:
    """An order of which the table says something else than all facts do. `names`: which columns."""

    order: int
    uid: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A walk over orders: how many, what differs, and the last one that was looked at.

    `awaiting`: how many wait to be judged by what the organisation said last; no differences.
    """

    looked_at: int
    differences: tuple[Difference, ...]
    last: int
    awaiting: int = 0


def recompute(  # noqa: PLR0913 - where to begin, what to do, whom to tell
    org: int,
    *,
    now: datetime,
    after: int = 0,
    mend: bool = True,
    told: Callable[[int], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
) -> Checked:
    """Judge every order above `after`, in the order of ids, as if nothing were stored.

    With `mend` what differs is put right. `told` hears after each page how many that were; a walk
    that was stopped goes on with `after` the `last` of its result. What is news at this moment and
    not heeded yet is no difference: each is looked at twice.
    """
    looked, last, awaiting, differences = 0, after, 0, []
    while not stop():
        page = _page(org, last)
        if not page:
            break
        found = [each for each in page if each.names]
        if found and mend:
            judge(org, [each.order for each in found], now=now)
        waiting = set() if mend else _awaiting(org, found)
        differences += [each for each in found if each.order not in waiting]
        awaiting += len(waiting)
        looked, last = looked + len(page), max(each.order for each in page)
        told(len(page))
    return Checked(looked, tuple(differences), last, awaiting)


def _awaiting(org: int, found: Iterable[Difference]) -> set[int]:
    """Return which of these were judged by an older rule: their turn is about to come.

    So is that of orders that are credited since somebody said so. A row without an order is wrong
    by any rule.
    """
    found = list(found)
    numbers = [each.order for each in found if each.names not in {_NO_ORDER, _MISSING}]
    place = looked_to(org)
    new = {each.order for each in found if each.names == _MISSING}
    coming = set() if place is None else {each for each in new if each > place}
    rows = OrderCredit.objects.filter(
        org=org,
        id__in=numbers,
        judged_at__isnull=False,
        rule__lt=rule_of(org).version,
        at__gte=final_before(org),
    )
    return coming | set(rows.values_list("id", flat=True))


def count(org: int, after: int = 0) -> int:
    """Return how many orders there are to walk."""
    return count_orders(org, after, rule_of(org))


def _page(org: int, after: int) -> list[Difference]:
    """Return the next orders, and those of the table that are no orders any more between them."""
    rule = rule_of(org)
    known = orders_after_id(org, after, _PAGE, rule)
    rows = OrderCredit.objects.filter(org=org, id__gt=after)
    if len(known) == _PAGE:
        rows = rows.filter(id__lte=known[-1].id)
    stored = list(rows.order_by("id")[: 2 * _PAGE])
    found = _compare(org, known, stored)
    suspects = [each.order for each in found if each.names]
    if suspects:  # it may have changed between the one look and the other
        again = _compare(
            org,
            orders_known(org, suspects, rule),
            OrderCredit.objects.filter(org=org, id__in=suspects),
        )
        second = {each.order: each for each in again}
        found = [second.get(each.order, each) if each.names else each for each in found]
    return found


def _compare(
    org: int, known: Sequence[OrderKnown], stored: Iterable[OrderCredit]
) -> list[Difference]:
    """Return for each order which columns differ, in the order of ids."""
    rows = {row.id: row for row in stored}
    right = answers(org, known, rule_of(org), rows)
    found = []
    for each in known:
        mine = said(rows[each.id]) if each.id in rows else None
        names = (
            _MISSING
            if mine is None
            else tuple(
                name for name, a, b in zip(SAID, mine, right[each.id], strict=True) if a != b
            )
        )
        found.append(Difference(each.id, each.uid, names))
    final = final_before(org)
    gone = {each for each in rows.keys() - right.keys() if not is_final(rows[each], final)}
    found += [Difference(each, rows[each].uid, _NO_ORDER) for each in gone]
    return sorted(found, key=lambda each: each.order)
