"""The one way in for orders of a shop: whatever the order of arrival and however often, one end."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from postlude.kernel import boundaries, ids, store, work
from postlude.orders.buyers import recount
from postlude.orders.models import ShopOrder
from postlude.orders.shop import rows
from postlude.orders.shop.checking import check_shop_order
from postlude.orders.shop.hearing import Known, hear
from postlude.orders.shop.rows import Line
from postlude.orders.shop.types import ShopOrderChange, ShopOrderOutcome, ShopOrderSeen, Stage
from postlude.orgs import api as orgs
from postlude.people import api as people

BATCH = 500
TRIES = 8
# An order that counts was closed, or more became known of it; one that was closed no longer counts.
CLOSED, CANCELLED = "order.closed", "order.cancelled"


class _Overtaken(Exception):
    """Somebody else was first to tell of one of these orders."""


def take_shop_orders(
    org: int, seen: Sequence[ShopOrderSeen], *, now: datetime
) -> list[ShopOrderOutcome]:
    """Take statements about orders in; return what became of each, in order.

    Idempotent, and the same whatever the order of arrival: see `hearing`. What was told otherwise
    before is an outcome REFUSED and changes nothing; the others of its batch are kept. In the same
    commit what the buyers come to (their last order) is counted anew, and `order.closed` and
    `order.cancelled` are published (keys: order ids), never of a test. At most 500 statements a
    transaction, unless the caller is already inside `store.write()`. Raises BadShopOrder before
    anything is written.
    """
    for each in seen:
        check_shop_order(each, now=now)
    outcomes: list[ShopOrderOutcome] = []
    for part in store.chunks(seen, BATCH):
        outcomes += _take(org, part, now)
        boundaries.crossing("orders.shop.committed")
    return outcomes


def _take(org: int, seen: Sequence[ShopOrderSeen], now: datetime) -> list[ShopOrderOutcome]:
    for _ in range(TRIES - 1):
        try:
            with store.write():
                return _hear_all(org, seen, now)
        except _Overtaken:
            continue
    with store.write():
        return _hear_all(org, seen, now)


def _hear_all(org: int, seen: Sequence[ShopOrderSeen], now: datetime) -> list[ShopOrderOutcome]:
    held = _held(org, {each.uid for each in seen})
    heads = _heads(org, seen, held.values())
    for line in held.values():  # whose holder is somebody else by now is handed over here
        line.known = replace(line.known, contact=_head(line.known.contact, heads))
    outcomes = [
        _hear(held, replace(each, contact=_head(each.contact, heads)), now) for each in seen
    ]
    changed = [line for line in held.values() if line.before != line.known]
    _fix_days(org, changed)
    _save(org, changed)
    recount(org, _buyers(changed))
    _tell(org, changed)
    return outcomes


def _held(org: int, uids: set[str]) -> dict[str, Line]:
    known = ShopOrder.objects.select_for_update().filter(org=org, uid__in=sorted(uids))
    return rows.lines(known.order_by("uid"))  # in one order: two batches never wait for each other


def _heads(org: int, seen: Iterable[ShopOrderSeen], held: Iterable[Line]) -> dict[int, int]:
    named = {each.contact for each in seen} | {each.known.contact for each in held}
    return people.canonical(org, [each for each in named if each is not None])


def _head(contact: int | None, heads: Mapping[int, int]) -> int | None:
    return None if contact is None else heads[contact]


def _hear(held: dict[str, Line], seen: ShopOrderSeen, now: datetime) -> ShopOrderOutcome:
    line = held.get(seen.uid) or Line(ids.new_id(), seen.uid, now, None, Known())
    heard = hear(line.known, seen)
    if heard is None:
        return ShopOrderOutcome(ShopOrderChange.REFUSED, rows.fact(line))
    change = ShopOrderChange.SAME if heard == line.known else ShopOrderChange.CHANGED
    if line.uid not in held:
        held[line.uid], change = line, ShopOrderChange.NEW
    line.known = heard
    return ShopOrderOutcome(change, rows.fact(line))


def _fix_days(org: int, changed: Sequence[Line]) -> None:
    """Set the local day of the closing: the branch's, else the organisation's."""
    due = [line for line in changed if line.known.closed_at and _day_is_open(line)]
    if not due:
        return
    zone = ZoneInfo(orgs.get(org).zone)
    zones = {}
    if any(line.known.branch for line in due):
        zones = {each.id: ZoneInfo(each.zone) for each in orgs.branches(org)}
    for line in due:
        line.closed_day = _day(line.known, zones.get(line.known.branch or 0, zone))


def _day_is_open(line: Line) -> bool:
    """A day stays once it is written, unless another branch turns out to have sold."""
    return line.closed_day is None or line.before is None or line.before.branch != line.known.branch


def _day(known: Known, zone: ZoneInfo) -> date | None:
    return None if known.closed_at is None else known.closed_at.astimezone(zone).date()


def _save(org: int, changed: Sequence[Line]) -> None:
    new = [line for line in changed if line.before is None]
    values = [rows.stored(org, line) for line in sorted(new, key=lambda each: each.uid)]
    won = store.insert_ignore(ShopOrder, rows.COLUMNS, values, conflict=("org", "uid"))
    if len(won) < len(new):
        raise _Overtaken
    known = [rows.stored(org, line) for line in changed if line.before is not None]
    store.upsert_many(ShopOrder, rows.COLUMNS, known, changes=frozenset(rows.CHANGING))


def _buyers(changed: Iterable[Line]) -> set[int | None]:
    """Return whose orders count otherwise than before."""
    return {
        known.contact
        for line in changed
        for known in (line.before, line.known)
        if known is not None and known.counts
    }


def _tell(org: int, changed: Iterable[Line]) -> None:
    told = [line for line in changed if not line.known.test]
    work.publish(CLOSED, org, [line.id for line in told if line.known.counts])
    gone = [line.id for line in told if line.known.state is Stage.CANCELLED and _counted(line)]
    work.publish(CANCELLED, org, gone)


def _counted(line: Line) -> bool:
    return line.before is not None and line.before.counts
