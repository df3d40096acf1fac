"""Set by set: a rush of sales passes through the journey without a query per person."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from postlude.kernel import work
from postlude.orders import api as orders


def test_a_thousand_buyers_are_walked_in_sets(house):
    """From ticket.paid to the outbox, with far fewer statements than members.

    How many a second depends on the machine: docs/reference/performance.md.
    """
    count = 1_000
    contacts = house.contacts([f"p{n}@example.test" for n in range(count)])
    sales = [house.sale(n + 1, contact) for n, contact in enumerate(contacts)]
    for chunk in range(0, count, 500):
        orders.upsert_sales(house.org, sales[chunk : chunk + 500], now=house.now)

    with CaptureQueriesContext(connection) as statements:
        house.work()

    assert count == house.progress().queued
    assert work.is_idle()
    print(f"{len(statements)} statements for {count} members")
    assert len(statements) < count
