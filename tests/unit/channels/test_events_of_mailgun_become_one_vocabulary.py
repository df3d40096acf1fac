import json
from datetime import UTC, datetime

import pytest

from postlude.channels.mailgun.receipts import UnreadableEvent, read

EVENT = {
    "event": "delivered",
    "id": "x",
    "timestamp": 1763690000.1,
    "recipient": "ann@example.test",
    "message": {"headers": {"message-id": "abc@mg.example.test"}},
    "user-variables": {"outbox_id": "42"},
}


def report(**changes: object):
    body = {"signature": {"token": "t" * 50}, "event-data": {**EVENT, **changes}}
    return read(json.dumps(body).encode())


def failed(severity: str, reason: str, code: int = 550, words: str = "no"):
    status = {"code": code, "message": words}
    return report(event="failed", severity=severity, reason=reason, **{"delivery-status": status})


def test_our_own_id_the_time_and_the_provider_id_are_kept():
    read_one = report()

    assert read_one.message == 42
    assert read_one.provider_id == "<abc@mg.example.test>"
    assert read_one.event_id == "t" * 50
    assert read_one.at == datetime.fromtimestamp(1763690000.1, tz=UTC)


@pytest.mark.parametrize(
    ("event", "receipt", "touch"),
    [
        ("delivered", "delivered", None),
        ("complained", "complained", None),
        ("rejected", "failed", None),
        ("opened", None, "open"),
        ("clicked", None, "click"),
        ("accepted", None, None),
        ("something new", None, None),
    ],
)
def test_each_event_has_its_word(event, receipt, touch):
    read_one = report(event=event)

    assert (receipt, touch) == (read_one.receipt, read_one.touch)


def test_a_temporary_failure_is_deferred_and_suppresses_nobody():
    read_one = failed("temporary", "generic", 452)

    assert ("deferred", "") == (read_one.receipt, read_one.suppress)


@pytest.mark.parametrize(
    ("reason", "words", "suppress"),
    [
        ("bounce", "no", "hard_bounce"),
        ("suppress-bounce", "no", "hard_bounce"),
        ("suppress-complaint", "no", "complaint"),
        ("generic", "5.1.1 no such user", "hard_bounce"),
        ("generic", "5.7.1 blocked by policy", ""),
        ("old", "tried for 8 hours", ""),
    ],
)
def test_only_a_dead_address_is_suppressed(reason, words, suppress):
    read_one = failed("permanent", reason, words=words)

    assert ("bounced", suppress) == (read_one.receipt, read_one.suppress)


def test_unsubscribing_at_the_provider_is_seen():
    assert report(event="unsubscribed").unsubscribed
    assert failed("permanent", "suppress-unsubscribe").unsubscribed


def test_the_provider_may_call_a_click_a_bots():
    bot = report(event="clicked", **{"client-info": {"bot": "gmail", "user-agent": "x"}})

    assert bot.by_bot


@pytest.mark.parametrize("value", ["1; DROP", "-1", "", None, "9" * 30, 1.5])
def test_a_strange_own_id_is_no_id(value):
    assert report(**{"user-variables": {"outbox_id": value}}).message is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>",
        b"[]",
        b'"x"',
        b"{}",
        b'{"event-data": null}',
        b'{"event-data": {"event": "delivered"}}',
        b'{"event-data": {"event": "delivered", "timestamp": "soon"}}',
        b'{"event-data": {"event": "delivered", "timestamp": 1e300}}',
        b'{"signature": [], "event-data": {"event": "x", "timestamp": 1}}',
    ],
)
def test_what_is_no_event_says_so(raw):
    with pytest.raises(UnreadableEvent):
        read(raw)
