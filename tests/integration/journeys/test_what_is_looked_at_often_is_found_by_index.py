"""What the watch and the back-stop ask for is found beside a million whom a schedule wrote to."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from postlude.journeys import api as journeys
from postlude.kernel import claims, work
from postlude.kernel import clock as kernel_clock
from postlude.kernel.jobs import Budget
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef


def plans(act: Callable[[], object], table: str = "journeys_member") -> str:
    """Return how the database goes about what `act` asks of members, or of another table."""
    with CaptureQueriesContext(connection) as asked:
        act()
    wanted = [each["sql"] for each in asked if f'FROM "{table}"' in each["sql"]]
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


@pytest.mark.usefixtures("clock", "org")
@pytest.mark.parametrize("job", [journeys.walk_paths, journeys.walk_selected])
def test_who_is_due_on_a_path_is_claimed_by_index(job, monkeypatch) -> None:
    """The look whether anybody is due, ten times a second, and the claim: beside a million who wait
    neither reads nor sorts them.
    """
    monkeypatch.setattr(claims, "_any", lambda *_: True)  # so that the claim itself is asked
    claim = plans(lambda: job(Budget(1)), "journeys_walk")
    monkeypatch.undo()
    look = plans(lambda: job(Budget(1)), "journeys_walk")
    for plan in (look, claim):
        assert "journeys_walk_due" in plan
        assert not re.search(
            r"SCAN journeys_walk\b(?! USING)|Seq Scan on journeys_walk|Sort|TEMP B-TREE", plan
        )


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
