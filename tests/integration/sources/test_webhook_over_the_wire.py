"""The sandbox really POSTs to our server, repeats itself, mixes things up; we end right."""

from typing import Any

import pytest


@pytest.fixture
def wired(shop: Any, hook: Any, web: str) -> Any:
    shop.client.configure("kktix", webhook_url=web + hook.path, batch_every_s=0.02)
    return shop


def delivered(shop: Any, count: int) -> None:
    def there() -> bool:
        log = shop.client.received("kktix")["deliveries"]
        return sum(each["attempts"].count(200) for each in log) >= count

    shop.client.wait_for(there)


def test_a_sale_and_its_refund_arrive(wired: Any, hook: Any, news: Any) -> None:
    order = wired.sell(tickets=[{"price": 2790}])
    delivered(wired, 1)
    hook.drain()
    assert {"paid": 1} == wired.states()
    wired.client.refund(order["order_no"])
    delivered(wired, 2)
    hook.drain()
    assert {"refunded": 1} == wired.states()
    assert (1, 1) == (news.of("ticket.paid"), news.of("ticket.refunded"))


def test_a_batch_sent_twice_is_one(wired: Any, hook: Any, news: Any) -> None:
    wired.client.fault("kktix", "duplicate_webhook")
    wired.sell_many(5)
    delivered(wired, 2)
    hook.drain()
    assert {"paid": 5} == wired.states()
    assert 5 == news.of("ticket.paid")


def test_a_cancel_that_overtakes_its_sale(wired: Any, hook: Any, news: Any) -> None:
    wired.client.configure("kktix", batch_size=1)
    wired.client.fault("kktix", "out_of_order_webhook", count=1)
    order = wired.sell()
    wired.client.cancel(order["order_no"])
    delivered(wired, 2)
    hook.drain()
    assert {"cancelled": 1} == wired.states()


def test_a_wrong_secret_is_refused_and_the_retry_taken(wired: Any, hook: Any) -> None:
    wired.client.fault("kktix", "wrong_signature", count=1)
    wired.sell()
    wired.client.wait_for(lambda: wired.client.received("kktix")["total"] >= 1)
    hook.drain()
    assert {} == wired.states()
    # The poll is the back-stop for whatever the webhook lost.
    assert {"new": 1} == wired.good_poll().changes


def test_the_organisers_test_delivery_is_answered(wired: Any, hook: Any) -> None:
    wired.client.test_delivery()
    delivered(wired, 1)
    assert 1 == hook.drain()
    assert {} == wired.states()
