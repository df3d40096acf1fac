"""An ESP behind django-anymail over real HTTP, with every fault; Postmark stands for all."""

import base64
from dataclasses import replace

import pytest

from postlude.channels import registry
from postlude.channels.anymail_esp.channel import AnymailEsp
from postlude.channels.errors import BadSenderSettings, NotSupported
from postlude.kernel.errors import MissingSetting
from postlude.messages.types import Attachment

from .conftest import Mailer

CALENDAR = "BEGIN:VCALENDAR\r\nSUMMARY:台灣\r\nEND:VCALENDAR\r\n".encode()
FILE = Attachment("pycon.ics", "text/calendar; charset=utf-8; method=PUBLISH", CALENDAR)


@pytest.fixture
def channel():
    channel = AnymailEsp()
    yield channel
    channel.close()


@pytest.fixture
def sender(config, postmark_settings):
    return config("anymail", postmark_settings)


def kinds(outcomes):
    return [outcome.kind for outcome in outcomes]


def arrived(sandbox):
    return sandbox.client.received("postmark", limit=1_000)["messages"]


def test_a_mail_arrives_with_our_id_its_headers_and_its_file(channel, sender, mail, sandbox):
    one = replace(mail(), attachments=(FILE,))

    (outcome,) = channel.send(sender, [one])

    (message,) = arrived(sandbox)
    given = message["given"]
    assert ("accepted", message["id"]) == (outcome.kind, outcome.provider_id)
    assert {"outbox_id": str(one.message), "key": one.key} == given["Metadata"]
    assert "您的邀請函" == given["Subject"]
    assert "<p>歡迎</p>" == given["HtmlBody"]
    assert "ann@example.test" == message["recipient"]
    headers = {each["Name"].lower(): each["Value"] for each in given["Headers"]}
    assert "<https://example.test/u/x>" == headers["list-unsubscribe"]
    assert "team@example.test" == given["ReplyTo"]
    assert ("tickets", False, "None") == (given["Tag"], given["TrackOpens"], given["TrackLinks"])
    (file,) = given["Attachments"]
    assert "pycon.ics" == file["Name"]
    assert file["ContentType"].startswith("text/calendar")
    assert CALENDAR == base64.b64decode(file["Content"])


def test_a_window_of_mails_is_sent_once_each(channel, sender, mail, sandbox):
    batch = [mail(f"p{n}@example.test") for n in range(32)]

    outcomes = channel.send(sender, batch)

    assert {"accepted"} == set(kinds(outcomes))
    sent = sorted(each["given"]["Metadata"]["outbox_id"] for each in arrived(sandbox))
    assert sorted(str(each.message) for each in batch) == sent


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_a_lost_answer_is_unknown_and_nobody_can_be_asked(channel, sender, mail, sandbox, fault):
    sandbox.client.fault("postmark", fault, count=1)
    one = mail()

    (outcome,) = channel.send(sender, [one])

    assert "unknown" == outcome.kind
    with pytest.raises(NotSupported):
        channel.lookup(sender, [one.message])


def test_a_mail_whose_answer_was_lost_is_never_sent_again(org, postmark_settings, sandbox):
    channel = AnymailEsp()
    registry.register(channel)
    mailer = Mailer(org.id, "anymail", postmark_settings)
    sandbox.client.fault("postmark", "drop_after", count=1)
    numbers = mailer.enqueue("ann@example.test")

    for _ in range(3):
        mailer.deliver()

    channel.close()
    assert ["unknown"] == mailer.states(numbers)
    assert 1 == len(arrived(sandbox))


def test_a_refused_connection_left_nothing(channel, sender, mail, sandbox):
    sandbox.client.fault("postmark", "refuse_connection")

    (outcome,) = channel.send(sender, [mail()])

    assert ("refused", False) == (outcome.kind, outcome.pause_sender)


