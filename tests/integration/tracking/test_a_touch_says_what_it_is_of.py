"""A touch holds whom and what its message is of, by whatever door it came."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from postlude.kernel import store, work
from postlude.messages import api as messages
from postlude.messages.models import TemplateVersion
from postlude.orgs import api as orgs
from postlude.tracking import api as tracking
from postlude.tracking.models import Touch, Unjudged
from postlude.tracking.types import Hit, TouchKind
from support.touching import Mailing

AT = datetime(2023, 9, 1, 17, 0, tzinfo=UTC)


@pytest.fixture
def mailing(org, clock) -> Mailing:
    return Mailing(org.id)


def facts(org: int) -> list[tuple[object, ...]]:
    return store.rows_sql(
        "SELECT kind, message, contact, visitor, channel, node, template, cycle, testing, human "
        "FROM tracking_facts_touch WHERE org = %s ORDER BY touch",
        [org],
    )


def test_the_view_shows_the_message_behind_it(org, mailing):
    sent = mailing.send(node="shop/welcome", cycle=17)
    tracking.record_many(org.id, [Hit(TouchKind.CLICK, sent.message, AT, link=0)], now=AT)

    version = TemplateVersion.objects.get(id=mailing.version)
    (row,) = facts(org.id)
    assert (
        *("click", sent.message, sent.contact, None, "email", "shop/welcome"),
        *(version.template_id, 17),
    ) == row[:8]
    assert (False, None) == (bool(row[8]), row[9])


def test_what_came_with_the_hit_is_not_asked_for_again(org, mailing):
    sent = mailing.send(node="n")
    owner = messages.owners_of([sent.message])[sent.message]
    known = [Hit(TouchKind.OPEN, sent.message, AT, owner=owner)]
    strange = [
        Hit(TouchKind.OPEN, mailing.send(node="n").message, AT + timedelta(seconds=each))
        for each in range(20)
    ]
    with CaptureQueriesContext(
        connection,
    ) as of_known:
        tracking.record_many(org.id, known, now=AT)
    with CaptureQueriesContext(connection) as of_strange:
        tracking.record_many(org.id, strange, now=AT)

    def asked(captured: CaptureQueriesContext) -> int:
        return sum("messages_message" in each["sql"] for each in captured)

    assert (0, 1) == (asked(of_known), asked(of_strange))
    assert 21 == sum(row[5] == "n" for row in facts(org.id))


def test_a_message_of_another_organisation_lends_nothing(org, mailing):
    other = orgs.create("other", "Other", zone="Europe/Berlin", currency="EUR")
    sent = mailing.send(node="n")
    tracking.record_many(other.id, [Hit(TouchKind.OPEN, sent.message, AT)], now=AT)

    assert [None] == [row[2] for row in facts(other.id)]


def test_opens_and_clicks_are_told_once_and_tests_never(org, mailing, work_of):
    heard = work_of(tracking.RECORDED)
    sent, test = mailing.send(node="n"), mailing.send(node="n", testing=True)
    hits = [
        Hit(TouchKind.OPEN, sent.message, AT),
        Hit(TouchKind.CLICK, sent.message, AT, link=0),
        Hit(TouchKind.UNSUBSCRIBE, sent.message, AT),
        Hit(TouchKind.CLICK, test.message, AT, link=0),
    ]
    tracking.record_many(org.id, hits, now=AT)
    tracking.record_many(org.id, hits, now=AT)

    told = tracking.touches(org.id, heard())
    assert {TouchKind.OPEN, TouchKind.CLICK} == {each.kind for each in told.values()}
    assert {sent.message} == {each.message for each in told.values()}
    assert 2 == len(told)
    assert 1 == len([row for row in facts(org.id) if row[8]])


def test_touches_of_contacts_are_within_the_ends_and_in_order(org, mailing):
    sent = mailing.send(node="n")
    moments = [AT - timedelta(microseconds=1), AT, AT + timedelta(hours=1), AT + timedelta(hours=2)]
    hits = [Hit(TouchKind.OPEN, sent.message, at, event_id=str(at)) for at in reversed(moments)]
    tracking.record_many(org.id, hits, now=AT)

    found = tracking.touches_of_contacts(
        org.id, [sent.contact, 5], since=AT, until=AT + timedelta(hours=1)
    )
    assert [AT, AT + timedelta(hours=1)] == [each.at for each in found[sent.contact]]
    assert [] == found[5]


def test_touches_of_before_learn_whom_they_are_of(org, mailing):
    fill = import_module("postlude.tracking.migrations.0004_touches_of_before")
    sent = mailing.send(node="n", cycle=3)
    click = Hit(TouchKind.CLICK, sent.message, AT, link=0)
    tracking.record_many(org.id, [click, Hit(TouchKind.ACCESS, None, AT, subject=8)], now=AT)
    as_they_are = facts(org.id)
    Unjudged.objects.all().delete()
    Touch.objects.update(contact=None, channel="", node="", template=None, cycle=None)

    for _ in range(2):  # a second time changes nothing
        store.execute(fill.FILL)
        store.execute(fill.AWAIT)

    assert as_they_are == facts(org.id)
    assert ["click"] == [
        Touch.objects.get(id=each).kind for each in Unjudged.objects.values_list("touch", flat=True)
    ]


@pytest.fixture
def work_of():
    """Return what subscribes to a topic, and then what was told of it."""

    def subscribe(topic):
        heard: list[str] = []
        work.subscribe(topic, "test", lambda batch: heard.extend(batch.keys))

        def drained() -> list[str]:
            work.drain(lambda: False)
            return heard

        return drained

    yield subscribe
    work.unsubscribe_all()
