"""The one way in for orders of a shop: whatever the order of arrival and however often, one end."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from postlude.kernel import boundaries, ids, store, work
from postlude.orders import returning
from postlude.orders.buyers import recount
from postlude.orders.models import ShopLine, ShopOrder
from postlude.orders.shop import rows
from postlude.orders.shop.checking import check_shop_order, check_standing
from postlude.orders.shop.hearing import Known, hear
from postlude.orders.shop.rows import Line
from postlude.orders.shop.standing import stand
from postlude.orders.shop.types import (
    ShopOrderChange,
    ShopOrderOutcome,
    ShopOrderSeen,
    ShopOrderStanding,
    Stage,
)
from postlude.orgs import api as orgs
from postlude.people import api as people

Told = ShopOrderSeen | ShopOrderStanding
BATCH = 500
TRIES = 8
# That an order was opened, by whom and of what kind, became known; an order that counts was closed,
# or more became known of it; one that was closed no longer counts.
OPENED, CLOSED, CANCELLED = "order.opened", "order.closed", "order.cancelled"
# Anything became known of an order, whatever its state, also that it is a test; of an order of
# tickets as well (see `upserts`).
TOLD = "order.told"


class _Overtaken(Exception):
    """Somebody else was first to tell of one of these orders."""


def take_shop_orders(
    org: int, seen: Sequence[ShopOrderSeen], *, now: datetime
) -> list[ShopOrderOutcome]:
    """Take statements about orders in; return what became of each, in order.

    Idempotent, and the same whatever the order of arrival: see `hearing`. What was told otherwise
    before is an outcome REFUSED and changes nothing; the others of its batch are kept. In the same
    commit what the buyers come to (their last order) is counted anew, and `order.opened`,
    `order.closed` and `order.cancelled` are published (keys: order ids), never of a test; and
    `order.told` of whatever became known of any. At most 500 statements a transaction, unless the
    caller is already inside `store.write()`. Raises BadShopOrder before anything is written.
    """
    for each in seen:
        check_shop_order(each, now=now)
    return _take_all(org, seen, now)


def take_standing(
    org: int, seen: Sequence[ShopOrderStanding], *, now: datetime
) -> list[ShopOrderOutcome]:
    """Take views of orders in, as a shop's own system says they stand; see `standing`.

    As `take_shop_orders`, but never REFUSED: the newest view holds, with its items. Raises
    BadShopOrder before anything is written.
    """
    check_standings(org, seen, now=now)
    return _take_all(org, seen, now)


def check_standings(org: int, seen: Iterable[ShopOrderStanding], *, now: datetime) -> None:
    """Raise BadShopOrder as `take_standing` would; write nothing."""
    currency = orgs.get(org).currency
    for each in seen:
        check_standing(each, currency=currency, now=now)


def _take_all(org: int, seen: Sequence[Told], now: datetime) -> list[ShopOrderOutcome]:
    outcomes: list[ShopOrderOutcome] = []
    for part in store.chunks(seen, BATCH):
        outcomes += _take(org, part, now)
        boundaries.crossing("orders.shop.committed")
    return outcomes


def _take(org: int, seen: Sequence[Told], now: datetime) -> list[ShopOrderOutcome]:
    for _ in range(TRIES - 1):
        try:
            with store.write():
                return _hear_all(org, seen, now)
        except _Overtaken:
            continue
    with store.write():
        return _hear_all(org, seen, now)


def _hear_all(org: int, seen: Sequence[Told], now: datetime) -> list[ShopOrderOutcome]:
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
    _keep_items(org, seen, held)
    _note_handed(org, changed, heads)
    recount(org, _buyers(changed))
    _tell(org, changed)
    return outcomes


def _held(org: int, uids: set[str]) -> dict[str, Line]:
    known = ShopOrder.objects.select_for_update().filter(org=org, uid__in=sorted(uids))
    return rows.lines(known.order_by("uid"))  # in one order: two batches never wait for each other


def _heads(org: int, seen: Iterable[Told], held: Iterable[Line]) -> dict[int, int]:
    named = {each.contact for each in seen} | {each.known.contact for each in held}
    return people.canonical(org, [each for each in named if each is not None])


def _keep_items(org: int, seen: Iterable[Told], held: Mapping[str, Line]) -> None:
    """Keep the items of the newest view of each order."""
    newest = {
        held[each.uid].id: each.items
        for each in seen
        if isinstance(each, ShopOrderStanding)
        and each.revised_at == held[each.uid].known.revised_at
    }
    if not newest:
        return
    ShopLine.objects.filter(org=org, order__in=list(newest)).delete()
    items = [(order, each) for order, some in newest.items() for each in some]
    values = [
        (
            *(new, org, order, each.line, each.product, each.title),
            *(each.quantity, each.price.minor, each.price.currency),
        )
        for new, (order, each) in zip(ids.new_ids(len(items)), items, strict=True)
    ]
    columns = (
        *("id", "org_id", "order_id", "line", "product", "title"),
        *("quantity", "price_minor", "currency"),
    )
    store.insert_many(ShopLine, columns, values)


def _note_handed(org: int, changed: Sequence[Line], heads: Mapping[int, int]) -> None:
    """Keep who held an order that went over to whoever speaks for them now."""
    was = {line.id: line.before.contact for line in changed if line.before is not None}
    now = {line.id: line.known.contact for line in changed}
    returning.note(
        org,
        returning.ORDER,
        {
            row: (before, head)
            for row, before in was.items()
            if before is not None and (head := heads[before]) != before and now[row] == head
        },
    )


def _head(contact: int | None, heads: Mapping[int, int]) -> int | None:
    return None if contact is None else heads[contact]


def _hear(held: dict[str, Line], seen: Told, now: datetime) -> ShopOrderOutcome:
    line = held.get(seen.uid)
    past = isinstance(seen, ShopOrderSeen) and seen.past
    if line is None:
        line = Line(ids.new_id(), seen.uid, now, None, Known(), past=past)
    heard = hear(line.known, seen) if isinstance(seen, ShopOrderSeen) else stand(line.known, seen)
    if heard is None:
        return ShopOrderOutcome(ShopOrderChange.REFUSED, rows.fact(line))
    change = ShopOrderChange.SAME if heard == line.known else ShopOrderChange.CHANGED
    if line.uid not in held:
        held[line.uid], change = line, ShopOrderChange.NEW
    # What happens now to an order of the past is news; that it was opened long ago is none.
    if change is ShopOrderChange.CHANGED and seen.stage is not Stage.OPENED:
        line.past = line.past and past
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
    changed = list(changed)
    work.publish(TOLD, org, [line.id for line in changed])
    told = [line for line in changed if not line.known.test]
    work.publish(OPENED, org, [line.id for line in told if _is_opened(line)])
    work.publish(CLOSED, org, [line.id for line in told if line.known.counts])
    gone = [line.id for line in told if line.known.state is Stage.CANCELLED and _counted(line)]
    work.publish(CANCELLED, org, gone)


def _is_opened(line: Line) -> bool:
    """Say whether an opening is told of here: nobody knew of it, or whose or what it is."""
    known = line.known
    if known.opened_at is None or known.state is Stage.CANCELLED:
        return False
    return line.before is None or _opening(line.before) != _opening(known)


def _opening(known: Known) -> tuple[datetime | None, int | None, str, str]:
    return known.opened_at, known.contact, known.kind, known.source


def _counted(line: Line) -> bool:
    return line.before is not None and line.before.counts
