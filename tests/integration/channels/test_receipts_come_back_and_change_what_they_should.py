"""Mailgun's webhooks over real HTTP: signed, durable, applied once."""

import json

import httpx
import pytest
from django.conf import settings

from postlude.channels.mailgun.signature import sign
from postlude.kernel import clock as kernel_clock
from postlude.kernel import inbox
from postlude.messages import api as messages
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.tracking import api as tracking
from postlude.tracking.types import TouchKind


@pytest.fixture
def hooked(mailer, sandbox, web):
    url = f"{web}/hooks/mailgun/pycon/tickets"
    sandbox.client.configure("mailgun", webhook_url=url)
    mailer.url = url
    return mailer


def accepted(mailer, *emails):
    numbers = mailer.enqueue(*emails)
    mailer.deliver()
    assert {"accepted"} == set(mailer.states(numbers))
    return numbers


def emit(sandbox, event, recipient="ann@example.test", **more):
    before = sandbox.client.mailgun_webhooks()["total"]
    sandbox.client.emit(event, recipient, **more)

    def told():
        seen = sandbox.client.mailgun_webhooks()
        done = {"delivered", "refused", "failed"}
        return seen["total"] > before and all(d["state"] in done for d in seen["deliveries"])

    sandbox.client.wait_for(told)
    inbox.drain(lambda: False, lane="bulk")
    return sandbox.client.mailgun_webhooks()["deliveries"][-1]


def touches(mailer, number):
    return [touch.kind for touch in tracking.touches_of(mailer.org, [number])[number]]


def test_delivered_open_and_click_are_recorded(hooked, sandbox):
    (number,) = accepted(hooked, "ann@example.test")

    for event in ("delivered", "opened", "clicked"):
        assert "delivered" == emit(sandbox, event)["state"]

    assert ["delivered"] == hooked.states([number])
    assert [TouchKind.OPEN, TouchKind.CLICK] == touches(hooked, number)


@pytest.mark.parametrize("page", ["u", "v"])
def test_to_look_at_the_mail_itself_or_to_unsubscribe_is_no_click_of_a_vendor(page):
    """A vendor that rewrites links tells of each; of these two our own pages tell."""
    assert messages.is_no_click(f"{settings.POSTLUDE_BASE_URL}/{page}/token")
    assert not messages.is_no_click(f"{settings.POSTLUDE_BASE_URL}/c/token/1")
    assert not messages.is_no_click(f"https://elsewhere.example/{page}/token")
    assert not messages.is_no_click("")


def test_what_a_vendor_tells_of_such_a_page_is_not_counted(hooked, sandbox):
    (number,) = accepted(hooked, "ann@example.test")

    for url in ("/v/token", "/u/token", "/c/token/1"):
        sent = f"{settings.POSTLUDE_BASE_URL}{url}"
        assert "delivered" == emit(sandbox, "clicked", url=sent)["state"]

    assert [TouchKind.CLICK] == touches(hooked, number)


def test_a_hard_bounce_ends_the_message_and_suppresses_the_address(hooked, sandbox):
    (number,) = accepted(hooked, "ann@example.test")
    (contact,) = hooked.contacts("ann@example.test")

    emit(sandbox, "failed")

    assert ["bounced"] == hooked.states([number])
    assert contact in people.suppressed(hooked.org, [contact], "email")


def test_a_temporary_failure_suppresses_nobody(hooked, sandbox):
    (number,) = accepted(hooked, "ann@example.test")
    (contact,) = hooked.contacts("ann@example.test")

    emit(sandbox, "failed", severity="temporary")

    assert ["accepted"] == hooked.states([number])
    assert contact not in people.suppressed(hooked.org, [contact], "email")


def test_a_complaint_suppresses(hooked, sandbox):
    accepted(hooked, "ann@example.test")
    (contact,) = hooked.contacts("ann@example.test")

    emit(sandbox, "complained")

    assert contact in people.suppressed(hooked.org, [contact], "email")


def test_unsubscribing_at_the_provider_withdraws_consent(hooked, sandbox):
    (number,) = accepted(hooked, "ann@example.test")
    (contact,) = hooked.contacts("ann@example.test")

    emit(sandbox, "unsubscribed")

    assert people.consents(hooked.org, [contact], "email")[contact] is False
    assert [TouchKind.UNSUBSCRIBE] == touches(hooked, number)


