"""Give points to many."""

from collections.abc import Sequence
from datetime import datetime

from postlude.kernel import store
from postlude.rewards.points.checking import check_gives, check_period, digest
from postlude.rewards.points.desk import Desk, open_desk
from postlude.rewards.points.posting import AccountTaken
from postlude.rewards.points.purse import Wish
from postlude.rewards.types.points import Give, Posted


def give_many(org: int, gives: Sequence[Give], *, now: datetime) -> list[Posted]:
    """Give to each contact a lot of its own; all of it, or nothing. The outcomes are in order.

    Joins the caller's transaction. A key that is known changes nothing and returns its entry;
    with another content it raises KeyReused. Raises a PointsRefused for what can never be given.
    """
    if not gives:
        return []
    check_gives(gives)
    try:
        return _give_all(org, gives, now, unborn=True)
    except AccountTaken:
        return _give_all(org, gives, now, unborn=False)


def _give_all(org: int, gives: Sequence[Give], now: datetime, *, unborn: bool) -> list[Posted]:
    """Give, with accounts that are made together with their first points; or made and locked
    before, should somebody else have been quicker to make one.
    """
    with store.write():
        names = {(give.contact, give.currency) for give in gives}
        keys = [give.key for give in gives]
        desk = open_desk(org, names, keys, now, lots=False, unborn=unborn)
        outcomes = [_give(desk, give, now) for give in gives]
        desk.close()
    return outcomes


def _give(desk: Desk, give: Give, now: datetime) -> Posted:
    stamp = digest("give", give)
    before = desk.before(give.key, stamp)
    if before is not None:
        return before
    check_period(give.available_from, give.expires_at, now)
    purse = desk.purse(give.contact, give.currency)
    wish = Wish(give.key, give.reason, now, stamp, give.campaign)
    entry = purse.give(wish, give.amount, give.available_from or now, give.expires_at)
    return desk.posted(give.key, stamp, entry)
