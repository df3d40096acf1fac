"""Over real HTTP, with every fault."""

import pytest

from postlude.channels import letters
from postlude.channels.errors import BadSenderSettings
from postlude.channels.mailgun.channel import Mailgun
from postlude.kernel.errors import MissingSetting


@pytest.fixture
def channel():
    channel = Mailgun()
    yield channel
    channel.close()


@pytest.fixture
def sender(config, mailgun_settings):
    return config("mailgun", mailgun_settings)


def kinds(outcomes):
    return [outcome.kind for outcome in outcomes]


def test_a_mail_arrives_with_our_id_our_message_id_and_its_headers(channel, sender, mail, sandbox):
    one = mail()

    (outcome,) = channel.send(sender, [one])

    (arrived,) = sandbox.client.mails()
    assert "accepted" == outcome.kind
    assert outcome.provider_id == letters.message_id(one.message, "mg.example.test")
    assert arrived["id"] == outcome.provider_id
    assert arrived["variables"] == {"outbox_id": str(one.message), "key": one.key}
    assert arrived["subject"] == "您的邀請函"
    assert arrived["recipients"] == ["ann@example.test"]
    assert arrived["html"] == "<p>歡迎</p>"
    headers = {name.lower(): value for name, value in arrived["headers"].items()}
    assert headers["list-unsubscribe"] == "<https://example.test/u/x>"
    assert "team@example.test" in headers["reply-to"]
    assert arrived["options"]["tracking-clicks"] == ["no"]
    assert arrived["options"]["tag"] == ["tickets"]


def test_a_window_of_mails_is_sent_once_each(channel, sender, mail, sandbox):
    batch = [mail(f"p{n}@example.test") for n in range(32)]

    outcomes = channel.send(sender, batch)

    assert {"accepted"} == set(kinds(outcomes))
    sent = sorted(m["variables"]["outbox_id"] for m in sandbox.client.mails())
    assert sorted(str(m.message) for m in batch) == sent


def test_a_dropped_answer_is_unknown_and_found_in_the_events(channel, sender, mail, sandbox):
    sandbox.client.fault("mailgun", "drop_after", count=1)
    lost, never = mail(), mail("bob@example.test")

    (outcome,) = channel.send(sender, [lost])
    found = channel.lookup(sender, [lost.message, never.message])

    assert "unknown" == outcome.kind
    assert [(lost.message, "accepted")] == [(o.message, o.kind) for o in found]
    assert 1 == len(sandbox.client.mails())


def test_a_request_dropped_before_it_was_taken_is_unknown_and_stays_absent(
    channel, sender, mail, sandbox
):
    sandbox.client.fault("mailgun", "drop_before", count=1)
    one = mail()

    (outcome,) = channel.send(sender, [one])

    assert "unknown" == outcome.kind
    assert [] == channel.lookup(sender, [one.message])


def test_an_answer_too_slow_is_unknown(channel, sender, mail, sandbox, monkeypatch):
    monkeypatch.setattr("postlude.channels.kept_connections.TIMEOUT_S", (2.0, 0.2))
    sandbox.client.fault("mailgun", "latency", latency_ms=600, after=True, count=1)

    (outcome,) = channel.send(sender, [mail()])

    assert "unknown" == outcome.kind


def test_a_refused_connection_left_nothing(channel, sender, mail, sandbox):
    sandbox.client.fault("mailgun", "refuse_connection")

    (outcome,) = channel.send(sender, [mail()])

    assert ("refused", False) == (outcome.kind, outcome.pause_sender)


@pytest.mark.parametrize("rest", [(7, 7.0), (None, 1.0)])
def test_too_many_requests_pauses_as_told(channel, sender, mail, sandbox, rest):
    told, waits = rest
    sandbox.client.fault("mailgun", "rate_limited", retry_after=told)

    (outcome,) = channel.send(sender, [mail()])

    assert ("refused", True, waits) == (outcome.kind, outcome.pause_sender, outcome.retry_after)


def test_a_500_goes_back_to_the_queue_and_a_502_is_unknown(channel, sender, mail, sandbox):
    sandbox.client.fault("mailgun", "server_error", status=500, count=1)
    first = channel.send(sender, [mail()])
    sandbox.client.set_faults("mailgun", {"kind": "server_error", "status": 502, "count": 1})
    second = channel.send(sender, [mail()])

    assert ["refused", "unknown"] == kinds([*first, *second])


def test_html_instead_of_json_is_never_accepted(channel, sender, mail, sandbox):
    sandbox.client.fault("mailgun", "html", status=200, count=1)
    first = channel.send(sender, [mail()])
    sandbox.client.set_faults("mailgun", {"kind": "truncated_json", "count": 1})
    second = channel.send(sender, [mail()])

    assert ["unknown", "unknown"] == kinds([*first, *second])


def test_the_friendly_page_of_a_wrong_path_pauses_the_sender(
    channel, config, mailgun_settings, mail, sandbox
):
    wrong = config(
        "mailgun", {**mailgun_settings, "base_url": f"{mailgun_settings['base_url']}/v9"}
    )

    outcomes = channel.send(wrong, [mail() for _ in range(3)])

    assert [("refused", True)] * 3 == [(o.kind, o.pause_sender) for o in outcomes]
    assert [] == sandbox.client.mails()


def test_a_wrong_key_pauses_the_sender_and_one_call_tells(
    channel, sender, mail, sandbox, monkeypatch
):
    monkeypatch.setenv("MAILGUN_API_KEY", "wrong")

    outcomes = channel.send(sender, [mail() for _ in range(20)])

    assert {("refused", True)} == {(o.kind, o.pause_sender) for o in outcomes}
    assert sandbox.client.calls("mailgun")["total"] <= channel.traits.concurrency


def test_an_unknown_domain_pauses_the_sender(channel, config, mailgun_settings, mail):
    wrong = config("mailgun", {**mailgun_settings, "domain": "other.example.test"})

    (outcome,) = channel.send(wrong, [mail()])

    assert ("refused", True) == (outcome.kind, outcome.pause_sender)


def test_a_bad_address_fails_alone(channel, sender, mail):
    outcomes = channel.send(sender, [mail(), mail("bob@localhost"), mail()])

    assert ["accepted", "failed", "accepted"] == kinds(outcomes)


def test_settings_that_cannot_be_used_are_said_before_anything_is_sent(
    channel, config, mailgun_settings, mail, monkeypatch
):
    with pytest.raises(BadSenderSettings):
        channel.send(config("mailgun", {**mailgun_settings, "domain": ""}), [mail()])
    monkeypatch.delenv("MAILGUN_API_KEY")
    with pytest.raises(MissingSetting):
        channel.send(config("mailgun", mailgun_settings), [mail()])


def test_an_idle_connection_is_not_written_into(channel, sender, mail, monkeypatch):
    monkeypatch.setattr("postlude.channels.kept_connections._IDLE_S", 0.0)

    outcomes = [outcome for _ in range(3) for outcome in channel.send(sender, [mail()])]

    assert ["accepted"] * 3 == kinds(outcomes)
