"""Spend the points of many, or hold them until it is known whether they are spent."""

from collections.abc import Sequence
from datetime import datetime

from postlude.kernel import store
from postlude.rewards.points.checking import check_period, check_takes, digest
from postlude.rewards.points.desk import Desk, open_desk
from postlude.rewards.points.purse import Wish
from postlude.rewards.types.points import Kind, Posted, Take


def take_many(org: int, takes: Sequence[Take], *, now: datetime) -> list[Posted]:
    """Spend for each contact; the outcomes are in order.

    Who has too little spends nothing (`short` says by how much), unless the take is `partial` and
    there is something; the others are not held up. Such a no is not kept: the same key may ask
    again. Otherwise as `give_many`.
    """
    return _take(org, takes, Kind.SPEND, now)


def hold_many(org: int, takes: Sequence[Take], *, now: datetime) -> list[Posted]:
    """Set points of each contact apart until they are captured or released, or the hold runs out.

    Outcomes as of `take_many`; the key names the hold from then on.
    """
    return _take(org, takes, Kind.HOLD, now)


def _take(org: int, takes: Sequence[Take], kind: Kind, now: datetime) -> list[Posted]:
    if not takes:
        return []
    check_takes(takes)
    with store.write():
        names = {(take.contact, take.currency) for take in takes}
        desk = open_desk(org, names, [take.key for take in takes], now, lots=True)
        outcomes = [_take_one(desk, take, kind, now) for take in takes]
        desk.close()
    return outcomes


def _take_one(desk: Desk, take: Take, kind: Kind, now: datetime) -> Posted:
    stamp = digest(kind.value, take)
    before = desk.before(take.key, stamp)
    if before is not None:
        return before
    check_period(None, take.expires_at, now)
    purse = desk.purse(take.contact, take.currency)
    there = sum(lot.free for lot in purse.spendable(now))
    amount = min(take.amount, there) if take.partial else take.amount
    if not amount or amount > there:
        return Posted(take.key, None, short=take.amount - there)
    wish = Wish(take.key, take.reason, now, stamp)
    if kind == Kind.HOLD:
        entry = purse.hold(wish, amount, take.expires_at)
    else:
        entry = purse.spend(wish, amount)
    return desk.posted(take.key, stamp, entry)
