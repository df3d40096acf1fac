"""Hits go only after whoever counts by them has heeded them, and only those that are counted."""

from dataclasses import replace
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
from postlude.sources.models import FactFile
from postlude.tracking import going
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
    assert date(2026, 4, 25) == found.said.closed
    assert found.said.horizon is None
    assert raw[0] == past.raw()[0]
    past.work()
    assert _kept(past).waits is None
    assert past.retain() == 26
    assert date(2026, 4, 25) == _kept(past).said.gone
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
    assert date(2027, 3, 1) == orgs.horizon(past.org)
    orgs.set_retention(past.org, 13, actor="ann", now=clock.now())
    past.clock.advance(days=7)
    past.retain()
    assert date(2027, 3, 1) == orgs.horizon(past.org)  # what is final stays final


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
    assert [0, 0, 0, 26] == [jobs.run_once("reports.retain", wait=1) for _ in range(4)]
    past.clock.advance(days=3)
    assert jobs.run_once("reports.retain", wait=1) == 0
    assert clock.now() - LATER == timedelta(days=3)


def test_a_clock_that_was_years_ahead_closes_nothing(past: Past) -> None:
    """A host that woke up in another year, and was set right an hour later."""
    now, raw = clock.now(), past.raw()
    orgs.set_retention(past.org, 24, actor="ann", now=now - timedelta(days=8))
    past.go_to(now + timedelta(days=1_500))
    assert (past.retain(), past.raw()) == (0, raw)
    past.go_to(now)
    assert (past.retain(), past.raw()) == (0, raw)
    past.clock.advance(days=30)
    assert (past.retain(), past.raw()) == (0, raw)
    assert orgs.retention(past.org).closed is None


def test_what_was_found_due_by_a_clock_that_was_ahead_is_found_anew(past: Past) -> None:
    now = clock.now()
    orgs.note_facts_due(past.org, date(2030, 1, 1), now=now + timedelta(days=1_500))
    assert past.retain() == 0
    assert (date(2026, 5, 1), now) == (
        orgs.retention(past.org).due,
        orgs.retention(past.org).due_at,
    )
    assert _kept(past).waits is reports.Waits.DUE


def test_whoever_wants_more_kept_is_heeded_also_in_the_midst(past: Past, monkeypatch) -> None:
    """Final stays final, and what is not deleted yet stays."""
    monkeypatch.setattr(going, "_AT_ONCE", 1)
    monkeypatch.setattr("postlude.activity.going._AT_ONCE", 1)
    for _ in range(3):
        reports.retain_org(past.ref, jobs.Budget(60))
    spent = iter((False, False, *[True] * 99))
    budget = jobs.Budget(60)
    monkeypatch.setattr(budget, "spent", lambda: next(spent))
    assert 0 < reports.retain_org(past.ref, budget) < 26
    raw = past.raw()
    for months in (60, None):
        orgs.set_retention(past.org, months, actor="ann", now=clock.now())
        past.clock.advance(days=8)
        assert (past.retain(), past.raw()) == (0, raw)
    orgs.set_retention(past.org, 13, actor="ann", now=clock.now())
    assert (past.retain(), past.raw()) == (0, raw), "within a week of being said"
    past.clock.advance(days=8)
    assert past.retain() > 0
    assert [] == past.differing()


def test_news_of_news_is_waited_for(past: Past) -> None:
    """What is told by whoever heeds news counts as well, also when it comes between two looks."""
    touch = Touch.objects.filter(kind="click").first()
    assert touch is not None
    for _ in range(3):
        reports.retain_org(past.ref, jobs.Budget(60))
    with store.write():
        work.publish("touch.judged", past.org, [touch.id])
    assert past.retain() == 0
    assert orgs.horizon(past.org) is None
    past.work()
    assert past.retain() == 26


def test_after_a_restore_nothing_goes_before_somebody_has_decided(past: Past, monkeypatch) -> None:
    from postlude.messages import api as messages

    held = replace(messages.epoch_status(), held=True)
    with monkeypatch.context() as patched:
        patched.setattr(messages, "epoch_status", lambda: held)
        assert past.retain() == 0
        assert _kept(past).waits is reports.Waits.RESTORED
    assert past.retain() == 26


def test_a_load_that_was_cut_off_may_go_on(past: Past) -> None:
    FactFile.objects.update(began_at=clock.now() - timedelta(days=40), finished_at=None)
    assert past.retain() == 0
    assert _kept(past).waits is reports.Waits.LOADING
    past.clock.advance(days=30)
    assert past.retain() == 26
