"""We die at each boundary of a joining and a parting; what is told again ends as it was to be."""

from datetime import timedelta

import pytest

from postlude.kernel import boundaries, work
from postlude.kernel.models import WorkRow
from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.api import ShopOrderSeen, Stage
from postlude.people import api as people
from postlude.people.models import Joining, Parting
from postlude.people.types import Actor, CustomerSeen, PersonSeen
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Give

STAFF = Actor("staff", "1")
NAMES = (
    "people.kept_apart",
    "people.merged",
    "people.unmerged",
    "orders.given_back",
    "rewards.accounts_parted",
)


class Died(BaseException):
    """As a kill would: nothing of ours catches it."""


@pytest.mark.parametrize("name", NAMES)
def test_told_again_after_a_death_it_is_as_it_was_to_be(org, clock, monkeypatch, name):
    work.unsubscribe_all()
    for topic, consumer, handler in (
        (people.JOINED, "orders", orders.on_contacts_joined),
        (people.JOINED, "rewards", rewards.on_contacts_joined),
        (people.PARTED, "orders", orders.on_contacts_parted),
        (people.PARTED, "rewards", rewards.on_contacts_parted),
    ):
        work.subscribe(topic, consumer, handler)
    seen = [PersonSeen(f"{each}@example.test") for each in ("ann", "a")]
    head, child = (
        each.contact or 0 for each in people.recognise_many(org.id, seen, now=clock.now())
    )
    order = ShopOrderSeen(
        "c1", Stage.CLOSED, clock.now() - timedelta(minutes=1), child, amount=Money(100, "TWD")
    )
    orders.take_shop_orders(org.id, [order], now=clock.now())
    rewards.give_many(org.id, [Give("c", child, 5, "feedback")], now=clock.now())
    both = [CustomerSeen(number, "+886912345678") for number in ("m1", "m2")]
    people.upsert_customers(org.id, both, actor=STAFF, now=clock.now())
    (asked,) = people.conflicts(org.id)
    died = []

    def crossing(here):
        if here == name and not died:
            died.append(here)
            raise Died

    monkeypatch.setattr(boundaries, "crossing", crossing)
    for step in (
        lambda: people.merge(org.id, child, head, why="same", actor=STAFF, now=clock.now()),
        lambda: people.unmerge(org.id, child, why="two", actor=STAFF, now=clock.now()),
        lambda: people.keep_apart(org.id, asked.id, why="two", actor=STAFF, now=clock.now()),
    ):
        try:
            step()
        except Died:
            died.append("again")
        for _ in range(2):
            try:
                work.drain(lambda: False)
            except Died:
                WorkRow.objects.update(lease_until=None, owner="")  # the lease runs out

    assert name == died[0]
    assert (1, 1) == (Joining.objects.count(), Parting.objects.count())
    assert child == orders.shop_orders_named(org.id, ["c1"])["c1"].contact
    found = rewards.balances(org.id, [head, child], now=clock.now())
    assert {head: 0, child: 5} == {who: each.available for who, each in found.items()}
    assert [] == rewards.check_points(org.id)
    assert [] == people.conflicts(org.id)
