"""Monitoring sees a silent source, work that waits and a provider's errors, as numbers."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from postlude.access.models import Grant, Resource
from postlude.kernel import clock as kernel_clock
from postlude.kernel import store, work
from postlude.kernel.models import WorkRow
from postlude.messages import api as messages
from postlude.messages.types import NewMessage
from postlude.sources import api as sources
from postlude.sources.models import Source

MINUTES = timedelta(minutes=7)


@pytest.fixture
def numbers(settings: Any) -> Any:
    """Return the value of a metric, by its labels."""
    settings.POSTLUDE_METRICS_TOKEN = "scrape-me"

    def read(name: str, **labels: str) -> list[float]:
        answer = Client().get("/metrics", headers={"Authorization": "Bearer scrape-me"})
        families = text_string_to_metric_families(answer.content.decode())
        return [
            sample.value
            for family in families
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    return read


def heard(org: int, ago: timedelta) -> None:
    sources.define_source(org, "kktix", settings={}, now=kernel_clock.now())
    with store.write():
        Source.objects.filter(org=org).update(last_success_at=kernel_clock.now() - ago)


def test_the_lag_of_a_source(org: Any, clock: Any, numbers: Any) -> None:
    heard(org.id, MINUTES)
    assert [420] == numbers("postlude_source_lag_seconds", org="pycon", source="kktix")


def test_the_backlog_and_its_age(org: Any, clock: Any, numbers: Any) -> None:
    work.subscribe("test.topic", "test.consumer", lambda batch: None)
    with store.write():
        work.publish("test.topic", org.id, ["1", "2", "3"])
    ages = "postlude_backlog_oldest_seconds"
    before = numbers(ages, consumer="test.consumer")
    clock.advance(seconds=MINUTES.total_seconds())
    assert [3] == numbers("postlude_backlog_rows", consumer="test.consumer")
    assert [before[0] + 420] == numbers(ages, consumer="test.consumer")


def test_what_a_provider_turned_down(sale: Any, numbers: Any) -> None:
    errors = "postlude_provider_errors_total"
    assert [1] == numbers(errors, org="pycon", kind="failed")
    assert [1] == numbers(errors, org="pycon", kind="unknown")


def test_a_source_and_a_place_that_fail(sale: Any, numbers: Any) -> None:
    heard(sale.org.id, MINUTES)
    assert [0] == numbers("postlude_source_failures", org="pycon", source="kktix")
    assert [] == numbers("postlude_access_failing")
    with store.write():
        Source.objects.filter(org=sale.org.id).update(failures=3)
        Resource.objects.filter(org=sale.org.id).update(
            failing_since=kernel_clock.now(), refused_at=kernel_clock.now()
        )
        Grant.objects.filter(contact=sale.contacts["opened-0"]).update(state="pending")
    assert [3] == numbers("postlude_source_failures", org="pycon", source="kktix")
    assert [1] == numbers("postlude_access_failing", org="pycon", resource="video", refused="yes")


def test_the_histogram_of_sale_to_invitation(sale: Any, numbers: Any) -> None:
    name = "postlude_sale_to_invitation_seconds_bucket"
    counts = [numbers(name, org="pycon", le=le)[0] for le in ("0.5", "5.0", "+Inf")]
    assert counts == sorted(counts)
    assert 5 == counts[-1]


def test_a_silent_source_is_not_ready(org: Any, clock: Any) -> None:
    heard(org.id, timedelta(minutes=9))
    assert 200 == Client().get("/ready").status_code
    clock.advance(minutes=2)
    answer = Client().get("/ready")
    assert 503 == answer.status_code
    assert {"database": True, "sources": False, "outbox": True} == answer.json()["checks"]
    assert 200 == Client().get("/health").status_code


def test_mail_that_nobody_sends_is_not_ready(sale: Any, clock: Any) -> None:
    """One sender's queue does not move: neither the database nor a source is to blame."""
    sender = messages.sender(sale.org.id, "mail").id
    letter = NewMessage(
        key="invite:again",
        klass="transactional",
        sender=sender,
        contact=sale.contacts["opened-0"],
        template_version=messages.template(sale.org.id, "invite").id,
        locale="en",
        context={"conference": sale.conference},
        lane=0,
        node="invite",
    )
    with store.write():
        messages.enqueue_many(sale.org.id, [letter], now=clock.now())
        WorkRow.objects.all().delete()
    assert {"database": True, "sources": True, "outbox": True} == checks(200)
    clock.advance(minutes=6)
    assert {"database": True, "sources": True, "outbox": False} == checks(503)


def checks(status: int) -> dict[str, bool]:
    answer = Client().get("/ready")
    assert status == answer.status_code, answer.content
    return dict(answer.json()["checks"])
