"""What customers did, as the rooms that own it say it now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from postlude.attribution.types import Accrual, OrderFact, OrderState
from postlude.orders import api as orders
from postlude.people import api as people
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Entry

ABOUT = "order:"


@dataclass(frozen=True, slots=True)
class Households:
    """Contacts that turned out to be one person: by who speaks for them, and back."""

    members: Mapping[int, list[int]]
    head: Mapping[int, int]

    @classmethod
    def of(cls, org: int, contacts: Collection[int]) -> "Households":
        heads = set(people.canonical(org, contacts).values())
        members = people.families(org, heads)
        return cls(members, {each: one for one, some in members.items() for each in some})

    def only(self, heads: Collection[int]) -> "Households":
        """Return some of these people."""
        members = {each: self.members[each] for each in heads}
        return Households(members, {each: one for one, some in members.items() for each in some})


def orders_of(org: int, house: Households, after: datetime) -> list[OrderFact]:
    """Return the orders that these people opened after an instant, tests never.

    Of an order whose opening nobody told, the closing is the first that is known.
    """
    found = orders.shop_orders_of(org, list(house.head), after=after)
    return [_order(each, house.head[each.contact]) for each in found if each.contact is not None]


def _order(fact: orders.ShopOrderFact, contact: int) -> OrderFact:
    opened = fact.opened_at or fact.closed_at or fact.cancelled_at
    if opened is None:
        raise TypeError("an order without an instant")
    return OrderFact(
        fact.uid, contact, OrderState(fact.state.value), opened, fact.closed_at, fact.amount
    )


def accruals_of(
    org: int, house: Households, after: datetime, reasons: Collection[str]
) -> list[Accrual]:
    """Return the points that these people were given after an instant, for these reasons.

    One whose campaign is `order:UID` names the order that it is for.
    """
    found = rewards.gives_after(org, list(house.head), after, reasons=reasons)
    return [_accrual(each, house.head[each.contact]) for each in found]


def _accrual(entry: Entry, contact: int) -> Accrual:
    _, named, order = entry.campaign.partition(ABOUT)
    about = order if named and entry.campaign.startswith(ABOUT) else ""
    return Accrual(str(entry.id), contact, entry.reason, entry.at, about)
