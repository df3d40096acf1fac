"""Of who lets nothing be kept each report of a vendor is counted, and counted once."""

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from postlude.kernel import clock as kernel_clock
from postlude.kernel.jobs import Budget
from postlude.messages.types import TokenOwner
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.tracking import api as tracking
from postlude.tracking.consenting import forget_counted
from postlude.tracking.models import Counted, Touch, Uncounted
from postlude.tracking.types import Hit, TouchKind

AT = datetime(2023, 9, 1, 17, 0, tzinfo=UTC)


@pytest.fixture
def report(org, clock) -> Hit:
    """What Mailgun tells of somebody who said no."""
    seen = [PersonSeen("ann@example.test", source="test", reference="test:1")]
    contact = people.recognise_many(org.id, seen, now=kernel_clock.now())[0].contact
    people.set_consent(
        org.id, contact, "tracking", granted=False, source="test", now=kernel_clock.now()
    )
    owner = TokenOwner(org.id, 7, contact, "email", False, "N1", 1, 1)
    return Hit(TouchKind.CLICK, 7, AT, link=0, provider="mailgun", event_id="event-1", owner=owner)


def counted() -> list[tuple[str, int]]:
    assert 0 == Touch.objects.count()
    return list(Uncounted.objects.order_by("kind").values_list("kind", "hits"))


def test_a_report_that_comes_again_counts_once(org, report):
    for _ in range(3):
        tracking.record_many(org.id, [report, report], now=AT)
    tracking.record_many(org.id, [report], now=AT + timedelta(days=2))
    assert [("click", 1)] == counted()


def test_other_reports_count(org, report):
    others = [
        replace(report, event_id="event-2"),
        replace(report, event_id="event-3", kind=TouchKind.OPEN),
        replace(report, provider="another"),
    ]
    tracking.record_many(org.id, [report, *others], now=AT)
    assert [("click", 3), ("open", 1)] == counted()


def test_a_request_of_ones_own_leaves_nothing_to_be_told_by(org, report):
    own = replace(report, provider="own", event_id="")
    for _ in range(2):
        tracking.record_many(org.id, [own], now=AT)
    assert ([("click", 2)], 0) == (counted(), Counted.objects.count())


def test_another_organisation_counts_for_itself(org, report):
    other = orgs.create("other", "Other", zone="Asia/Taipei", currency="TWD")
    tracking.record_many(org.id, [report], now=AT)
    columns = "report"
    (mine,) = Counted.objects.filter(org=org.id).values_list(columns, flat=True)
    assert 0 == Counted.objects.filter(org=other.id).count()
    assert "event-1" not in mine
    assert mine.startswith("k1:")


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


@pytest.mark.parametrize("statement", range(1, 9))
def test_a_death_between_any_two_statements_counts_once(org, report, statement):
    left = [statement]

    def dies(execute, sql, params, many, context):
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return execute(sql, params, many, context)

    with contextlib.suppress(Killed), connection.execute_wrapper(dies):
        tracking.record_many(org.id, [report], now=AT)
    tracking.record_many(org.id, [report], now=AT)
    assert [("click", 1)] == counted()


def test_names_of_reports_are_forgotten(org, report, clock):
    tracking.record_many(org.id, [report], now=kernel_clock.now())
    assert 0 == forget_counted(Budget(5))
    clock.advance(seconds=timedelta(days=32).total_seconds())
    assert 1 == forget_counted(Budget(5))
    assert [("click", 1)] == counted()