@pytest.mark.parametrize("rest", [(7, 7.0), (None, 1.0)])
def test_too_many_requests_rest_as_told(channel, sender, mail, sandbox, rest):
    told, waits = rest
    sandbox.client.fault("postmark", "rate_limited", retry_after=told)

    (outcome,) = channel.send(sender, [mail()])

    assert ("refused", True, waits) == (outcome.kind, outcome.pause_sender, outcome.retry_after)


@pytest.mark.parametrize(
    "case", [(500, "unknown"), (502, "unknown"), (503, "refused"), (403, "refused")]
)
def test_a_server_that_broke_may_have_taken_the_mail(channel, sender, mail, sandbox, case):
    status, kind = case
    sandbox.client.fault("postmark", "server_error", status=status, count=1)

    (outcome,) = channel.send(sender, [mail()])

    assert (kind, status == 403) == (outcome.kind, outcome.pause_sender)


def test_what_is_not_an_answer_is_never_accepted(channel, sender, mail, sandbox):
    sandbox.client.fault("postmark", "html", status=200, count=1)
    (page,) = channel.send(sender, [mail()])
    sandbox.client.set_faults("postmark", {"kind": "truncated_json", "count": 1})
    (half,) = channel.send(sender, [mail()])

    assert [("unknown", True), ("unknown", False)] == [
        (page.kind, page.pause_sender),
        (half.kind, half.pause_sender),
    ]


def test_a_wrong_key_pauses_the_sender_and_few_calls_tell(
    channel, sender, mail, sandbox, monkeypatch
):
    monkeypatch.setenv("POSTMARK_TOKEN", "wrong")

    outcomes = channel.send(sender, [mail() for _ in range(20)])

    assert {("refused", True)} == {(each.kind, each.pause_sender) for each in outcomes}
    assert sandbox.client.calls("postmark")["total"] <= channel.traits.concurrency


def test_an_address_that_is_not_taken_fails_alone(channel, sender, mail, sandbox):
    sandbox.client.configure("postmark", inactive=["gone@example.test"])

    outcomes = channel.send(
        sender, [mail(), mail("bob@localhost"), mail("gone@example.test"), mail()]
    )

    assert ["accepted", "failed", "failed", "accepted"] == kinds(outcomes)
    assert not any("gone@" in outcome.words for outcome in outcomes)


def test_settings_that_cannot_be_used_are_said_before_anything_is_sent(
    channel, config, postmark_settings, mail, monkeypatch
):
    for changes in ({"esp": "pigeon"}, {"server_token": ""}, {"base_url": "ftp://x"}):
        with pytest.raises(BadSenderSettings):
            channel.send(config("anymail", {**postmark_settings, **changes}), [mail()])
    monkeypatch.delenv("POSTMARK_TOKEN")
    with pytest.raises(MissingSetting):
        channel.send(config("anymail", postmark_settings), [mail()])


@pytest.mark.parametrize(
    "case",
    [({}, True, "Postmark"), ({"base_url": "http://127.0.0.1:9"}, False, "does not answer")],
)
def test_it_is_examined_without_sending(channel, config, postmark_settings, sandbox, case):
    changes, works, words = case
    found = channel.examine(config("anymail", {**postmark_settings, **changes}), online=True)

    assert works is found.works
    assert words in found.text
    assert [] == arrived(sandbox)


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"webhook_secret": ""}, "webhook_secret"),
        ({"webhook_secret": "${POSTMARK_TOKEN}"}, "webhook_secret"),
        ({"signing_key": "${POSTMARK_TOKEN}"}, "signing_key"),
        ({"esp": "mailgun"}, "esp"),
    ],
)
def test_the_doctor_hears_what_would_leave_the_webhook_open(
    channel, config, postmark_settings, changes, setting
):
    with pytest.raises(BadSenderSettings, match=setting) as raised:
        channel.examine(config("anymail", {**postmark_settings, **changes}), online=False)
    assert raised.value.hint
