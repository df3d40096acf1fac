"""Orders that change hands because two contacts turned out to be one person."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from postlude.kernel import boundaries, store, work
from postlude.kernel.work import WorkBatch
from postlude.orders.buyers import recount
from postlude.orders.models import ShopOrder, Ticket
from postlude.orders.types import State
from postlude.people import api as people

# A contact holds one ticket less than it did (keys: contacts); what it opened may be over.
LEFT = "ticket.left"
_CHUNK = 200


def on_contacts_joined(batch: WorkBatch) -> None:
    """Give the orders of joined contacts to the contact that speaks for them now."""
    for chunk in store.chunks([int(key) for key in batch.keys], _CHUNK):
        hand_over(batch.org, chunk)
        boundaries.crossing("orders.handed_over")


def hand_over(org: int, contacts: Collection[int]) -> int:
    """Move what these contacts bought to whoever speaks for them; return how much moved.

    A valid ticket is paid news for its new holder, as when a source shows another holder.
    """
    heads = people.canonical(org, contacts)
    moved: dict[int, list[Ticket]] = defaultdict(list)
    with store.write():
        rows = Ticket.objects.select_for_update().filter(org=org, contact__in=list(heads))
        for ticket in rows.order_by("id"):
            if ticket.contact is not None and heads[ticket.contact] != ticket.contact:
                moved[ticket.contact].append(ticket)
        for contact, tickets in moved.items():
            numbers = [ticket.id for ticket in tickets]
            Ticket.objects.filter(org=org, id__in=numbers).update(contact=heads[contact])
            work.publish("ticket.changed", org, numbers)
            paid = [ticket.id for ticket in tickets if ticket.state == State.PAID]
            work.publish("ticket.paid", org, paid)
        bought = _hand_over_shop_orders(org, heads)
        recount(org, [each for child in {*moved, *bought} for each in (child, heads[child])])
        work.publish(LEFT, org, moved)
    return sum(map(len, moved.values())) + sum(map(len, bought.values()))


def _hand_over_shop_orders(org: int, heads: Mapping[int, int]) -> dict[int, list[int]]:
    """Move the shop's orders of these contacts; return by contact which ones those were."""
    moved: dict[int, list[int]] = defaultdict(list)
    rows = ShopOrder.objects.select_for_update().filter(org=org, contact__in=list(heads))
    for number, contact in rows.order_by("uid").values_list("id", "contact"):
        if contact is not None and heads[contact] != contact:
            moved[contact].append(number)
    for contact, numbers in moved.items():
        ShopOrder.objects.filter(org=org, id__in=numbers).update(contact=heads[contact])
    return moved
