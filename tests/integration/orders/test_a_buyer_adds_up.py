"""What a contact has bought is what its tickets say, after every change and whatever the order."""

from django.db import connection

from postlude.kernel import store
from postlude.orders import buyers, handing
from postlude.orders.models import Buyer, Ticket
from postlude.orders.types import State
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import PersonSeen

FACTS = "SELECT org, contact, orders, first_order_at, last_order_at, spent_minor, currency FROM orders_facts_contact"


def standing(org: int) -> dict[int, tuple]:
    with connection.cursor() as cursor:
        cursor.execute(FACTS)
        return {row[1]: (row[2], row[5], row[6]) for row in cursor.fetchall() if row[0] == org}


def by_hand(org: int) -> dict[int, tuple]:
    """Count from the tickets in Python."""
    found: dict[int, list[Ticket]] = {}
    for ticket in Ticket.objects.filter(org=org).exclude(contact=None):
        found.setdefault(ticket.contact, []).append(ticket)
    counted = {}
    for contact, tickets in found.items():
        paid = [each for each in tickets if each.state == State.PAID]
        money = {each.currency for each in paid}
        counted[contact] = (
            len({each.order_id for each in paid}),
            min((each.sold_at for each in paid), default=None),
            max((each.sold_at for each in paid), default=None),
            (sum(each.price_minor for each in paid) if len(money) < 2 else None),
            money.pop() if len(money) == 1 else None,
        )
    return counted


def kept(org: int) -> dict[int, tuple]:
    rows = Buyer.objects.filter(org=org)
    return {
        row.contact: (row.orders, row.first_at, row.last_at, row.spent_minor, row.currency)
        for row in rows
    }


def agrees(org: int) -> bool:
    """A contact that never paid needs no row."""
    nothing = (0, None, None, 0, None)
    counted, rows = by_hand(org), kept(org)
    return all(
        rows.get(contact, nothing) == counted.get(contact, nothing)
        for contact in counted.keys() | rows.keys()
    )


def test_paid_orders_are_counted_and_cancelled_ones_are_not(org, take, doors) -> None:
    first, second = doors("1", seats=2), doors("2")
    take(first.poll(2))
    assert {100: (1, 129000, "TWD"), 101: (1, 129000, "TWD")} == standing(org.id)
    take(second.poll(5))
    assert (2, 258000, "TWD") == standing(org.id)[100]
    assert agrees(org.id)
    last = kept(org.id)[100][2]
    take(second.cancel())
    assert (1, 129000, "TWD") == standing(org.id)[100]
    assert kept(org.id)[100][2] < last
    assert agrees(org.id)
    take(first.cancel())
    assert {100: (0, 0, None), 101: (0, 0, None)} == standing(org.id)
    assert agrees(org.id)


def test_every_order_of_views_ends_the_same(org, take, doors) -> None:
    sale = doors("1", seats=2)
    for views in ([sale.webhook(), sale.poll(), sale.csv()], [sale.gone(only=(1,)), sale.poll()]):
        take(*views)
        assert agrees(org.id)


def test_an_unpaid_order_is_no_order(org, take, doors) -> None:
    take(doors("1").poll(paid=False))
    assert {} == standing(org.id)


def test_two_currencies_make_no_sum(org, take, doors) -> None:
    take(doors("1").poll(), doors("2").poll())
    ticket = Ticket.objects.filter(org=org.id).last()
    ticket.currency = "USD"
    with store.write():
        ticket.save()
        buyers.recount(org.id, [100])
    assert (2, None, None) == standing(org.id)[100]
    assert agrees(org.id)


def test_a_ticket_that_changes_hands_is_counted_once(org, take, doors, clock) -> None:
    """Who was joined to another keeps nothing; the other has it all."""
    seen = [PersonSeen(f"buyer{each}@example.test", reference=f"r:{each}") for each in range(2)]
    child, head = (each.contact for each in people.recognise_many(org.id, seen, now=clock.now()))
    take(doors("1").poll())
    with store.write():
        Ticket.objects.filter(org=org.id).update(contact=child)
        buyers.recount(org.id, [child, 100])
    assert 1 == standing(org.id)[child][0]
    from postlude.people import joining

    with store.write():
        joining.join(org.id, {child: head}, reason="test", now=clock.now())
    assert 1 == handing.hand_over(org.id, [child])
    assert (0, 1) == (standing(org.id)[child][0], standing(org.id)[head][0])
    assert agrees(org.id)


def test_a_rebuild_changes_nothing(org, take, doors) -> None:
    take(*(doors(f"{each}", seats=2).poll() for each in range(4)))
    before = kept(org.id)
    with store.write():
        Buyer.objects.filter(org=org.id).update(orders=7, last_at=None)
    assert not agrees(org.id)
    buyers.recount_all(org.id)
    assert before == kept(org.id)


def test_another_organisation_is_left_alone(org, take, doors) -> None:
    other = orgs.create("coscup", "COSCUP", zone="Asia/Taipei", currency="TWD")
    take(doors("1").poll())
    assert {} == standing(other.id)
