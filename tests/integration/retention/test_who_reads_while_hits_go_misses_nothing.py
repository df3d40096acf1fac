"""Whoever began to read before, and comes to an end after hits went, says the same as before."""

from collections.abc import Callable
from typing import Any

import pytest

from postlude.attribution import api as attribution
from postlude.attribution.orders import judging as crediting
from postlude.attribution.orders import receipts
from postlude.kernel import clock
from postlude.orders import api as orders
from postlude.reports.rollups import rebuilding, refreshing
from postlude.tracking import judging
from postlude.tracking.models import Touch, Verdict

from .conftest import TENTH, Past


@pytest.fixture
def gone_before(past: Past, monkeypatch) -> Callable[[Any, str], list[str]]:
    """Let all hits go before the first call of a function: what it reads is gone by then."""

    def patch(room: Any, name: str) -> list[str]:
        function, called = getattr(room, name), []

        def after_they_went(*args: Any, **named: Any) -> Any:
            if not called:
                called.append(name)
                past.retain()
                assert not Touch.objects.exists()
            return function(*args, **named)

        monkeypatch.setattr(room, name, after_they_went)
        return called

    return patch


def test_a_judge_of_orders(past: Past, gone_before) -> None:
    before = past.orders()
    called = gone_before(crediting, "touches_of")
    numbers = [each.id for each in orders.shop_orders_named(past.org, ["o1", "o2", "o6"]).values()]
    assert 0 == crediting.judge(past.org, numbers, now=clock.now())
    assert called
    assert before == past.orders()


def test_a_judge_of_clicks(past: Past, gone_before) -> None:
    """Its rows are gone with the clicks; of one that stayed the verdict would stay as well."""
    clicks = list(Touch.objects.filter(kind="click").values_list("id", flat=True))
    called = gone_before(judging, "seen_on_site")
    assert 0 == judging.judge(past.org, clicks, now=clock.now(), again=True)
    assert called
    assert not Verdict.objects.exists()


def test_a_receipt(past: Past, gone_before) -> None:
    number = orders.shop_orders_named(past.org, ["o1"])["o1"].id
    before = attribution.receipt(past.org, number)
    called = gone_before(receipts, "touches_of")
    after = attribution.receipt(past.org, number)
    assert called
    assert before
    assert after
    assert after.agrees
    assert before.order == after.order


def test_who_counts_a_cell(past: Past, gone_before) -> None:
    before = past.said()
    assert refreshing.count(past.org, "N1", TENTH, TENTH).people
    called = gone_before(refreshing, "ask")
    for part in rebuilding.parts(past.org):
        refreshing.refresh(past.org, part.node, part.since, part.until)
    assert called
    assert {**before, "cells": 0} == {**past.said(), "cells": 0}
    assert [] == past.differing()


def test_who_compares_cells(past: Past, gone_before) -> None:
    called = gone_before(rebuilding, "count")
    assert [] == list(rebuilding.differences(past.org))
    assert called