@pytest.mark.parametrize(
    ("event", "state"), [("delivered", "delivered"), ("opened", "accepted"), ("failed", "bounced")]
)
def test_a_receipt_resolves_an_unknown(hooked, sandbox, event, state):
    sandbox.client.fault("mailgun", "drop_after", count=1)
    numbers = hooked.enqueue("ann@example.test")
    hooked.deliver()
    assert ["unknown"] == hooked.states(numbers)

    emit(sandbox, event)

    assert [state] == hooked.states(numbers)


def test_the_same_webhook_twice_counts_once(hooked, sandbox):
    (number,) = accepted(hooked, "ann@example.test")
    sandbox.client.fault("mailgun", "duplicate_webhook")

    emit(sandbox, "opened")

    assert [TouchKind.OPEN] == touches(hooked, number)


def test_a_wrong_signature_is_refused_and_an_old_one_for_good(hooked, sandbox):
    (number,) = accepted(hooked, "ann@example.test")
    sandbox.client.fault("mailgun", "wrong_signature", count=1)
    wrong = emit(sandbox, "opened")
    sandbox.client.set_faults("mailgun", {"kind": "clock_skew", "skew_s": -3600, "count": 1})
    old = emit(sandbox, "opened")

    assert 401 in wrong["attempts"]
    assert [406] == old["attempts"]
    assert [] == touches(hooked, number)


def post(hooked, body, path=""):
    return httpx.post(hooked.url + path, content=body, trust_env=False).status_code


def signed(event, token="t" * 50, key="sandbox-signing-key"):
    stamp = str(int(kernel_clock.now().timestamp()))
    block = {"timestamp": stamp, "token": token, "signature": sign(key, stamp, token)}
    return json.dumps({"signature": block, "event-data": event})


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b"[]", b'{"signature": 1}', b"\xff\xfe", b"[" * 100_000]
)
def test_what_is_no_webhook_is_never_wanted_again(hooked, body):
    assert 406 == post(hooked, body)


def test_other_refusals_say_which(hooked, monkeypatch):
    assert 404 == post(hooked, signed({}), "x")
    assert 413 == post(hooked, b"x" * 10_000_001)
    assert 405 == httpx.get(hooked.url, trust_env=False).status_code
    monkeypatch.delenv("MAILGUN_SIGNING_KEY")
    assert 503 == post(hooked, signed({}))


def test_a_signed_event_that_nobody_can_read_is_kept_for_a_person(hooked):
    assert 200 == post(hooked, signed({"event": "delivered"}))

    inbox.drain(lambda: False, lane="bulk")

    (dead,) = inbox.dead(hooked.org)
    assert dead.org == hooked.org


def test_an_event_of_a_strangers_mail_changes_nothing(hooked):
    event = {
        "event": "delivered",
        "timestamp": kernel_clock.now().timestamp(),
        "recipient": "eve@example.test",
        "user-variables": {"outbox_id": "123"},
    }

    assert 200 == post(hooked, signed(event))
    inbox.drain(lambda: False, lane="bulk")

    assert [] == inbox.dead(hooked.org)


def test_another_organisations_message_is_out_of_reach(hooked, sandbox):
    (number,) = accepted(hooked, "ann@example.test")
    other = orgs.create("other", "Other", zone="Asia/Taipei", currency="TWD")
    sender = messages.sender_by_id(hooked.sender)
    messages.ensure_sender(other.id, "tickets", "mailgun", settings=dict(sender.settings), rate=10)
    event = {
        "event": "opened",
        "timestamp": kernel_clock.now().timestamp(),
        "recipient": "ann@example.test",
        "user-variables": {"outbox_id": str(number)},
    }
    url = hooked.url.replace("/pycon/", "/other/")

    assert 200 == httpx.post(url, content=signed(event), trust_env=False).status_code
    inbox.drain(lambda: False, lane="bulk")

    assert [] == touches(hooked, number)
    assert [] == tracking.touches_of(other.id, [number])[number]
