"""Webhooks of an ESP behind django-anymail over real HTTP: trusted, durable, applied once."""

import base64
import json

import httpx
import pytest

from postlude.channels import api as channels
from postlude.channels import registry
from postlude.channels.anymail_esp.channel import AnymailEsp
from postlude.kernel import inbox
from postlude.kernel.clock import now
from postlude.people import api as people
from postlude.tracking import api as tracking
from postlude.tracking.types import TouchKind

from .conftest import Mailer

ANN = "ann@example.test"


@pytest.fixture
def hooked(org, postmark_settings, sandbox, web):
    channel = AnymailEsp()
    registry.register(channel)
    for source, handle in channels.INBOX_HANDLERS.items():
        inbox.subscribe_batches(source, handle, lane="bulk")
    mailer = Mailer(org.id, "anymail", postmark_settings)
    mailer.url = f"{web}/hooks/anymail/pycon/tickets"
    sandbox.client.configure("postmark", webhook_url=mailer.url)
    yield mailer
    channel.close()


def accepted(mailer):
    numbers = mailer.enqueue(ANN)
    mailer.deliver()
    assert ["accepted"] == mailer.states(numbers)
    return numbers[0]


def emit(sandbox, event):
    before = sandbox.client.esp_webhooks("postmark")["total"]
    sandbox.client.emit_esp("postmark", event, ANN)

    def told():
        seen = sandbox.client.esp_webhooks("postmark")
        return seen["total"] > before and all(d["state"] != "pending" for d in seen["deliveries"])

    sandbox.client.wait_for(told)
    inbox.drain(lambda: False, lane="bulk")
    return sandbox.client.esp_webhooks("postmark")["deliveries"][-1]


def touches(mailer, number):
    return [touch.kind for touch in tracking.touches_of(mailer.org, [number])[number]]


def suppressed(mailer):
    (contact,) = mailer.contacts(ANN)
    return contact in people.suppressed(mailer.org, [contact], "email")


def test_delivered_open_and_click_are_recorded(hooked, sandbox):
    number = accepted(hooked)

    for event in ("Delivery", "Open", "Click"):
        assert [200] == emit(sandbox, event)["attempts"]

    assert ["delivered"] == hooked.states([number])
    assert [TouchKind.OPEN, TouchKind.CLICK] == touches(hooked, number)


@pytest.mark.parametrize(
    ("event", "state", "never_again"),
    [
        ("Bounce", "bounced", True),
        ("SoftBounce", "bounced", False),
        ("Transient", "accepted", False),
        ("SpamComplaint", "delivered", True),
    ],
)
def test_only_an_address_that_does_not_exist_is_suppressed(
    hooked, sandbox, event, state, never_again
):
    number = accepted(hooked)

    emit(sandbox, event)

    assert [state] == hooked.states([number])
    assert never_again is suppressed(hooked)


def test_unsubscribing_at_the_esp_withdraws_consent(hooked, sandbox):
    accepted(hooked)
    (contact,) = hooked.contacts(ANN)

    emit(sandbox, "SubscriptionChange")

    assert people.consents(hooked.org, [contact], "email")[contact] is False


@pytest.mark.parametrize(("event", "state"), [("Delivery", "delivered"), ("Open", "accepted")])
def test_a_webhook_resolves_an_unknown(hooked, sandbox, event, state):
    sandbox.client.fault("postmark", "drop_after", path="/email", count=1)
    numbers = hooked.enqueue(ANN)
    hooked.deliver()
    assert ["unknown"] == hooked.states(numbers)

    emit(sandbox, event)

    assert [state] == hooked.states(numbers)


def test_the_same_webhook_twice_counts_once(hooked, sandbox):
    number = accepted(hooked)
    sandbox.client.fault("postmark", "duplicate_webhook")

    assert [200, 200] == emit(sandbox, "Open")["attempts"]

    assert [TouchKind.OPEN] == touches(hooked, number)


def test_a_wrong_secret_is_refused(hooked, sandbox):
    number = accepted(hooked)
    sandbox.client.fault("postmark", "wrong_signature")

    assert {401} == set(emit(sandbox, "Open")["attempts"])

    assert [] == touches(hooked, number)


def post(url, body, login="postmark:sandbox-postmark-password"):
    headers = {"authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}
    return httpx.post(url, content=body, headers=headers, trust_env=False).status_code


def test_other_refusals_say_which(hooked, monkeypatch):
    assert 401 == httpx.post(hooked.url, content="{}", trust_env=False).status_code
    assert 401 == post(hooked.url, "{}", "postmark:")
    assert 404 == post(f"{hooked.url}x", "{}")
    assert 200 == httpx.head(hooked.url, trust_env=False).status_code
    assert 405 == httpx.get(hooked.url, trust_env=False).status_code
    assert 405 == httpx.put(hooked.url, trust_env=False).status_code
    monkeypatch.delenv("POSTMARK_WEBHOOK")
    assert 503 == post(hooked.url, "{}")


def test_a_long_webhook_is_taken_and_one_beyond_the_bound_said_to_be_too_long(hooked, caplog):
    """Up to 10 MB; of what is refused nothing is kept, and the next one is heard."""
    number = accepted(hooked)
    event = {"RecordType": "Delivery", "Metadata": {"outbox_id": str(number)}, "Recipient": ANN}
    for size, status in ((10_000_001, 413), (3_000_000, 200)):
        body = json.dumps({**event, "DeliveredAt": now().isoformat(), "Details": ""})
        assert status == post(hooked.url, body + " " * (size - len(body)))
    assert 411 == post(hooked.url, (body.encode() for _ in range(1)))
    inbox.drain(lambda: False, lane="bulk")

    assert ["delivered"] == hooked.states([number])
    assert [] == inbox.dead(hooked.org)
    assert "a webhook is too long" in caplog.messages


@pytest.mark.parametrize("body", ["<html>", "[]", '{"RecordType": "Inbound"}', "\udcff"])
def test_what_nobody_can_read_is_kept_for_a_person(hooked, body):
    assert 200 == post(hooked.url, body.encode("utf-8", "surrogateescape"))

    inbox.drain(lambda: False, lane="bulk")

    (dead,) = inbox.dead(hooked.org)
    assert dead.org == hooked.org


def test_a_receipt_without_our_id_is_known_by_the_esps_own(hooked, sandbox):
    number = accepted(hooked)
    (message,) = sandbox.client.received("postmark")["messages"]
    event = {
        "RecordType": "Delivery",
        "MessageID": message["id"],
        "Recipient": ANN,
        "DeliveredAt": now().isoformat(),
    }

    assert 200 == post(hooked.url, json.dumps(event))
    inbox.drain(lambda: False, lane="bulk")

    assert ["delivered"] == hooked.states([number])


def test_an_event_of_a_strangers_mail_changes_nothing(hooked):
    event = {"RecordType": "Open", "Metadata": {"outbox_id": "123"}, "Recipient": "e@example.test"}

    assert 200 == post(hooked.url, json.dumps(event))
    inbox.drain(lambda: False, lane="bulk")

    assert [] == inbox.dead(hooked.org)
