"""What is told of a shop's orders: kept once, counted for the buyer, walked in pages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from postlude.kernel import store, work
from postlude.kernel.models import WorkRow
from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders import handing
from postlude.orders.errors import BadShopOrder
from postlude.orders.models import Buyer, ShopOrder
from postlude.orders.shop.types import ShopOrderChange, ShopOrderSeen, Stage
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people import joining
from postlude.people.types import PersonSeen

START = datetime(2023, 7, 1, 9, tzinfo=UTC)
PRICE = Money(1_000_00, "RUB")


def opened(uid: str, hour: int = 0, **more) -> ShopOrderSeen:
    told = {"contact": 7, "kind": "delivery", "source": "Site", "amount": PRICE} | more
    return ShopOrderSeen(uid, Stage.OPENED, START + timedelta(hours=hour), **told)


def closed(uid: str, hour: int = 1, **more) -> ShopOrderSeen:
    return ShopOrderSeen(uid, Stage.CLOSED, START + timedelta(hours=hour), **more)


def cancelled(uid: str, hour: int = 2, **more) -> ShopOrderSeen:
    return ShopOrderSeen(uid, Stage.CANCELLED, START + timedelta(hours=hour), **more)


@pytest.fixture
def tell(org, clock):
    return lambda *seen: orders.take_shop_orders(org.id, seen, now=clock.now())


def kept(org: int, contact: int = 7) -> tuple | None:
    rows = Buyer.objects.filter(org=org, contact=contact)
    return rows.values_list("orders", "first_at", "last_at", "spent_minor", "currency").first()


def last(org: int, contact: int = 7) -> datetime | None:
    row = kept(org, contact)
    return row[2] if row else None


def test_closing_an_order_stamps_the_date_of_the_last_one(org, tell) -> None:
    tell(opened("A"))
    assert kept(org.id) is None
    tell(closed("A", 1), opened("B", 5), closed("B", 6))
    first, second = START + timedelta(hours=1), START + timedelta(hours=6)
    assert (2, first, second, 2 * PRICE.minor, "RUB") == kept(org.id)


def test_cancelling_the_last_order_goes_back_to_the_one_before(org, tell) -> None:
    tell(opened("A"), closed("A", 1), opened("B", 5), closed("B", 6))
    tell(cancelled("B", 30))
    assert START + timedelta(hours=1) == last(org.id)
    tell(cancelled("A", 31))
    assert (0, None, None, 0, None) == kept(org.id)


def test_any_order_of_arrival_ends_the_same(org, tell) -> None:
    """Two orders of one buyer; each is told of in its own way, in one call or in many."""
    story = [opened("A"), closed("A", 3, amount=Money(5, "RUB")), cancelled("A"), closed("B", 1, contact=7), opened("B")]  # fmt: skip
    ends = set()
    for number, told in enumerate(permutations(story)):
        if number % 3:
            for each in told:
                tell(each)
        else:
            tell(*told)
        rows = ShopOrder.objects.filter(org=org.id).order_by("uid")
        columns = ("uid", "state", "contact", "amount_minor", "opened_at", "closed_at", "closed_day", "cancelled_at", "closing_said")  # fmt: skip
        ends.add((tuple(rows.values_list(*columns)), kept(org.id)))
        ShopOrder.objects.all().delete()
        Buyer.objects.all().delete()
    assert 1 == len(ends)
    assert (1, START + timedelta(hours=1)) == ends.pop()[1][:2]


def test_told_twice_is_told_once_and_otherwise_is_refused(org, tell) -> None:
    """A refused statement changes nothing; the others of its batch are kept."""
    assert [ShopOrderChange.NEW, ShopOrderChange.CHANGED] == [
        each.change for each in tell(opened("A"), closed("A"))
    ]
    found = tell(closed("A"), closed("A", 4), opened("A", contact=8), opened("B"))
    assert [
        ShopOrderChange.SAME,
        ShopOrderChange.REFUSED,
        ShopOrderChange.REFUSED,
        ShopOrderChange.NEW,
    ] == [e.change for e in found]
    assert START + timedelta(hours=1) == found[1].order.closed_at == last(org.id)
    assert 2 == ShopOrder.objects.count()


def test_a_test_counts_for_nobody(org, tell, clock) -> None:
    tell(opened("A", test=True), closed("A"))
    assert kept(org.id) is None
    assert [] == page(org, clock.now()).orders


def test_tickets_and_orders_of_a_shop_add_up(org, take, doors, tell) -> None:
    """One rollup serves both, and rules read it."""
    take(doors("1").poll())
    tell(closed("A", contact=100, amount=Money(100, "TWD")))
    assert (2, 129_100, "TWD") == tuple(kept(org.id, 100)[each] for each in (0, 3, 4))
    take(doors("1").cancel())
    assert (1, 100) == tuple(kept(org.id, 100)[each] for each in (0, 3))
    rows = store.rows_sql("SELECT orders FROM orders_facts_contact WHERE contact = 100")
    assert [(1,)] == rows


def test_an_order_of_a_branch_has_the_day_of_its_zone(org, tell) -> None:
    """23:30 in Taipei is 18:30 in Moscow; the day is set once, unless another branch sold."""
    branch = orgs.add_branch(org.id, "far", "Far", zone="Pacific/Auckland")
    tell(closed("A", 9, contact=7))
    assert "2023-07-02" == str(ShopOrder.objects.get(uid="A").closed_day)
    tell(closed("B", 5, contact=7), opened("B", branch=branch.id))
    assert "2023-07-02" == str(ShopOrder.objects.get(uid="B").closed_day)


def test_what_cannot_be_is_refused_before_anything_is_written(org, tell) -> None:
    naive = START.replace(tzinfo=None)
    for bad in (
        opened(""),
        opened("A" * 65),
        opened("A\0"),
        opened("A", amount=Money(-1, "RUB")),
        opened("A", coupons=("TWO WORDS",)),
        replace(opened("A"), at=naive),
        opened("A", 24 * 365 * 9),
        cancelled("A", kind="hall"),
        replace(opened("A"), opened_at=START),
    ):
        with pytest.raises(BadShopOrder):
            tell(opened("GOOD"), bad)
    assert not ShopOrder.objects.exists()


def test_news_comes_with_the_commit_and_not_of_tests(org, tell, monkeypatch) -> None:
    """`order.opened` when it is known, or of whom; `order.closed` again when more became known of
    it; `order.cancelled` if it had counted.
    """
    monkeypatch.setattr(work, "_subscriptions", {})
    for topic in (orders.OPENED, orders.CLOSED, orders.CANCELLED):
        work.subscribe(topic, "listener", print)

    def news() -> list[tuple[str, int]]:
        rows = WorkRow.objects.filter(org=org.id)
        found = sorted((each.topic, each.generation) for each in rows)
        rows.delete()
        return found

    tell(opened("A"), opened("T"), closed("T", contact=7, test=True), cancelled("T"))
    assert [("order.opened", 1)] == news()
    tell(opened("A"), opened("Y"), cancelled("Y"), cancelled("X"))
    assert [] == news()
    tell(closed("A"))
    assert [("order.closed", 1)] == news()
    tell(closed("A"))
    assert [] == news()
    tell(cancelled("A"))
    assert [("order.cancelled", 1)] == news()
    tell(closed("B"))
    tell(opened("B"))
    assert [("order.closed", 2), ("order.opened", 1)] == news()


def test_orders_go_with_a_contact_that_turns_out_to_be_another(org, tell, clock) -> None:
    """Also those of which more is told before they were handed over."""
    seen = [PersonSeen(f"buyer{each}@example.test") for each in range(2)]
    child, head = (each.contact for each in people.recognise_many(org.id, seen, now=clock.now()))
    tell(closed("A", contact=child), opened("B", contact=child), closed("B", 2))
    with store.write():
        joining.join(org.id, {child: head}, reason="test", now=clock.now())
    assert ShopOrderChange.SAME is tell(closed("A", contact=child))[0].change
    assert (1, 1) == (kept(org.id, child)[0], kept(org.id, head)[0])
    assert 1 == handing.hand_over(org.id, [child])
    assert (0, 2) == (kept(org.id, child)[0], kept(org.id, head)[0])


def page(org, until: datetime, **more):
    since = more.pop("since", START - timedelta(days=1))
    return orders.closed_shop_orders(org.id, since=since, until=until, **more)


def test_closed_orders_are_walked_in_pages(org, tell, clock) -> None:
    """Each once, oldest first, also where several closed at one moment; only of the words asked."""
    kinds, sources = ("delivery", "hall"), ("Site", "App", "till")
    for number in range(24):
        order = opened(f"{number:02}", kind=kinds[number % 2], source=sources[number % 3])
        tell(order, closed(f"{number:02}", 1 + number // 5))
    tell(cancelled("00", 90), closed("N", 1, kind="delivery", source="Site"))
    found, after = [], None
    while True:
        part = page(org, clock.now(), kinds=["delivery"], sources=["Site", "App"], after=after, limit=2)  # fmt: skip
        found += [each.uid for each in part.orders]
        if part.after is None:
            break
        after = part.after
    wanted = [f"{n:02}" for n in range(1, 24) if n % 2 == 0 and n % 3 < 2]
    assert wanted == found


def test_a_time_begins_after_its_first_moment_and_ends_with_its_last(org, tell) -> None:
    tell(*(closed(str(hour), hour, contact=7) for hour in (1, 2, 3)))
    found = page(org, START + timedelta(hours=3), since=START + timedelta(hours=1))
    assert ["2", "3"] == [each.uid for each in found.orders]


def test_who_ordered_in_a_month_is_told_once(org, tell) -> None:
    """Also who ordered before and after it; not who only did that, cancelled, or tested."""
    days = {1: (-3, 2), 2: (2, 3), 3: (-3, 40), 4: (2,), 5: (2,), 6: (0,), 7: (31,)}
    for contact, told in days.items():
        for day in told:
            tell(closed(f"{contact}.{day}", 24 * day, contact=contact, test=contact == 5))
    tell(cancelled("4.2", 24 * 50), closed("nobody", 24 * 2))
    begin, end = START, START + timedelta(days=31)
    assert [1, 2, 6] == orders.shop_buyers(org.id, begin=begin, end=end)
    assert [1, 2] == orders.shop_buyers(org.id, begin=begin, end=end, limit=2)
    assert [6] == orders.shop_buyers(org.id, begin=begin, end=end, after=2)


def test_orders_of_another_organisation_are_not_there(org, tell, clock) -> None:
    other = orgs.create("rival", "Rival", zone="Asia/Taipei", currency="TWD")
    order = tell(closed("A", contact=7))[0].order
    assert {} == orders.shop_orders(other.id, [order.id])
    assert {} == orders.shop_orders_named(other.id, ["A"])
    assert order == orders.shop_orders(org.id, [order.id])[order.id]
    assert order == orders.shop_orders_named(org.id, ["A", "B"])["A"]
    assert [] == page(other, clock.now()).orders
    begin, end = START, START + timedelta(days=31)
    assert [] == orders.shop_buyers(other.id, begin=begin, end=end)


def test_a_rebuild_finds_whom_neither_tickets_nor_rows_name(org, take, doors, tell) -> None:
    """Told apart from those that were right; a second time there is nothing to do."""
    take(doors("1").poll())
    tell(closed("A", contact=8), closed("B", contact=9))
    wanted = {each: kept(org.id, each) for each in (8, 9, 100)}
    Buyer.objects.filter(contact=8).delete()
    Buyer.objects.filter(contact=9).update(last_at=START)
    Buyer.objects.create(org_id=org.id, contact=10, orders=3, last_at=START)
    heard: list[tuple[int, int]] = []
    assert 3 == orders.recount_all(org.id, lambda done, total: heard.append((done, total)))
    assert wanted == {each: kept(org.id, each) for each in (8, 9, 100)}
    assert (0, None, None, 0, None) == kept(org.id, 10)
    assert [(4, 4)] == heard
    assert 0 == orders.recount_all(org.id)
