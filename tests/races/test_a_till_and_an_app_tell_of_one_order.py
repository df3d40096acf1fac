"""Statements about one order that arrive at the same moment are all heard, and none twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from django.db import connection

from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.models import Buyer, ShopOrder
from postlude.orders.shop.types import ShopOrderChange, ShopOrderSeen, Stage

NOW = datetime(2023, 9, 1, 2, tzinfo=UTC)
CONTACT, ORDERS, HANDS = 7, 12, 6
PRICE = Money(500_00, "RUB")


def told(hand: int) -> list[ShopOrderSeen]:
    """Each hand tells everything, beginning with another order and another stage."""
    story = []
    for step in range(ORDERS):
        uid, at = f"{(step + 2 * hand) % ORDERS:02}", NOW - timedelta(hours=5)
        opened = ShopOrderSeen(uid, Stage.OPENED, at, CONTACT, kind="hall", amount=PRICE)
        closed = ShopOrderSeen(uid, Stage.CLOSED, at + timedelta(hours=int(uid) % 4))
        story += [opened, closed] if hand % 2 else [closed, opened]
    return [*story, ShopOrderSeen("03", Stage.CANCELLED, NOW)]


def test_every_statement_is_heard_once(org, clock) -> None:
    barrier = threading.Barrier(HANDS)

    def work(hand: int) -> list[str]:
        try:
            barrier.wait(timeout=10)
            changes = []
            for part in (told(hand)[:9], told(hand)[9:]):
                changes += orders.take_shop_orders(org.id, part, now=NOW)
            return [each.change for each in changes]
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as pool:
        heard = [change for changes in pool.map(work, range(HANDS)) for change in changes]
    count = {change: heard.count(change) for change in ShopOrderChange}
    assert (ORDERS, ORDERS + 1, 0) == (count["new"], count["changed"], count["refused"])
    assert ORDERS == ShopOrder.objects.count()
    buyer = Buyer.objects.get(org=org.id, contact=CONTACT)
    assert (ORDERS - 1, (ORDERS - 1) * PRICE.minor) == (buyer.orders, buyer.spent_minor)
    assert NOW - timedelta(hours=2) == buyer.last_at
