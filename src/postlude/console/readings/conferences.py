"""Which conference a page is about."""

from collections.abc import Sequence

from postlude.orders import api as orders
from postlude.orders.types import ConferenceRef


def chosen(org: int, wanted: str) -> tuple[ConferenceRef | None, Sequence[ConferenceRef]]:
    """Return the conference asked for, else that of the newest sale, and all there are."""
    everything = orders.conferences(org)
    by_id = {each.id: each for each in everything}
    if wanted.isdecimal() and int(wanted) in by_id:
        return by_id[int(wanted)], everything
    newest = orders.recent_tickets(org, limit=1)
    if newest:
        return by_id[newest[0].conference], everything
    return (everything[0] if everything else None), everything
