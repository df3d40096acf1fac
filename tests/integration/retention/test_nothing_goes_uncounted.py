"""Hits go only after whoever counts by them has heeded them, and only those that are counted."""

from datetime import date, timedelta

import pytest

from postlude.attribution.models import OrderCredit
from postlude.kernel import clock, ids, jobs, store, work
from postlude.messages.models import Message
from postlude.orgs import api as orgs
from postlude.orgs.errors import BadSetting
from postlude.orgs.models import Retention as Row
from postlude.reports import api as reports
from postlude.reports.models import Rebuild
from postlude.tracking.models import Repeat, Touch, Unjudged

from .conftest import LATER, Past


def _kept(past: Past) -> reports.Kept:
    return reports.kept(past.ref, clock.now())


@pytest.mark.parametrize("waits", ["news", "clicks", "orders", "rebuild"])
def test_what_is_not_counted_yet_waits(past: Past, waits: str) -> None:
    raw = past.raw()
    touch = Touch.objects.filter(kind="click").first()
    assert touch is not None
    if waits == "news":
        with store.write():
            work.publish("touch.judged", past.org, [touch.id])
    elif waits == "clicks":
        Unjudged.objects.create(touch=touch.id, org_id=past.org, at=touch.at)
    elif waits == "orders":
        OrderCredit.objects.update(rule=-1)
    else:
        Rebuild.objects.create(org_id=past.org)
    assert past.retain() == 0
    found = _kept(past)
    assert waits == found.waits
    assert date(2026, 5, 1) == found.said.closed
    assert found.said.horizon is None
    assert raw[0] == past.raw()[0]
    past.work()
    assert _kept(past).waits is None
    assert past.retain() == 26
    assert date(2026, 5, 1) == _kept(past).said.gone
    assert [] == past.differing()


def test_nobody_is_surprised(past: Past) -> None:
    """Of what was there before anybody knew of this, nothing goes within a week."""
    Row.objects.all().delete()
    raw = past.raw()
    for _ in range(3):
        assert (past.retain(), past.raw()) == (0, raw)
        assert _kept(past).waits is reports.Waits.NEW
        past.clock.advance(days=2)
    past.clock.advance(days=1)
    assert past.retain() == 26


def test_after_a_load_of_history_a_week_is_left_for_the_rest(past: Past) -> None:
    day = "2026-03-01T10:00:00+08:00"
    past.tell(
        {"kind": "contact", "id": "B1", "email": "b1@example.test"},
        {
            "kind": "message",
            "id": "m9",
            "contact": "B1",
            "channel": "email",
            "node": "n",
            "template": "t",
            "at": day,
            "state": "accepted",
        },
    )
    past.work()
    assert past.retain() == 0
    assert (_kept(past).waits, _kept(past).said.closed) == (reports.Waits.LOADING, None)
    more = past.tell({"kind": "touch", "id": "t9", "message": "m9", "what": "open", "at": day})
    assert not more.rejected
    past.work()
    past.clock.advance(days=7, seconds=1)
    assert past.retain() == 27
    assert [] == past.differing()


def test_what_other_figures_are_counted_from_stays(past: Past) -> None:
    """Funnel, popups, and what somebody asked for in law."""
    opened = Touch.objects.filter(kind="open").order_by("id").first()
    clicked = Touch.objects.filter(kind="click").order_by("id").first()
    assert opened
    assert clicked
    Message.objects.filter(id=opened.message).update(klass="transactional")
    mine = set(Touch.objects.filter(message=opened.message).values_list("id", flat=True))
    for number, (kind, channel) in enumerate(
        (("access", ""), ("unsubscribe", "email"), ("click", "popup"), ("view", "email"))
    ):
        clicked.id, clicked.dedup = ids.new_id(), f"made {number}"
        clicked.kind, clicked.channel, clicked.message = kind, channel, None
        clicked.save(force_insert=True)
        if kind != "view":
            mine.add(clicked.id)
    past.retain()
    assert mine == set(Touch.objects.values_list("id", flat=True))


def test_a_repeat_is_forgotten_with_its_time(past: Past) -> None:
    Repeat.objects.create(touch=1, of=2, org_id=past.org)
    past.retain()
    assert not Repeat.objects.exists()


def test_how_long_is_said_by_the_organisation(past: Past) -> None:
    assert 13 == orgs.retention(past.org).months
    orgs.set_retention(past.org, None, actor="ann", now=clock.now())
    assert (past.retain(), _kept(past).wanted) == (0, None)
    orgs.set_retention(past.org, 24, actor="ann", now=clock.now())
    assert past.retain() == 0
    for wrong in (0, 2, 121, -13):
        with pytest.raises(BadSetting) as error:
            orgs.set_retention(past.org, wrong, actor="ann", now=clock.now())
        assert "3 to 120" in error.value.hint
    orgs.set_retention(past.org, 3, actor="ann", now=clock.now())
    assert past.retain() == 0
    assert _kept(past).waits is reports.Waits.NEW
    past.clock.advance(days=7)
    assert _kept(past).waits is None
    assert past.retain() == 26
    assert date(2027, 3, 8) == orgs.horizon(past.org)
    orgs.set_retention(past.org, 13, actor="ann", now=clock.now())
    past.clock.advance(days=7)
    past.retain()
    assert date(2027, 3, 8) == orgs.horizon(past.org)  # what is final stays final


def test_somebody_who_changes_their_mind_in_time_keeps_all(past: Past) -> None:
    """Closed days whose deletion has not begun: nothing goes once it is said to stay."""
    Rebuild.objects.create(org_id=past.org)
    past.retain()
    assert orgs.retention(past.org).closed is not None
    Rebuild.objects.all().delete()
    raw = past.raw()
    orgs.set_retention(past.org, None, actor="ann", now=clock.now())
    assert (past.retain(), past.raw()) == (0, raw)
    orgs.set_retention(past.org, 24, actor="ann", now=clock.now())
    assert (past.retain(), past.raw()) == (0, raw)
    assert orgs.horizon(past.org) is None


def test_another_organisation_loses_nothing(past: Past) -> None:
    other = orgs.create("other", "Other", zone="Asia/Taipei", currency="TWD")
    orgs.set_retention(past.org, None, actor="ann", now=clock.now())
    raw = past.raw()
    assert reports.retain_org(other, jobs.Budget(60)) == 0
    assert raw == past.raw()


def test_a_little_goes_every_hour(past: Past) -> None:
    assert jobs.run_once("reports.retain", wait=1) == 26
    past.clock.advance(days=3)
    assert jobs.run_once("reports.retain", wait=1) == 0
    assert clock.now() - LATER == timedelta(days=3)
