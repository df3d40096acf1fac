"""Each trouble is a clear stored error with a hint; nothing is lost; the next good poll catches up."""

from datetime import timedelta
from typing import Any

import pytest

from postlude.kernel.jobs import Budget
from postlude.sources import api as sources
from postlude.sources.accounts import poll_due

TROUBLES: dict[str, tuple[dict[str, Any], str]] = {
    "server error": ({"kind": "server_error", "status": 503}, "503"),
    "firewall page": ({"kind": "html", "status": 403}, "403 with a web page"),
    "page with 200": ({"kind": "html", "status": 200}, "a web page instead of data"),
    "truncated": ({"kind": "truncated_json"}, "cut off"),
    "dropped": ({"kind": "drop_before"}, "cannot be reached"),
    "dropped after": ({"kind": "drop_after", "reset": True}, "cannot be reached"),
    "refused": ({"kind": "refuse_connection"}, "cannot be reached"),
    "busy": ({"kind": "rate_limited"}, "429"),
    "not found": ({"kind": "server_error", "status": 404}, "404"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_trouble_is_told_and_caught_up(shop: Any, news: Any, trouble: str) -> None:
    rule, words = TROUBLES[trouble]
    shop.sell_many(3)
    shop.good_poll()
    shop.sell("late@example.test")
    if trouble == "not found":
        shop.define(url=shop.sandbox.url("kktix") + "/api/v1")
    else:
        shop.client.fault("kktix", **rule)
    report = shop.poll()
    assert not report.ok
    assert words in report.error
    status = shop.status()
    assert words in status.last_error
    assert len(status.last_error) > len(words) + 20  # the hint
    assert 1 == status.failures
    assert {"paid": 3} == shop.states()
    shop.client.clear_faults()
    shop.define()
    assert {"new": 1} == shop.good_poll().changes
    assert ("", 0) == (shop.status().last_error, shop.status().failures)
    assert 4 == news.of("ticket.paid")


def test_a_wrong_token_says_what_to_do(shop: Any) -> None:
    shop.client.configure("kktix", token="another")
    report = shop.poll()
    assert "401" in report.error
    assert "token" in shop.status().last_error
    assert "sandbox-kktix-token" not in report.error


def test_a_token_that_is_not_set_is_named(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KKTIX_TOKEN")
    assert "KKTIX_TOKEN" in shop.poll().error


def test_each_failure_waits_longer_and_a_success_forgets(shop: Any, minutes: Any) -> None:
    shop.client.fault("kktix", "server_error", status=500)
    waits = []
    for _ in range(6):
        shop.poll()
        waits.append(shop.status().next_poll_at - shop.clock.now())
    assert [minutes(each) for each in (2, 4, 8, 15, 15, 15)] == waits
    shop.client.clear_faults()
    shop.good_poll()
    assert minutes(2) == shop.status().next_poll_at - shop.clock.now()


def test_retry_after_is_obeyed(shop: Any) -> None:
    shop.client.fault("kktix", "rate_limited", retry_after=1_800)
    shop.poll()
    assert timedelta(seconds=1_800) == shop.status().next_poll_at - shop.clock.now()
    assert 0 == poll_due(Budget(5))
    calls = shop.calls()
    shop.clock.advance(seconds=1_799)
    poll_due(Budget(5))
    assert calls == shop.calls()
    shop.clock.advance(seconds=1)
    poll_due(Budget(5))
    assert calls < shop.calls()


def test_a_429_stops_the_asking(shop: Any) -> None:
    """What came before it is kept; nobody asks forty times more."""
    shop.define(concurrency=1)
    shop.sell_many(100)
    shop.client.fault("kktix", "rate_limited", path="*/attendees/*", skip=10)
    before = shop.calls()
    report = shop.poll()
    assert not report.ok
    assert 10 == report.fetched
    assert {"paid": 10} == shop.states()
    assert shop.calls() - before <= 3 + 11
    assert 1 == shop.status().failures
    shop.client.clear_faults()
    assert {"new": 90} == shop.good_poll().changes


def test_one_bad_attendee_does_not_stop_the_others(shop: Any, minutes: Any) -> None:
    """Nor does it slow the source down."""
    bad = shop.sell("bad@example.test")["attendee_ids"][0]
    shop.sell_many(5)
    shop.client.fault("kktix", "server_error", path=f"*/attendees/{bad}", status=500)
    report = shop.poll()
    assert not report.ok
    assert {"new": 5} == report.changes
    status = shop.status()
    assert "500" in status.last_error
    assert (0, minutes(2)) == (status.failures, status.next_poll_at - shop.clock.now())
    shop.client.clear_faults()
    assert {"new": 1} == shop.good_poll().changes


def test_one_bad_event_does_not_stop_the_others(shop: Any) -> None:
    other = shop.client.add_event("PyCon TW 2023 Registration: Corporate", "corporate")
    shop.client.sell("corporate", "boss@example.test")
    shop.sell()
    first = shop.event["id"]
    shop.client.fault("kktix", "html", path=f"*/hosting_events/{first}/*", status=403)
    assert {"new": 1} == shop.poll().changes
    assert {"boss@example.test"} == shop.emails()
    shop.client.set_faults(
        "kktix", {"kind": "truncated_json", "path": f"*/hosting_events/{other['id']}/*"}
    )
    assert {"new": 1} == shop.poll().changes
    assert {"ann@example.test", "boss@example.test"} == shop.emails()


def test_a_defect_in_one_source_does_not_stop_another(shop: Any) -> None:
    settings = {"url": shop.sandbox.url("kktix") + "/api/v1"}
    sources.define_source(shop.org.id, "a-broken", settings=settings, now=shop.clock.now())
    shop.sell()
    poll_due(Budget(20))
    assert {"paid": 1} == shop.states()


def test_the_job_polls_when_it_is_due(shop: Any) -> None:
    shop.sell()
    assert 1 == poll_due(Budget(20))
    calls = shop.calls()
    shop.clock.advance(seconds=110)
    assert 0 == poll_due(Budget(20))
    assert calls == shop.calls()
    shop.clock.advance(seconds=10)
    poll_due(Budget(20))
    assert calls < shop.calls()


def test_status_counts_the_silence(shop: Any) -> None:
    shop.good_poll()
    shop.client.fault("kktix", "refuse_connection")
    for _ in range(3):
        shop.clock.advance(minutes=4)
        shop.poll()
    status = shop.status()
    assert timedelta(minutes=12) == status.silent_for == status.lag
    assert status.silent
    shop.client.clear_faults()
    shop.good_poll()
    assert not shop.status().silent


def test_the_heartbeat_beats_after_good_polls_only(shop: Any) -> None:
    shop.define(heartbeat=shop.sandbox.url("heartbeat") + "/kktix")

    def beats() -> int:
        return shop.client.calls("heartbeat")["total"]

    shop.good_poll()
    assert 1 == beats()
    shop.client.fault("kktix", "server_error", status=500)
    shop.poll()
    assert 1 == beats()


@pytest.mark.parametrize("kind", ["refuse_connection", "server_error"])
def test_a_heartbeat_that_fails_is_harmless(shop: Any, kind: str) -> None:
    shop.define(heartbeat=shop.sandbox.url("heartbeat") + "/kktix")
    shop.client.fault("heartbeat", kind)
    shop.sell()
    assert {"new": 1} == shop.good_poll().changes
    shop.define(heartbeat="not a url")
    shop.good_poll()
    shop.define(heartbeat="${NOT_SET_ANYWHERE}")
    shop.good_poll()
    shop.define(heartbeat="${NOT_SET_ANYWHERE:-}")
    shop.good_poll()
