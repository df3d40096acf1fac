"""Set by set: a rush of sales passes through the journey without a query per person."""

from postlude.kernel import clock, work
from postlude.orders import api as orders


def test_a_thousand_buyers_are_walked_at_five_hundred_a_second(house):
    """From ticket.paid to the outbox, at 500 members a second and more (on a machine at rest)."""
    count = 1_000
    contacts = house.contacts([f"p{n}@example.test" for n in range(count)])
    sales = [house.sale(n + 1, contact) for n, contact in enumerate(contacts)]
    for chunk in range(0, count, 500):
        orders.upsert_sales(house.org, sales[chunk : chunk + 500], now=house.now)

    start = clock.monotonic()
    house.work()
    seconds = clock.monotonic() - start

    assert count == house.progress().queued
    assert work.is_idle()
    print(f"{count / seconds:.0f} members/s")
    assert count / seconds > 250  # half of the bar: the cores may be shared
