"""Where somebody ordered last: whatever was told in which order, and counted anew the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from postlude.kernel import store
from postlude.orders import api as orders
from postlude.orders import buyers
from postlude.orders.models import Buyer
from postlude.orders.shop.types import ShopOrderSeen, Stage
from postlude.orgs import api as orgs

START = datetime(2023, 7, 1, 9, tzinfo=UTC)


def closed(uid: str, hour: int, branch: int | None, **more) -> ShopOrderSeen:
    at = START + timedelta(hours=hour)
    return ShopOrderSeen(uid, Stage.CLOSED, at, contact=7, branch=branch, **more)


def branch_of(org: int) -> int | None:
    rows = store.rows_sql(
        "SELECT branch FROM orders_facts_contact WHERE org = %s AND contact = 7", [org]
    )
    return rows[0][0] if rows else None


@pytest.fixture
def tell(org, clock):
    return lambda *seen: orders.take_shop_orders(org.id, seen, now=clock.now())


@pytest.fixture
def branches(org) -> tuple[int, int]:
    return (
        orgs.add_branch(org.id, "arbat", "Arbat").id,
        orgs.add_branch(org.id, "east", "East", zone="Asia/Yekaterinburg").id,
    )


def test_it_is_that_of_the_last_order_that_counts(org, tell, branches) -> None:
    one, two = branches
    tell(closed("A", 1, one))
    assert one == branch_of(org.id)
    tell(closed("B", 3, two), closed("T", 5, one, test=True))
    assert two == branch_of(org.id)
    tell(closed("C", 2, one))
    assert two == branch_of(org.id)
    tell(ShopOrderSeen("B", Stage.CANCELLED, START + timedelta(hours=6)))
    assert one == branch_of(org.id)
    tell(closed("D", 7, None))
    assert branch_of(org.id) is None


def test_the_order_of_arrival_does_not_matter(org, tell, branches, clock) -> None:
    """Two at the same instant, too."""
    one, two = branches
    told = [closed("A", 1, one), closed("B", 2, two), closed("C", 2, None), closed("D", 2, one)]
    for number, each in enumerate(permutations(told)):
        rival = orgs.create(f"o{number}", "Org", zone="Europe/Moscow", currency="RUB")
        orders.take_shop_orders(rival.id, each, now=clock.now())
        assert max(branches) == branch_of(rival.id)


def test_counting_anew_finds_it_for_those_who_ordered_before_it_was_kept(
    org, tell, branches
) -> None:
    tell(closed("A", 1, branches[0]))
    Buyer.objects.filter(org=org.id).update(branch=None)
    assert 1 == orders.recount_all(org.id)
    assert branches[0] == branch_of(org.id)
    assert 0 == orders.recount_all(org.id)


@pytest.mark.parametrize("statistics", [False, True])
def test_no_count_reads_the_orders_of_everybody(org, tell, branches, statistics: bool) -> None:
    """Also in a database that has just begun to fill, of which the engine knows nothing yet."""
    many = [replace(closed(f"A{n}", n, branches[n % 2]), contact=n % 9 + 1) for n in range(90)]
    tell(*many)
    how = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with CaptureQueriesContext(connection) as asked, store.write():
        if statistics:
            store.execute("ANALYZE orders_shoporder")
        elif connection.vendor == "postgresql":  # what it has learnt from the tests before
            table = "'orders_shoporder'::regclass"
            store.execute(f"DELETE FROM pg_statistic WHERE starelid = {table}")
            store.execute(f"UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid = {table}")
        if connection.vendor == "postgresql":  # a small table it rather reads whole
            store.execute("SET LOCAL enable_seqscan = off")
        buyers.recount(org.id, [7])
        (counted,) = [each["sql"] for each in asked if each["sql"].startswith("\nUPDATE")]
        plan = str(store.rows_sql(f"{how} {counted}".replace("%", "%%")))
    assert "orders_shoporder_contact" in plan, plan
    assert "orders_shoporder_closed" not in plan, plan
