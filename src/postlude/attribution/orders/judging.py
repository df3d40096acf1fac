"""Saying what orders are credited to, from all that is known of them at this moment.

An order's row is locked before a fact about it is read, so whoever judges last has seen everything;
what is committed later brings news of its own. So the outcome is the same in whatever order facts
arrive, and however often they are looked at.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from postlude.activity.types import NO_CAMPAIGN, Campaign
from postlude.attribution.models import OrderCredit
from postlude.attribution.orders.counting import measured
from postlude.attribution.orders.crediting import credit
from postlude.attribution.orders.finality import final_before, kept_from
from postlude.attribution.orders.knowing import OrderKnown, orders_known, sessions_of
from postlude.attribution.orders.owning import touches_of
from postlude.attribution.orders.rules import OrderRule
from postlude.attribution.orders.sessions import Session
from postlude.attribution.orders.types import ATTRIBUTED, TouchSnapshot
from postlude.attribution.orders.windows import rule_of
from postlude.attribution.types import OrderState
from postlude.kernel import boundaries, store, work

ORDERS = 100  # in one transaction
# A page view is told within five minutes of its moment, or is news of its own (`activity.late`).
SETTLES = timedelta(minutes=6)
_SNAPSHOT = ("touch", "message", "channel", "node", "template", "cycle", "touched_at", "contact")
_NO_TOUCH: tuple[Any, ...] = (None, None, "", "", None, None, None, None)
SAID = (
    *("uid", "sort", "contact", "visitor", "at", "created_at", "state"),
    *("amount_minor", "currency"),
    *(f"open_{name}" for name in _SNAPSHOT),
    *(f"click_{name}" for name in _SNAPSHOT),
    *("session_started_at", "session_last_at"),
    *("session_source", "session_medium", "session_campaign", "rule"),
)
_FACTS = SAID.index("open_touch")  # so many columns are what is known of the order itself
_COLUMNS = ("id", "org_id", *SAID, "judged_at", "look_at")
_CHANGES = frozenset({*SAID, "judged_at", "look_at"})
_NEW = ("id", "org_id", "uid", "sort", "at", "created_at", "state", "currency", "rule", *(
    f"{slot}_{name}" for slot in ("open", "click") for name in ("channel", "node")
), "session_source", "session_medium", "session_campaign")  # fmt: skip
Answer = tuple[Any, ...]


def judge(org: int, orders: Collection[int], *, now: datetime) -> int:
    """Judge these orders and return how many are said otherwise than before. Safe to repeat.

    In the same commit `order.attributed` is published for those (keys: ids of orders). Orders that
    are not there, turned out to be tests, or are not credited by the rule are forgotten.
    """
    changed = 0
    for some in store.chunks(sorted(set(orders)), ORDERS):
        with store.write():
            changed += _judge(org, some, now)
        boundaries.crossing("attribution.orders_judged")
    return changed


def answers(
    org: int, orders: Iterable[OrderKnown], rule: OrderRule, rows: Mapping[int, OrderCredit]
) -> dict[int, Answer]:
    """Return what is to be said of each of these orders, `rows` being what is; writes nothing."""
    orders = list(orders)
    while True:
        final, kept = final_before(org), kept_from(org)
        found = {each.id: _final(each, rows, rule) for each in orders if each.at < final}
        found |= _judged(org, [each for each in orders if each.at >= final], rule, rows, kept)
        # Facts go only after their days became final: so nothing was missing when we looked.
        if final_before(org) == final:
            return found


def _judged(
    org: int,
    orders: Sequence[OrderKnown],
    rule: OrderRule,
    rows: Mapping[int, OrderCredit],
    kept: datetime,
) -> dict[int, Answer]:
    how = measured(org)
    owned = touches_of(org, orders, how, back=rule.longest)
    sessions = sessions_of(org, orders, by_campaign=rule.by_campaign)
    engine = rule.rule
    found = {}
    for each in orders:
        it = credit(engine, each.at, owned[each.id].touches, counts=how.counts)
        session, row = sessions.get(each.id), rows.get(each.id)
        if session and row and row.session_started_at and session.started_at < kept:
            session = _session(row)  # it began with what is not kept any more
        found[each.id] = _answer(each, it.opened, it.clicked, session, rule.version)
    return found


def _final(order: OrderKnown, rows: Mapping[int, OrderCredit], rule: OrderRule) -> Answer:
    """Return what is known of an order, and what was said of it before."""
    row = rows.get(order.id)
    fresh = _answer(order, None, None, None, rule.version)
    return fresh if row is None or row.judged_at is None else (*fresh[:_FACTS], *said(row)[_FACTS:])


def _session(row: OrderCredit) -> Session | None:
    if row.session_started_at is None or row.session_last_at is None:
        return None
    campaign = Campaign(row.session_source, row.session_medium, row.session_campaign)
    return Session(row.session_started_at, row.session_last_at, campaign)


def is_final(row: OrderCredit, final: datetime) -> bool:
    """Say whether what is said of an order stands, whatever is to be credited by now."""
    return row.judged_at is not None and row.at < final


def said(row: OrderCredit) -> Answer:
    """Return what is stored of an order, as `answers` would say it."""
    return tuple(getattr(row, name) for name in SAID)


def _judge(org: int, orders: Sequence[int], now: datetime) -> int:
    rows = _locked(org, orders, now)
    rule = rule_of(org)
    known = {each.id: each for each in orders_known(org, orders, rule)}
    final = final_before(org)
    gone = [each for each in orders if each not in known and not is_final(rows[each], final)]
    forgotten = [each for each in gone if rows[each].judged_at is not None]
    if gone:
        OrderCredit.objects.filter(org=org, id__in=gone).delete()
    found = answers(org, known.values(), rule, rows)
    changed = {each: it for each, it in found.items() if said(rows[each]) != it}
    store.upsert_many(
        OrderCredit,
        _COLUMNS,
        [(each, org, *it, now, _look_at(known[each], now)) for each, it in changed.items()],
        changes=_CHANGES,
    )
    _look_later([row for row in rows.values() if row.id in known and row.id not in changed], now)
    # A rule's new number alone is no news.
    news = [each for each, it in changed.items() if said(rows[each])[:-1] != it[:-1]] + forgotten
    work.publish(ATTRIBUTED, org, news)
    return len(news)


def _locked(org: int, orders: Sequence[int], now: datetime) -> dict[int, OrderCredit]:
    """Return the rows of orders, each locked, in one order; those that were missing are made."""
    rows = _lock(org, orders)
    missing = [each for each in orders if each not in rows]
    if missing:
        empty = ("", "", now, now, OrderState.OPEN.value, "", -1, *[""] * 7)
        values = [(each, org, *empty) for each in missing]
        store.insert_ignore(OrderCredit, _NEW, values, conflict=("id",))
        rows |= _lock(org, missing)
    return rows


def _lock(org: int, orders: Sequence[int]) -> dict[int, OrderCredit]:
    rows = OrderCredit.objects.select_for_update().filter(org=org, id__in=orders)
    return {row.id: row for row in rows.order_by("id")}


def _look_at(order: OrderKnown, now: datetime) -> datetime | None:
    """Return when all page views before an order have come or are news; None: they have."""
    settled = order.at + SETTLES
    return settled if order.visitor is not None and now < settled else None


def _look_later(rows: Iterable[OrderCredit], now: datetime) -> None:
    """Do not look again at what has been looked at late enough."""
    looked = [row.id for row in rows if row.look_at is not None and row.look_at <= now]
    if looked:
        OrderCredit.objects.filter(id__in=looked).update(look_at=None)


def _answer(
    order: OrderKnown,
    opened: TouchSnapshot | None,
    clicked: TouchSnapshot | None,
    session: Session | None,
    version: int,
) -> Answer:
    return (
        *(order.uid, order.sort.value, order.contact, order.visitor),
        *(order.at, order.created_at, order.state.value),
        *(order.amount_minor, order.currency),
        *_touch(opened),
        *_touch(clicked),
        *((session.started_at, session.last_at) if session else (None, None)),
        *(session.campaign if session else NO_CAMPAIGN),
        version,
    )


def _touch(it: TouchSnapshot | None) -> tuple[Any, ...]:
    if it is None:
        return _NO_TOUCH
    return (*(it.touch, it.message, it.channel, it.node, it.template, it.cycle, it.at, it.contact),)
