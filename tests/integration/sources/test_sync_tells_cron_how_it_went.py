"""`postlude sync kktix --once`: 0 all done, 4 the source did not answer, 5 something is left."""

from typing import Any

import pytest

from postlude.kernel import jobs, work
from postlude.kernel.jobs import Job
from postlude.wiring import pipeline


@pytest.fixture(autouse=True)
def loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop of our own, without a mailer: the registry is the process's."""
    monkeypatch.setattr(jobs, "_jobs", {})
    for name in ("channels.recover", "journeys.schedule", "journeys.begin_runs"):
        jobs.register(Job(name, lambda _budget: 0, "deliver"))
    jobs.register(Job("kernel.work", lambda budget: work.drain(budget.spent), "pipeline"))


def sync(shop: Any, **more: Any) -> tuple[int, Any]:
    said: list[Any] = []
    code = pipeline.sync(shop.org, once=True, emit=said.append, **{"at_most": 30, **more})
    return code, said[0]


def test_all_done(shop: Any, news: Any) -> None:
    shop.sell_many(3)
    code, report = sync(shop)
    assert (0, 0, {"new": 3}) == (code, report.left, report.polls[0].changes)
    assert 3 == news.of("ticket.paid")
    assert 0 == sync(shop)[0]


def test_the_source_did_not_answer(shop: Any) -> None:
    shop.client.fault("kktix", "refuse_connection")
    code, report = sync(shop)
    assert 4 == code
    assert "cannot be reached" in report.polls[0].error
    shop.client.clear_faults()
    assert 0 == sync(shop)[0]


def test_something_is_left(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.register(Job("kernel.work", lambda _budget: 0, "pipeline"))
    shop.sell()
    code, report = sync(shop, at_most=0.2)
    assert 5 == code
    assert report.left


def test_a_secret_is_missing(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever set it up has to act, not the shop: 6, as of any bad configuration."""
    monkeypatch.delenv("KKTIX_TOKEN")
    code, report = sync(shop)
    assert (6, "missing_setting") == (code, report.polls[0].code)
    assert "KKTIX_TOKEN" in report.polls[0].error
