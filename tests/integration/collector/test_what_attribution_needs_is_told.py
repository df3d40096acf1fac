"""Of an order its browser is kept; what comes late, and whose a browser turns out to be, is news."""

import time

import pytest

from postlude.activity import api as activity
from postlude.kernel import store, work
from postlude.kernel.models import WorkRow
from postlude.orders import api as orders
from postlude.people import api as people
from support.beacons import event, order, page_view


@pytest.fixture
def told(monkeypatch):
    """Return (topic, key) of the work rows since the last look, and forget them."""
    monkeypatch.setattr(work, "_subscriptions", {})
    for topic in (activity.LATE, people.KNOWN, orders.TOLD):
        work.subscribe(topic, "listener", print)

    def look() -> list[tuple[str, int]]:
        found = [(topic, int(key)) for topic, key in WorkRow.objects.values_list("topic", "key")]
        WorkRow.objects.all().delete()
        return sorted(found)

    return look


def test_an_order_says_which_browser_told_of_it(page, told):
    page.send(page_view(), order("A-1"))
    page.send(order("A-1"), order("A-2"))
    page.forget()
    page.send(order("A-3"), member="M1", consent=False)
    rows = store.rows_sql("SELECT uid, visitor, order_id FROM orders_facts_shop_order ORDER BY uid")
    [visitor] = store.rows_sql("SELECT DISTINCT visitor FROM activity_facts_activity")
    assert [("A-1", *visitor), ("A-2", *visitor), ("A-3", None)] == [row[:2] for row in rows]
    assert sorted(("order.told", row[2]) for row in rows) == told()
    page.send(order("A-2"))
    assert [] == told()


def test_what_comes_late_is_news_and_what_comes_at_once_is_none(page, told):
    now = int(time.time() * 1_000)
    late = {**page_view("https://shop.example.test/late"), "at": now - 301_000}
    soon = {**event("add_to_cart"), "at": now - 299_000}
    page.send(late, soon, page_view(), sent_at=now)
    rows = store.rows_sql("SELECT activity FROM activity_facts_activity WHERE url LIKE '%%/late'")
    assert [(activity.LATE, rows[0][0])] == told()
    page.send(late, sent_at=now)
    assert [] == told()


def test_whose_a_browser_turns_out_to_be_is_news_once(page, told):
    page.send(page_view())
    assert [] == told()
    page.send(event("login"), member="M1")
    [(visitor,)] = store.rows_sql("SELECT visitor FROM people_facts_visitor")
    assert [(people.KNOWN, visitor)] == told()
    page.send(event("login"), member="M1")
    assert [] == told()
