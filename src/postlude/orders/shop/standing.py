"""An order as a shop's own system says it stands, with the time of that view. Pure.

Unlike a till, which says each thing once, such a system tells all of an order whenever anything of
it changes: amounts follow edits and refunds. The newest view holds, in whatever order views
arrive; of two of one second the one that is further on, then the one of the lower amount.
"""

from dataclasses import replace
from datetime import datetime

from postlude.orders.shop.hearing import SAID, Known
from postlude.orders.shop.types import ShopOrderStanding, Stage

_PROGRESS = {Stage.OPENED: 0, Stage.CLOSED: 1, Stage.CANCELLED: 2}
Rank = tuple[datetime, int, int]


def stand(known: Known, seen: ShopOrderStanding) -> Known:
    """Return what is known after a view. It was closed when any view first said so."""
    closed_at = _first(known.closed_at, seen.at if seen.stage is Stage.CLOSED else None)
    rank = _rank(known)
    if rank is not None and _rank_of(seen) < rank:
        return replace(known, closed_at=closed_at)
    return replace(
        known,
        contact=seen.contact if seen.contact is not None else known.contact,
        kind=seen.kind,
        source=seen.source,
        amount=seen.amount,
        coupons=seen.coupons,
        opened_at=seen.opened_at,
        closed_at=closed_at,
        cancelled_at=seen.at if seen.stage is Stage.CANCELLED else None,
        revised_at=seen.revised_at,
        # What pages and tills say of it besides changes nothing of this.
        closing_said=frozenset(SAID) - {"visitor", "branch"},
    )


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _rank(known: Known) -> Rank | None:
    if known.revised_at is None:
        return None
    return known.revised_at, _PROGRESS[known.state], -known.amount.minor if known.amount else 0


def _rank_of(seen: ShopOrderStanding) -> Rank:
    return seen.revised_at, _PROGRESS[seen.stage], -seen.amount.minor
