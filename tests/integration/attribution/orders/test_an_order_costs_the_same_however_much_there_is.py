"""However many touches, page views and orders there are, judging one reads those it needs."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from postlude.activity import api as activity
from postlude.activity.types import ActivitySeen, Kind
from postlude.attribution.orders import subjects
from postlude.attribution.orders.jobs import lacking
from postlude.attribution.orders.judging import judge
from postlude.attribution.orders.knowing import orders_after_id
from postlude.attribution.orders.windows import rule_of
from postlude.kernel import clock, store
from postlude.kernel.money import Money
from postlude.messages.types import TokenOwner
from postlude.orders import api as orders
from postlude.orders.api import ShopOrderSeen, Stage
from postlude.orders.types import EventSeen, SaleSeen, TicketSeen, Via
from postlude.tracking import api as tracking
from postlude.tracking.types import Hit, TouchKind
from support.crediting import Shop, at

_TABLES = {
    "tracking_touch t": {"tracking_touch_contact", "tracking_touch_visitor"},
    "activity_facts_step": {"activity_of_visitor"},
    "orders_facts_shop_order": {"orders_shoporder_pkey", "autoindex_orders_shoporder_1"},
    "orders_facts_ticket_order": {"orders_order_pkey", "sqlite_autoindex_orders_order_1"},
    "attribution_order o": {"attribution_order_contact", "attribution_order_visitor"},
    "orders_facts_shop_order o": {"orders_shoporder_seen"},
}


@pytest.fixture
def crowd(shop) -> Shop:
    """Two hundred people, each with ten touches, ten page views and five orders."""
    begin, now = at("10:00:00"), clock.now()
    hits = [
        Hit(
            TouchKind.OPEN if number % 2 else TouchKind.CLICK,
            number + 1,
            begin + timedelta(minutes=number % 100),
            visitor=number % 200 + 1,
            owner=TokenOwner(shop.org, number + 1, number % 200 + 1, "email", False, "n"),
        )
        for number in range(2_000)
    ]
    tracking.record_many(shop.org, hits, now=now)
    looks = [_look(number, begin) for number in range(2_000)]
    activity.record_many(shop.org, looks, now=now)
    told = [
        ShopOrderSeen(
            f"o{number}",
            Stage.CLOSED,
            begin + timedelta(minutes=number % 300),
            contact=number % 200 + 1 if number % 2 else None,
            visitor=number % 200 + 1,
        )
        for number in range(1_000)
    ]
    for each in orders.take_shop_orders(shop.org, told, now=now):
        shop.orders[each.order.uid] = each.order.id
    sold = [_sale(number, begin) for number in range(1_000)]
    for each, sale in zip(orders.upsert_sales(shop.org, sold, now=now), sold, strict=True):
        shop.orders[sale.order_number] = each.order or 0
    shop.heed()
    if connection.vendor == "postgresql":  # which keeps them by itself; nobody does on SQLite
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return shop


def _sale(number: int, begin: datetime) -> SaleSeen:
    event = EventSeen("1", "fair", "Fair")
    sold = begin + timedelta(minutes=number % 300)
    ticket = TicketSeen(
        f"t{number}",
        "Regular",
        Money(1, "TWD"),
        True,
        source_updated_at=sold,
        contact=number % 200 + 1,
    )
    return SaleSeen("kktix", event, f"t{number}", Via.POLL, (ticket,))


def _look(number: int, begin: datetime) -> ActivitySeen:
    when = begin + timedelta(minutes=number % 300)
    return ActivitySeen(
        kind=Kind.PAGE,
        message_id=f"{number:032x}",
        sent_ms=int(when.timestamp() * 1_000),
        visitor=number % 200 + 1,
        contact=None,
        at=when,
        client_ts=when,
    )


def plan(asked: CaptureQueriesContext, table: str) -> str:
    """Return how the database goes about what was asked of a table."""
    wanted = [each["sql"] for each in asked if f"FROM {table}" in each["sql"]]
    wanted += [each["sql"] for each in asked if f"JOIN {table}" in each["sql"]]
    assert wanted, table
    with transaction.atomic(), connection.cursor() as cursor:
        how = "EXPLAIN QUERY PLAN"
        if connection.vendor == "postgresql":  # what is small it rather reads
            how = "EXPLAIN"
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        found = []
        for sql in wanted:
            cursor.execute(f"{how} {sql}")
            found += [str(row) for row in cursor.fetchall()]
    return "\n".join(found)


def test_every_question_of_an_order_is_answered_by_an_index(crowd):
    with CaptureQueriesContext(connection) as asked:
        judge(crowd.org, [crowd.orders["o0"], crowd.orders["t0"]], now=clock.now())
        touches = tracking.touches(crowd.org, _some_touches(crowd.org))
        subjects.orders_after(crowd.org, touches.values(), timedelta(hours=24))
        list(lacking(crowd.org, clock.now()))
        orders_after_id(crowd.org, 0, 10, rule_of(crowd.org))
    for table, indexes in _TABLES.items():
        how = plan(asked, table)
        assert any(index in how for index in indexes), (table, how)
    if connection.vendor == "sqlite":
        tickets = plan(asked, "orders_facts_ticket_order")
        assert "orders_ticket_contact" not in tickets, "all tickets of the organisation"
        assert "orders_order_seen (org_id=?)" not in tickets, "all its orders"
    assert "tracking_touch_contact" in plan(asked, "tracking_touch t")
    assert "attribution_order_contact" in plan(asked, "attribution_order o")


def test_a_hundred_orders_ask_as_often_as_two(crowd):
    """By chunks of a hundred: the questions are those of the chunk, not of each order."""

    def asked_for(count: int) -> int:
        numbers = [crowd.orders[f"{sort}{each}"] for each in range(count // 2) for sort in "ot"]
        with CaptureQueriesContext(connection) as asked:
            judge(crowd.org, numbers, now=clock.now())
        return len(asked)

    assert asked_for(2) == asked_for(100)


def _some_touches(org: int) -> list[int]:
    rows = store.rows_sql(
        "SELECT touch FROM tracking_facts_touch WHERE org = %s ORDER BY touch LIMIT 5", [org]
    )
    return [row[0] for row in rows]
