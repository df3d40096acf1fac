"""Reading what orders are credited to, as it is stored."""

from collections.abc import Collection

from postlude.activity.types import Campaign
from postlude.attribution.models import OrderCredit
from postlude.attribution.orders.types import OrderCredited, TouchSnapshot
from postlude.attribution.types import OrderSort, OrderState
from postlude.kernel import store
from postlude.kernel.money import Money

_CHUNK = 500


def credited(org: int, orders: Collection[int]) -> dict[int, OrderCredited]:
    """Return what orders are credited to, by order; those not judged yet are left out."""
    found: dict[int, OrderCredited] = {}
    for chunk in store.chunks(sorted(set(orders)), _CHUNK):
        for row in OrderCredit.objects.filter(org=org, id__in=chunk, judged_at__isnull=False):
            found[row.id] = _fact(row)
    return found


def _fact(row: OrderCredit) -> OrderCredited:
    amount = None if row.amount_minor is None else Money(row.amount_minor, row.currency)
    return OrderCredited(
        order=row.id,
        uid=row.uid,
        contact=row.contact,
        visitor=row.visitor,
        at=row.at,
        state=OrderState(row.state),
        amount=amount,
        opened=_snapshot(row, "open"),
        clicked=_snapshot(row, "click"),
        session_started_at=row.session_started_at,
        session_last_at=row.session_last_at,
        rule=row.rule,
        session_campaign=Campaign(row.session_source, row.session_medium, row.session_campaign),
        sort=OrderSort(row.sort),
    )


def _snapshot(row: OrderCredit, slot: str) -> TouchSnapshot | None:
    touch = getattr(row, f"{slot}_touch")
    if touch is None:
        return None
    names = ("message", "channel", "node", "template", "cycle", "touched_at", "contact")
    return TouchSnapshot(touch, *(getattr(row, f"{slot}_{name}") for name in names))
