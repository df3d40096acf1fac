"""What the watch and the back-stop ask for is found beside a million whom a schedule wrote to."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from postlude.journeys import api as journeys
from postlude.kernel import clock as kernel_clock
from postlude.kernel import work
from postlude.kernel.jobs import Budget
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef


def plans(act: Callable[[], object]) -> str:
    """Return how the database goes about what `act` asks of members."""
    with CaptureQueriesContext(connection) as asked:
        act()
    wanted = [each["sql"] for each in asked if 'FROM "journeys_member"' in each["sql"]]
    assert wanted
    with transaction.atomic(), connection.cursor() as cursor:
        how = "EXPLAIN QUERY PLAN"
        if connection.vendor == "postgresql":  # an empty table it rather reads, and sorts
            how = "EXPLAIN"
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        found = []
        for sql in wanted:
            cursor.execute(f"{how} {sql}")
            found += [str(row) for row in cursor.fetchall()]
    return "\n".join(found)


@pytest.mark.usefixtures("clock")
def test_late_sales_are_found_among_the_sales(org: OrgRef) -> None:
    now, limit = kernel_clock.now(), timedelta(minutes=5)
    assert "journeys_member_sale" in plans(lambda: journeys.late(org.id, now=now, limit=limit))


@pytest.mark.usefixtures("clock", "org")
def test_the_back_stop_looks_at_those_who_wait() -> None:
    assert "journeys_member_state" in plans(lambda: journeys.reconcile(Budget(1)))


def test_news_of_a_message_that_was_lost_is_asked_after(house, clock) -> None:
    """In each organisation, ten minutes later and not before."""
    orgs.create("aaa", "Another", zone="Asia/Taipei", currency="TWD")
    work.unsubscribe_all()
    work.subscribe("ticket.paid", "journeys", journeys.on_ticket_paid)
    work.subscribe("grant.settled", "journeys", journeys.on_grant_settled)
    house.buy("ann@example.test")
    house.deliver()
    assert [("ann@example.test", "Come in")] == house.mails()
    assert 0 == journeys.reconcile(Budget(1))
    clock.advance(minutes=11)
    assert 1 == journeys.reconcile(Budget(1))
    assert (1, 1) == (house.progress().entered, house.progress().sent)
    assert 0 == journeys.reconcile(Budget(1))
