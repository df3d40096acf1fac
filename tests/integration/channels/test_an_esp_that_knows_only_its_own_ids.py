"""MailerSend over real HTTP: it repeats nothing of ours, so its own id has to lead to the message."""

from dataclasses import replace

import pytest

from postlude.channels import api as channels
from postlude.channels import registry
from postlude.channels.anymail_esp.channel import AnymailEsp
from postlude.kernel import boundaries, inbox
from postlude.messages.types import Attachment
from postlude.people import api as people
from postlude.tracking import api as tracking
from postlude.tracking.types import TouchKind

from .conftest import Mailer

ANN = "ann@example.test"
FILE = Attachment("pycon.ics", "text/calendar; charset=utf-8", b"BEGIN:VCALENDAR\r\n")


@pytest.fixture
def channel():
    channel = AnymailEsp()
    yield channel
    channel.close()


@pytest.fixture
def sender(config, mailersend_settings):
    return config("anymail", mailersend_settings)


def arrived(sandbox):
    return sandbox.client.received("mailersend", limit=1_000)["messages"]


def test_a_mail_arrives_whole_and_its_id_is_kept(channel, sender, mail, sandbox):
    """Said by a header over an empty page, which is its way to say yes."""
    (outcome,) = channel.send(sender, [replace(mail(), attachments=(FILE,))])

    (message,) = arrived(sandbox)
    given = message["given"]
    assert ("accepted", message["id"]) == (outcome.kind, outcome.provider_id)
    assert ("您的邀請函", "<p>歡迎</p>") == (given["subject"], given["html"])
    assert [ANN] == [each["email"] for each in given["to"]]
    assert ["pycon.ics"] == [each["filename"] for each in given["attachments"]]
    assert {"track_clicks": False, "track_opens": False} == given["settings"]
    assert ["tickets"] == given["tags"]


def test_an_address_that_it_does_not_take_fails_alone(channel, sender, mail, sandbox):
    """By its own list (said with a 202), and by its own idea of an address."""
    sandbox.client.configure("mailersend", suppressed=["gone@example.test"])

    outcomes = channel.send(
        sender, [mail(), mail("bob@localhost"), mail("gone@example.test"), mail()]
    )

    assert ["accepted", "failed", "failed", "accepted"] == [each.kind for each in outcomes]
    assert 2 == len(arrived(sandbox))
    assert not any("gone@" in outcome.words for outcome in outcomes)


@pytest.mark.parametrize(
    "case",
    [
        ({"kind": "drop_after"}, "unknown"),
        ({"kind": "refuse_connection"}, "refused"),
        ({"kind": "rate_limited", "retry_after": 7}, "refused"),
        ({"kind": "server_error", "status": 500}, "unknown"),
        ({"kind": "server_error", "status": 503}, "refused"),
        ({"kind": "html", "status": 200}, "unknown"),
    ],
)
def test_trouble_is_read_as_what_it_says(channel, sender, mail, sandbox, case):
    """A page of somebody in between is neither a yes nor a no."""
    fault, kind = case
    sandbox.client.set_faults("mailersend", fault)

    (outcome,) = channel.send(sender, [mail()])

    assert kind == outcome.kind


def test_a_wrong_key_pauses_the_sender(channel, sender, mail, monkeypatch):
    monkeypatch.setenv("MAILERSEND_TOKEN", "wrong")

    (outcome,) = channel.send(sender, [mail()])

    assert ("refused", True) == (outcome.kind, outcome.pause_sender)


@pytest.fixture
def hooked(org, mailersend_settings, sandbox, web):
    channel = AnymailEsp()
    registry.register(channel)
    for source, handle in channels.INBOX_HANDLERS.items():
        inbox.subscribe_batches(source, handle, lane="bulk")
    mailer = Mailer(org.id, "anymail", mailersend_settings)
    sandbox.client.configure("mailersend", webhook_url=f"{web}/hooks/anymail/pycon/tickets")
    yield mailer
    channel.close()


