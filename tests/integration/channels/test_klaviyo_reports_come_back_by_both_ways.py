"""Klaviyo's events by polling and by webhook: one path, applied once, whichever comes first."""

import json
from datetime import timedelta

import httpx
import pytest

from postlude.channels import api as channels
from postlude.channels import registry
from postlude.channels.klaviyo import polling
from postlude.channels.klaviyo.channel import Klaviyo
from postlude.channels.klaviyo.signature import sign
from postlude.kernel import clock, inbox, jobs
from postlude.kernel.models import InboxDelivery
from postlude.messages import api as messages
from postlude.people import api as people
from postlude.tracking import api as tracking
from postlude.tracking.types import TouchKind

from .conftest import Mailer

ANN = "ann@example.test"
SECRET = "sandbox-klaviyo-secret"


@pytest.fixture
def klaviyo(org, klaviyo_settings):
    """Messages of a real sender, which a flow of the simulator mails."""
    channel = Klaviyo()
    registry.register(channel)
    for source, handle in channels.INBOX_HANDLERS.items():
        inbox.subscribe_batches(source, handle, lane="bulk")
    yield Mailer(org.id, "klaviyo", klaviyo_settings)
    channel.close()
    polling.close()


@pytest.fixture
def hooked(klaviyo, sandbox, web):
    klaviyo.url = f"{web}/hooks/klaviyo/pycon/tickets"
    sandbox.client.configure("klaviyo", webhook_url=klaviyo.url)
    return klaviyo


def accepted(mailer, *emails, **changes):
    numbers = mailer.enqueue(*emails, **changes)
    mailer.deliver()
    assert {"accepted"} == set(mailer.states(numbers))
    return numbers


def poll(ahead=timedelta(seconds=2)):
    with clock.use(clock.FrozenClock(clock.now() + ahead)):
        came = polling.poll_reports(jobs.Budget(20))
        inbox.drain(lambda: False, lane="bulk")
    return came


def webhooks(sandbox, event, recipient=ANN, **more):
    def log():
        return sandbox.client._json("GET", "/klaviyo/webhooks")

    before = log()["total"]
    sandbox.client.emit_klaviyo(event, recipient, **more)

    def told():
        seen = log()
        return seen["total"] > before and all(d["state"] != "pending" for d in seen["deliveries"])

    sandbox.client.wait_for(told)
    inbox.drain(lambda: False, lane="bulk")
    return log()["deliveries"][-1]


def touches(mailer, number):
    return [touch.kind for touch in tracking.touches_of(mailer.org, [number])[number]]


def test_delivered_opened_and_clicked_by_polling(klaviyo, sandbox):
    (number,) = accepted(klaviyo, ANN)
    for metric in ("Received Email", "Opened Email", "Clicked Email"):
        sandbox.client.emit_klaviyo(metric, ANN)

    assert 3 == poll()

    assert ["delivered"] == klaviyo.states([number])
    assert [TouchKind.OPEN, TouchKind.CLICK] == touches(klaviyo, number)


def test_a_second_poll_reads_again_and_changes_nothing(klaviyo, sandbox):
    (number,) = accepted(klaviyo, ANN)
    sandbox.client.emit_klaviyo("Opened Email", ANN)
    poll()

    assert 1 == poll(timedelta(seconds=30)), "the overlap is read again"

    assert [TouchKind.OPEN] == touches(klaviyo, number)
    assert 1 == InboxDelivery.objects.count()


def test_many_events_come_in_pages(klaviyo, sandbox):
    accepted(klaviyo, ANN)
    for _ in range(205):
        sandbox.client.emit_klaviyo("Opened Email", ANN)

    assert 205 == poll()
    assert 205 == InboxDelivery.objects.count()


def test_a_poll_that_breaks_off_in_the_middle_misses_nothing(klaviyo, sandbox):
    accepted(klaviyo, ANN)
    sandbox.client.emit_klaviyo("Opened Email", ANN)
    sandbox.client.emit_klaviyo("Clicked Email", ANN)
    sandbox.client.fault("klaviyo", "server_error", path="*/events", skip=2, count=1)

    poll()
    poll(timedelta(minutes=1))

    assert 2 == InboxDelivery.objects.count()


def test_an_old_event_is_out_of_reach_and_a_late_one_within_the_overlap_is_not(klaviyo, sandbox):
    accepted(klaviyo, ANN)
    poll(timedelta(minutes=4))
    sandbox.client.emit_klaviyo("Opened Email", ANN)

    assert 1 == poll(timedelta(minutes=4, seconds=5))


def test_the_same_by_webhook(hooked, sandbox):
    (number,) = accepted(hooked, ANN)

    for metric in ("Received Email", "Opened Email", "Clicked Email"):
        assert "delivered" == webhooks(sandbox, metric)["state"]

    assert ["delivered"] == hooked.states([number])
    assert [TouchKind.OPEN, TouchKind.CLICK] == touches(hooked, number)


