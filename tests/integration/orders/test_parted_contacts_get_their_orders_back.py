"""Orders go over when two contacts are joined, and come back when they are parted."""

from datetime import timedelta

import pytest

from postlude.kernel import work
from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.api import ShopOrderSeen, Stage
from postlude.orders.models import Buyer
from postlude.people import api as people
from postlude.people.types import Actor, PersonSeen

STAFF = Actor("staff", "1")


@pytest.fixture
def pair(org, clock):
    work.unsubscribe_all()
    work.subscribe(people.JOINED, "orders", orders.on_contacts_joined)
    work.subscribe(people.PARTED, "orders", orders.on_contacts_parted)
    work.subscribe(orders.CLOSED, "told", lambda batch: told.extend(map(int, batch.keys)))
    seen = [PersonSeen(f"{name}@example.test", reference=f"test:{name}") for name in ("ann", "a")]
    told: list[int] = []
    head, child = (
        each.contact or 0 for each in people.recognise_many(org.id, seen, now=clock.now())
    )
    return head, child, told


def closed(uid, contact, clock):
    at = clock.now() - timedelta(minutes=1)
    return ShopOrderSeen(uid, Stage.CLOSED, at, contact, amount=Money(100, "TWD"))


def whose(org, *uids):
    found = {each.uid: each.contact for each in orders.shop_orders_named(org.id, uids).values()}
    return [found[uid] for uid in uids]


def test_what_was_bought_before_comes_back_and_is_counted(org, clock, pair):
    head, child, told = pair
    said = [closed("h1", head, clock), closed("c1", child, clock), closed("c2", child, clock)]
    orders.take_shop_orders(org.id, said, now=clock.now())
    people.merge(org.id, child, head, why="same", actor=STAFF, now=clock.now())
    work.drain(lambda: False)
    assert [head] * 3 == whose(org, "h1", "c1", "c2")
    orders.take_shop_orders(org.id, [closed("both", child, clock)], now=clock.now())
    work.drain(lambda: False)
    told.clear()

    people.unmerge(org.id, child, why="were two", actor=STAFF, now=clock.now())
    work.drain(lambda: False)

    assert [head, child, child, head] == whose(org, "h1", "c1", "c2", "both")
    counted = dict(Buyer.objects.filter(org=org.id).values_list("contact", "orders"))
    assert (2, 2) == (counted[head], counted[child])
    known = orders.shop_orders_named(org.id, ["c1", "c2"])
    assert {each.id for each in known.values()} == set(told)


def test_an_order_that_goes_over_by_being_told_again_comes_back_too(org, clock, pair):
    head, child, _ = pair
    first = ShopOrderSeen("c1", Stage.OPENED, clock.now() - timedelta(minutes=5), child)
    orders.take_shop_orders(org.id, [first], now=clock.now())
    people.merge(org.id, child, head, why="same", actor=STAFF, now=clock.now())
    orders.take_shop_orders(org.id, [closed("c1", child, clock)], now=clock.now())
    assert [head] == whose(org, "c1")

    people.unmerge(org.id, child, why="were two", actor=STAFF, now=clock.now())
    work.drain(lambda: False)

    assert [child] == whose(org, "c1")


def test_joined_on_and_on_it_still_comes_back_to_whom_it_was(org, clock, pair):
    head, child, _ = pair
    (third,) = people.recognise_many(org.id, [PersonSeen("c@example.test")], now=clock.now())
    top = third.contact or 0
    orders.take_shop_orders(org.id, [closed("c1", child, clock)], now=clock.now())
    for one, other in ((child, head), (head, top)):
        people.merge(org.id, one, other, why="same", actor=STAFF, now=clock.now())
        work.drain(lambda: False)
    assert [top] == whose(org, "c1")

    people.unmerge(org.id, child, why="were two", actor=STAFF, now=clock.now())
    work.drain(lambda: False)
    assert [child] == whose(org, "c1")
