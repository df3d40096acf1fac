"""Hits go after thirteen months, and nothing that they proved changes by that."""

from datetime import date, timedelta

import pytest

from postlude.activity.models import Activity
from postlude.attribution import api as attribution
from postlude.attribution.types import OrderSort
from postlude.kernel import boundaries, clock, jobs, store, work
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.orgs.errors import FactsGone
from postlude.people import api as people
from postlude.reports import api as reports
from postlude.tracking import going
from postlude.tracking.models import Touch

from .conftest import GONE, LATER, Died, Past

NAMES = (
    "activity.hits_gone",
    "orgs.facts_closed",
    "orgs.facts_final",
    "tracking.touches_gone",
)


def test_reports_and_receipts_are_the_same_to_the_cell(past: Past) -> None:
    before, raw = past.said(), past.raw()
    assert raw[0] == raw[4] == 13
    assert past.retain() == 26
    assert GONE == past.raw()
    assert before == past.said()
    assert [] == past.differing()
    past.mend()
    assert before["orders"] == past.said()["orders"]
    assert [] == past.differing()
    again = past.said()
    assert {key: it for key, it in before.items() if key != "cells"} == {
        key: it for key, it in again.items() if key != "cells"
    }


def test_what_is_a_day_short_of_thirteen_months_stays(past: Past) -> None:
    past.go_to(LATER + (date(2027, 4, 10) - LATER.date()))
    raw = past.raw()
    assert past.retain() == 0
    assert raw == past.raw()
    assert orgs.horizon(past.org) is None
    past.clock.advance(days=1)  # the tenth is one day older than thirteen months by now
    assert past.retain() == 0
    past.clock.advance(days=7)
    assert past.retain() > 0
    assert date(2026, 3, 11) == orgs.horizon(past.org)
    assert 0 == Touch.objects.filter(day__lt="2026-03-11").count()
    assert {"2026-03-11"} == {f"{day}" for day in Activity.objects.values_list("day", flat=True)}
    assert [] == past.differing()


@pytest.mark.parametrize("name", NAMES)
def test_a_death_at_any_step_changes_nothing(past: Past, monkeypatch, name: str) -> None:
    before, died = past.said(), []
    monkeypatch.setattr(going, "_AT_ONCE", 2)
    monkeypatch.setattr("postlude.activity.going._AT_ONCE", 2)

    def die(here: str) -> None:
        if here == name:
            died.append(here)
            if len(died) == 1 + name.endswith("gone"):
                raise Died

    with monkeypatch.context() as patched:
        patched.setattr(boundaries, "crossing", die)
        with pytest.raises(Died):
            past.retain()
    assert GONE != past.raw()
    assert before == past.said()
    past.mend()  # whoever counts anew now counts what is there, and half of it is not
    assert [] == past.differing()
    assert before["orders"] == past.orders()
    past.retain()
    assert GONE == past.raw()
    assert [] == past.differing()
    after = past.said()
    assert {**before, "cells": 0} == {**after, "cells": 0}


def test_an_hour_goes_on_where_the_one_before_was_cut_off(past: Past, monkeypatch) -> None:
    monkeypatch.setattr(going, "_AT_ONCE", 1)
    monkeypatch.setattr("postlude.activity.going._AT_ONCE", 1)
    before = past.said()
    for _ in range(60):
        spent = iter((False, False, *[True] * 99))
        budget = jobs.Budget(60)
        monkeypatch.setattr(budget, "spent", lambda spent=spent: next(spent))
        reports.retain_org(past.ref, budget)
    assert GONE == past.raw()
    assert before == past.said()


def test_news_of_then_is_no_news_any_more(past: Past) -> None:
    past.retain()
    before = past.said()
    families = {row[2] for row in past.orders() if row[2] is not None}
    found = orders.shop_orders_named(past.org, ["o1", "o2", "o5"])
    attribution.credit_within(past.org, {"email": timedelta(minutes=1)}, now=clock.now())
    with pytest.raises(FactsGone):
        orgs.set_measuring(
            past.org, from_day=date(2026, 3, 1), actor="t", now=clock.now(), counts="raw"
        )
    with store.write():
        work.publish(people.JOINED, past.org, sorted(families))
        work.publish(people.PARTED, past.org, sorted(families))
        work.publish("order.told", past.org, [each.id for each in found.values()])
    past.work()
    jobs.run_once("attribution.look_at_orders", wait=1)
    assert before["orders"] == past.orders()
    assert [] == past.differing()


def test_a_receipt_says_what_was_taken(past: Past) -> None:
    ids = {uid: each.id for uid, each in orders.shop_orders_named(past.org, ["o1", "o4"]).items()}
    kept = {uid: attribution.receipt(past.org, number) for uid, number in ids.items()}
    past.retain()
    for uid, number in ids.items():
        before, after = kept[uid], attribution.receipt(past.org, number)
        assert before
        assert after
        assert after.final
        assert after.agrees
        assert before.order == after.order
        taken = [
            (each.touch, each.kind, each.as_open == "chosen", each.as_click == "chosen")
            for each in before.lines
            if "chosen" in {each.as_open, each.as_click}
        ]
        assert taken == [
            (each.touch, each.kind, each.as_open == "chosen", each.as_click == "chosen")
            for each in after.lines
        ]
    with pytest.raises(FactsGone) as error:
        attribution.credits(past.org, [ids["o1"]], attribution.Model.LINEAR)
    assert error.value.code == "orgs.facts_gone"


def test_orders_that_are_credited_no_more_keep_what_they_had(past: Past) -> None:
    past.retain()
    before = past.orders()
    attribution.credit_within(past.org, {}, sorts=[OrderSort.TICKETS], now=clock.now())
    jobs.run_once("attribution.look_at_orders", wait=1)
    past.mend()
    assert before == past.orders()
    assert [] == past.differing()