def test_what_came_by_webhook_is_not_counted_again_by_polling(hooked, sandbox):
    (number,) = accepted(hooked, ANN)
    webhooks(sandbox, "Opened Email")

    assert 1 == poll()

    assert [TouchKind.OPEN] == touches(hooked, number)


def test_a_duplicate_webhook_counts_once(hooked, sandbox):
    (number,) = accepted(hooked, ANN)
    sandbox.client.fault("klaviyo", "duplicate_webhook")

    webhooks(sandbox, "Opened Email")

    assert [TouchKind.OPEN] == touches(hooked, number)


@pytest.mark.parametrize(("fault", "status"), [("wrong_signature", 401), ("clock_skew", 400)])
def test_a_webhook_that_cannot_be_trusted_is_refused(hooked, sandbox, fault, status):
    accepted(hooked, ANN)
    sandbox.client.fault("klaviyo", fault)

    delivery = webhooks(sandbox, "Opened Email")

    assert {status} == set(delivery["attempts"])
    assert 0 == InboxDelivery.objects.count()


def test_a_hard_bounce_suppresses_and_a_soft_one_does_not(klaviyo, sandbox):
    one, two = accepted(klaviyo, ANN, "bob@example.test")
    ann, bob = klaviyo.contacts(ANN, "bob@example.test")
    sandbox.client.emit_klaviyo("Bounced Email", ANN)
    sandbox.client.emit_klaviyo("Bounced Email", "bob@example.test", bounce="Soft")

    poll()

    assert ["bounced", "accepted"] == klaviyo.states([one, two])
    assert [ann] == list(people.suppressed(klaviyo.org, [ann, bob], "email"))


def test_a_complaint_suppresses(klaviyo, sandbox):
    accepted(klaviyo, ANN)
    (ann,) = klaviyo.contacts(ANN)
    sandbox.client.emit_klaviyo("Marked Email as Spam", ANN)

    poll()

    assert ann in people.suppressed(klaviyo.org, [ann], "email")


def test_unsubscribing_at_klaviyo_is_a_no_here(klaviyo, sandbox):
    accepted(klaviyo, ANN)
    (ann,) = klaviyo.contacts(ANN)
    sandbox.client.emit_klaviyo("Unsubscribed", ANN)

    poll()

    assert {ann: False} == dict(people.consents(klaviyo.org, [ann], "email"))


def test_a_person_who_comes_back_stays_although_the_overlap_is_read_again(klaviyo, sandbox):
    accepted(klaviyo, ANN)
    (ann,) = klaviyo.contacts(ANN)
    sandbox.client.emit_klaviyo("Unsubscribed", ANN)
    poll()
    people.set_consent(
        klaviyo.org, ann, "email", granted=True, source="t", now=clock.now() + timedelta(seconds=10)
    )

    poll(timedelta(seconds=30))

    assert {ann: True} == dict(people.consents(klaviyo.org, [ann], "email"))


def test_of_two_messages_the_newer_one_before_the_event_was_opened(klaviyo, sandbox):
    (first,) = accepted(klaviyo, ANN, node="a")
    (second,) = accepted(klaviyo, ANN, node="b")
    sandbox.client.emit_klaviyo("Opened Email", ANN)

    poll()

    assert not tracking.touches_of(klaviyo.org, [first]).get(first)
    assert [TouchKind.OPEN] == touches(klaviyo, second)


def test_trouble_while_polling_is_no_trouble_of_others(klaviyo, sandbox):
    accepted(klaviyo, ANN)
    sandbox.client.emit_klaviyo("Opened Email", ANN)
    sandbox.client.fault("klaviyo", "html", status=200, count=1)

    assert 0 == poll()
    assert 1 == poll()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"no json", 400),
        (b'{"data": [{"topic": "event:klaviyo.opened_email"}]}', 400),
        (
            json.dumps(
                {"data": [{"external_id": "1", "topic": "event:klaviyo.x", "payload": {}}]}
            ).encode(),
            200,
        ),
    ],
)
def test_a_signed_body_that_says_nothing_changes_nothing(hooked, body, status):
    stamp = str(int(clock.now().timestamp()))
    headers = {"Klaviyo-Timestamp": stamp, "Klaviyo-Signature": sign(SECRET, body, stamp)}

    answer = httpx.post(hooked.url, content=body, headers=headers, trust_env=False)

    assert status == answer.status_code
    assert 0 == InboxDelivery.objects.count()


def test_a_sender_without_a_secret_says_so(hooked, klaviyo_settings):
    bare = {name: value for name, value in klaviyo_settings.items() if name != "webhook_secret"}
    messages.ensure_sender(hooked.org, "tickets", "klaviyo", settings=bare, rate=10)

    answer = httpx.post(hooked.url, content=b"{}", trust_env=False)

    assert 503 == answer.status_code
    assert "webhook_secret" in answer.text
