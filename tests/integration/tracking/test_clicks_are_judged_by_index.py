"""However many activities and touches there are, a run reads those it needs."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from postlude.kernel.jobs import Budget
from postlude.messages.types import TokenOwner
from postlude.tracking import api as tracking
from postlude.tracking import candidates
from postlude.tracking.judging import judge
from postlude.tracking.models import Clicker
from postlude.tracking.types import Hit, TouchKind


def plan(queries, table: str) -> str:
    """Return how the database goes about what was asked of a table."""
    wanted = [each["sql"] for each in queries if f"{table} " in each["sql"]]
    wanted = [each for each in wanted if each.lstrip().startswith("SELECT")]
    assert wanted
    with transaction.atomic(), connection.cursor() as cursor:
        how = "EXPLAIN QUERY PLAN"
        if connection.vendor == "postgresql":  # an empty table it rather reads
            how = "EXPLAIN"
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        found = []
        for sql in wanted:
            cursor.execute(f"{how} {sql}")
            found += [str(row) for row in cursor.fetchall()]
    return "\n".join(found)


def test_activities_are_found_by_visitor_and_time(street, clock):
    visitor = street.browser("b1").visitor
    for number in range(20):
        street.touch(f"c{number}", street.mailing.send(), street.moment("10:00"), visitor=visitor)
    clock.advance(hours=24)
    with CaptureQueriesContext(connection) as asked:
        tracking.judge_due(Budget(60))

    assert 1 == sum("activity_facts_activity" in each["sql"] for each in asked)
    assert "activity_of_visitor" in plan(asked, "activity_facts_activity")
    assert "tracking_unjudged_at" in plan(asked, "FROM tracking_unjudged")


def test_a_run_asks_as_often_for_a_hundred_clicks_as_for_two(street, clock):
    def asked_for(count: int) -> int:
        for number in range(count):
            street.touch(f"{count}:{number}", street.mailing.send(), street.moment("10:00"))
        with CaptureQueriesContext(connection) as asked:
            judge(street.org, street.clicks.values(), now=street.moment("23:00"))
        return len(asked)

    assert asked_for(2) == asked_for(100)


def test_what_a_fact_speaks_for_is_found_by_index(street):
    contact = street.mailing.person("A1")
    visitor = street.browser("b1", member="A1").visitor
    at = street.moment("11:00")
    crowd(street.org, contact, at)
    with CaptureQueriesContext(connection) as asked:
        candidates.of_activities(street.org, [(visitor, at)])
    by_fact = plan(asked, "tracking_touch t")
    with CaptureQueriesContext(connection) as asked:
        candidates.of_contacts(street.org, [contact])
    by_person = plan(asked, "tracking_touch t")

    assert "tracking_touch_visitor" in by_fact
    assert "tracking_touch_contact" in by_fact
    assert "tracking_touch_contact" in by_person
    assert "tracking_clicker_visitor" in by_fact


def crowd(org: int, first: int, at: datetime) -> None:
    """Let two hundred people click ten times, each of ten mails."""
    hits = [
        Hit(
            TouchKind.CLICK,
            number,
            at + timedelta(minutes=number),
            visitor=number if number % 2 else None,
            owner=TokenOwner(org, number, first + number % 200, "email", False, f"n{number % 10}"),
        )
        for number in range(2_000)
    ]
    tracking.record_many(org, hits, now=at)
    clickers = [Clicker(touch=n, org_id=org, visitor=n % 200, at=at) for n in range(2_000)]
    Clicker.objects.bulk_create(clickers)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
