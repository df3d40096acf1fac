"""Orders that change hands because two contacts turned out to be one person, or two after all."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from postlude.kernel import boundaries, store, work
from postlude.kernel.work import WorkBatch
from postlude.orders import returning
from postlude.orders.buyers import recount
from postlude.orders.models import ShopOrder, Ticket
from postlude.orders.returning import ORDER, TICKET
from postlude.orders.shop.taking import CLOSED, TOLD
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
            returning.note(org, TICKET, dict.fromkeys(numbers, (contact, heads[contact])))
            work.publish("ticket.changed", org, numbers)
            work.publish(TOLD, org, [ticket.order_id for ticket in tickets])
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
        returning.note(org, ORDER, dict.fromkeys(numbers, (contact, heads[contact])))
        work.publish(TOLD, org, numbers)
    return moved


def on_contacts_parted(batch: WorkBatch) -> None:
    """Give parted contacts back what they had bought before they were taken for one person."""
    for chunk in store.chunks([int(key) for key in batch.keys], _CHUNK):
        give_back(batch.org, chunk)
        boundaries.crossing("orders.given_back")


def give_back(org: int, contacts: Collection[int]) -> int:
    """Return what these contacts got from others who are not they any more; how much it was.

    What was bought while they were one stays where it is: nobody can say whose it was.
    """
    with store.write():
        tickets = _back(org, Ticket, TICKET, contacts)
        work.publish("ticket.changed", org, tickets)
        rows = Ticket.objects.filter(org=org, id__in=list(tickets))
        work.publish(TOLD, org, list(rows.values_list("order", flat=True)))
        paid = rows.filter(state=State.PAID)
        work.publish("ticket.paid", org, list(paid.values_list("id", flat=True)))
        work.publish(LEFT, org, {holder for holder, _ in tickets.values()})
        bought = _back(org, ShopOrder, ORDER, contacts)
        counting = ShopOrder.objects.filter(
            org=org, id__in=list(bought), state="closed", test=False
        )
        # What was concluded from whose order it is, is concluded anew.
        work.publish(CLOSED, org, list(counting.values_list("id", flat=True)))
        work.publish(TOLD, org, bought)
        pairs = [*tickets.values(), *bought.values()]
        recount(org, [each for pair in pairs for each in pair])
    return len(pairs)


def _back(
    org: int, model: type[Ticket | ShopOrder], what: str, contacts: Collection[int]
) -> dict[int, tuple[int, int]]:
    """Move rows back; return by row who held it and who does now."""
    due = returning.due(org, what, contacts)
    rows = model.objects.select_for_update().filter(org=org, id__in=list(due)).order_by("id")
    held = dict(rows.values_list("id", "contact"))
    moved = {row: pair for row, pair in due.items() if held.get(row) == pair[0]}
    for row, (_, rightful) in moved.items():
        model.objects.filter(org=org, id=row).update(contact=rightful)
    returning.noted_back(org, what, {row: rightful for row, (_, rightful) in moved.items()})
    return moved