def accepted(mailer):
    numbers = mailer.enqueue(ANN)
    mailer.deliver()
    assert ["accepted"] == mailer.states(numbers)
    return numbers[0]


def tell(sandbox, event):
    """Let something happen to the mail, and wait until we have heard of it."""
    before = sandbox.client.esp_webhooks("mailersend")["total"]
    sandbox.client.emit_esp("mailersend", event, ANN)

    def told():
        seen = sandbox.client.esp_webhooks("mailersend")
        return seen["total"] > before and all(d["state"] != "pending" for d in seen["deliveries"])

    sandbox.client.wait_for(told)
    return sandbox.client.esp_webhooks("mailersend")["deliveries"][-1]["attempts"]


def hear(sandbox, event):
    attempts = tell(sandbox, event)
    inbox.drain(lambda: False, lane="bulk")
    return attempts


def test_deliveries_opens_and_clicks_find_their_mail(hooked, sandbox):
    number = accepted(hooked)

    for event in ("delivered", "opened", "clicked"):
        assert [200] == hear(sandbox, event)

    assert ["delivered"] == hooked.states([number])
    touches = tracking.touches_of(hooked.org, [number])[number]
    assert [TouchKind.OPEN, TouchKind.CLICK] == [touch.kind for touch in touches]
    assert 0 == inbox.backlog()


@pytest.mark.parametrize(
    ("event", "state", "never_again"),
    [
        ("hard_bounced", "bounced", True),
        ("soft_bounced", "bounced", False),
        ("spam_complaint", "delivered", True),
    ],
)
def test_only_an_address_that_does_not_exist_is_suppressed(
    hooked, sandbox, event, state, never_again
):
    number = accepted(hooked)
    (contact,) = hooked.contacts(ANN)

    hear(sandbox, event)

    assert [state] == hooked.states([number])
    assert never_again is (contact in people.suppressed(hooked.org, [contact], "email"))


def test_unsubscribing_there_withdraws_consent(hooked, sandbox):
    accepted(hooked)
    (contact,) = hooked.contacts(ANN)

    hear(sandbox, "unsubscribed")

    assert people.consents(hooked.org, [contact], "email")[contact] is False


def test_a_webhook_that_overtakes_the_acceptance_waits_for_it(hooked, sandbox, monkeypatch, clock):
    """A window of mails is written down together: the first one may be delivered by then."""

    def overtake(name):
        if name == "channels.window_answered":
            hear(sandbox, "delivered")

    with monkeypatch.context() as early:
        early.setattr(boundaries, "crossing", overtake)
        numbers = hooked.enqueue(ANN)
        hooked.deliver()
    assert (["accepted"], 1) == (hooked.states(numbers), inbox.backlog())

    clock.advance(seconds=60)
    inbox.drain(lambda: False, lane="bulk")
    assert (["delivered"], 0) == (hooked.states(numbers), inbox.backlog())


def test_a_mail_that_is_not_ours_is_let_go(hooked, sandbox, mail, config, clock):
    """Somebody else sends by the same account: ten minutes later nobody waits for it any more."""
    channel = AnymailEsp()
    channel.send(config("anymail", hooked_settings(sandbox)), [mail(ANN)])
    channel.close()
    hear(sandbox, "opened")
    assert 1 == inbox.backlog()

    clock.advance(minutes=11)
    inbox.drain(lambda: False, lane="bulk")
    assert (0, []) == (inbox.backlog(), inbox.dead(hooked.org))


def hooked_settings(sandbox):
    return {
        "esp": "mailersend",
        "api_token": "${MAILERSEND_TOKEN}",
        "signing_key": "${MAILERSEND_SECRET}",
        "base_url": f"{sandbox.url('mailersend')}/v1",
    }


def test_a_wrong_signature_is_refused(hooked, sandbox):
    number = accepted(hooked)
    sandbox.client.fault("mailersend", "wrong_signature")

    assert {401} == set(hear(sandbox, "opened"))

    assert [] == tracking.touches_of(hooked.org, [number])[number]
