"""Messenger over real HTTP, with every fault; and its webhooks."""

import logging

import httpx
import pytest

from postlude.channels.errors import BadSenderSettings
from postlude.channels.messenger.channel import Messenger
from postlude.channels.messenger.signature import sign
from postlude.kernel import inbox
from postlude.kernel.models import InboxDelivery
from postlude.messages import api as messages

ANN = "4815162342108"
TOKEN, SECRET = "sandbox-messenger-token", "sandbox-messenger-secret"


@pytest.fixture
def channel():
    return Messenger()


@pytest.fixture
def sender(config, messenger_settings):
    return config("messenger", messenger_settings, from_address="")


def held(sandbox, **query):
    return sandbox.client.received("messenger", **query)["messages"]


def only(outcomes):
    (outcome,) = outcomes
    return outcome


def test_a_message_is_one_text(channel, sender, mail, sandbox):
    outcome = only(channel.send(sender, [mail(ANN, text="歡迎")]))

    (sent,) = held(sandbox)
    assert ("accepted", sent["id"]) == (outcome.kind, outcome.provider_id)
    assert (ANN, "歡迎", "UPDATE") == (sent["to"], sent["text"], sent["given"]["messaging_type"])
    assert "王小明" not in str(sent)


def test_a_window_is_sent_once_each(channel, sender, mail, sandbox):
    batch = [mail(str(10_000 + n)) for n in range(32)]

    outcomes = channel.send(sender, batch)

    assert {"accepted"} == {outcome.kind for outcome in outcomes}
    assert [each.to_address for each in batch] == sorted(m["to"] for m in held(sandbox))


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_after"},
        {"kind": "drop_before"},
        {"kind": "truncated_json"},
        {"kind": "server_error"},
        {"kind": "html", "status": 502},
    ],
)
def test_what_may_have_arrived_is_unknown(channel, sender, mail, sandbox, fault):
    sandbox.client.fault("messenger", **fault)
    assert "unknown" == only(channel.send(sender, [mail(ANN)])).kind


def test_a_closed_port_left_nothing(channel, sender, mail, sandbox):
    sandbox.client.fault("messenger", "refuse_connection")

    outcome = only(channel.send(sender, [mail(ANN)]))

    assert ("refused", True) == (outcome.kind, "no connection" in outcome.words)


@pytest.mark.parametrize(("asked", "rest"), [(7, 7.0), (None, 1.0)])
def test_too_fast_rests_the_sender(  # noqa: PLR0917 - fixtures and cases
    channel, sender, mail, sandbox, asked, rest
):
    sandbox.client.fault("messenger", "rate_limited", retry_after=asked)

    outcome = only(channel.send(sender, [mail(ANN)]))

    assert ("refused", True, rest) == (outcome.kind, outcome.pause_sender, outcome.retry_after)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"outside": [ANN]}, "outside the 24 hours"),
        ({"unavailable": [ANN]}, "the person cannot be reached now"),
    ],
)
def test_whom_facebook_does_not_let_be_written_to_fails_with_a_reason(  # noqa: PLR0917
    channel, sender, mail, sandbox, settings, reason
):
    sandbox.client.configure("messenger", **settings)

    outcome = only(channel.send(sender, [mail(ANN)]))

    assert ("failed", True) == (outcome.kind, outcome.words.startswith(reason))


def test_a_tag_reaches_people_outside_the_window(
    channel, config, messenger_settings, mail, sandbox
):
    sandbox.client.configure("messenger", outside=[ANN])
    tagged = config("messenger", {**messenger_settings, "tag": "CONFIRMED_EVENT_UPDATE"})

    assert "accepted" == only(channel.send(tagged, [mail(ANN)])).kind


def test_trouble_at_facebook_is_tried_again(channel, sender, mail, sandbox):
    sandbox.client.configure("messenger", refuse_with=1200)
    outcome = only(channel.send(sender, [mail(ANN)]))
    assert ("refused", False) == (outcome.kind, outcome.pause_sender)


def test_the_token_is_said_nowhere_whatever_happens(  # noqa: PLR0917 - fixtures
    channel, sender, mail, sandbox, monkeypatch, caplog
):
    monkeypatch.setenv("PAGE_TOKEN", "a-token-that-opens-nothing")
    told = ""
    with caplog.at_level(logging.DEBUG):
        refused = only(channel.send(sender, [mail(ANN)]))
        told += f"{refused} {channel.examine(sender, online=True)}"
        for kind in ("drop_before", "html", "refuse_connection", "truncated_json"):
            sandbox.client.set_faults("messenger", {"kind": kind})
            told += f"{channel.send(sender, [mail(ANN)])} {channel.examine(sender, online=True)}"

    assert ("refused", True, 60.0) == (refused.kind, refused.pause_sender, refused.retry_after)
    ours = [each for each in caplog.records if each.name != "uvicorn.access"]  # the sandbox's own
    told += " ".join(each.getMessage() for each in ours)
    assert "a-token-that-opens-nothing" not in told
    assert ANN not in told


@pytest.mark.parametrize("missing", ["page_token", "app_secret", "verify_token"])
def test_settings_that_cannot_be_used_are_said(channel, config, messenger_settings, missing):
    without = {key: value for key, value in messenger_settings.items() if key != missing}
    with pytest.raises(BadSenderSettings, match=missing):
        channel.examine(config("messenger", without), online=False)


def test_the_doctor_asks_whose_token_it_is(channel, sender):
    assert "Sandbox page" in channel.examine(sender, online=True).text


# -- the whole way --------------------------------------------------------------------------------


@pytest.fixture
def hooked(messenger_desk, sandbox, web):
    messenger_desk.url = f"{web}/hooks/messenger/pycon/chat"
    sandbox.client.configure("messenger", webhook_url=messenger_desk.url)
    return messenger_desk


def happen(sandbox, event, **more):
    before = sandbox.client.chat_webhooks("messenger")["total"]
    sandbox.client.chat("messenger", event, ANN, **more)

    def told():
        seen = sandbox.client.chat_webhooks("messenger")
        done = {"delivered", "refused", "failed"}
        return seen["total"] > before and all(d["state"] in done for d in seen["deliveries"])

    sandbox.client.wait_for(told)
    inbox.drain(lambda: False, lane="bulk")
    return sandbox.client.chat_webhooks("messenger")["deliveries"][-1]


def test_a_delivery_is_recorded_once(hooked, sandbox):
    (number,) = hooked.enqueue(ANN)
    hooked.deliver()
    assert ["accepted"] == hooked.states([number])
    sandbox.client.fault("messenger", "duplicate_webhook")

    happen(sandbox, "delivery")

    assert ["delivered"] == hooked.states([number])
    assert 1 == InboxDelivery.objects.filter(source="messenger:chat").count()


def test_a_lost_answer_is_unknown_and_never_sent_again(hooked, sandbox, clock):
    sandbox.client.fault("messenger", "drop_after", count=1)
    (number,) = hooked.enqueue(ANN)
    hooked.deliver()
    assert ["unknown"] == hooked.states([number])

    clock.advance(hours=1)
    assert 0 == hooked.deliver()
    assert 1 == len(held(sandbox))


def test_outside_the_window_is_failed_with_its_reason(hooked, sandbox):
    sandbox.client.configure("messenger", outside=[ANN])
    (number,) = hooked.enqueue(ANN)

    hooked.deliver()

    fact = messages.state_of(hooked.org, [number])[number]
    assert ("failed", True) == (str(fact.state), fact.reason.startswith("outside the 24 hours"))


def test_a_contact_without_an_id_is_blocked_with_a_reason(hooked, sandbox):
    (number,) = hooked.enqueue(None)

    hooked.deliver()

    fact = messages.state_of(hooked.org, [number])[number]
    assert ("blocked", "no_address") == (str(fact.state), fact.reason)


@pytest.mark.parametrize("event", ["message", "read"])
def test_what_people_write_and_when_they_read_is_not_kept(hooked, sandbox, event):
    assert "delivered" == happen(sandbox, event, text="my card is 1234")["state"]
    assert 0 == InboxDelivery.objects.filter(source="messenger:chat").count()


def test_a_wrong_signature_changes_nothing(hooked, sandbox):
    (number,) = hooked.enqueue(ANN)
    hooked.deliver()
    sandbox.client.fault("messenger", "wrong_signature")

    assert {401} == set(happen(sandbox, "delivery")["attempts"])

    assert ["accepted"] == hooked.states([number])


def ask(url, **query):
    params = {f"hub.{name}": value for name, value in query.items()}
    return httpx.get(url, params=params, trust_env=False)


def test_facebook_learns_once_that_the_address_is_ours(hooked):
    good = ask(hooked.url, mode="subscribe", verify_token="a-word-of-ours", challenge="1158201444")
    assert (200, "1158201444") == (good.status_code, good.text)
    assert good.headers["content-type"].startswith("text/plain")
    for word in ("", "another"):
        refused = ask(hooked.url, mode="subscribe", verify_token=word, challenge="1158201444")
        assert (403, False) == (refused.status_code, "1158201444" in refused.text)


@pytest.mark.parametrize("raw", [b"{}", b"[]", b"no json"])
def test_what_is_no_webhook_is_said(hooked, raw):
    headers = {"X-Hub-Signature-256": sign(SECRET, raw), "Content-Type": "application/json"}
    assert 400 == httpx.post(hooked.url, content=raw, headers=headers, trust_env=False).status_code


def test_a_secret_that_is_not_set_is_ours_to_mend(hooked, monkeypatch):
    monkeypatch.delenv("APP_SECRET")
    answer = httpx.post(hooked.url, content=b'{"entry":[]}', trust_env=False)
    assert (503, False) == (answer.status_code, SECRET in answer.text)


def test_another_organisations_sender_is_not_there(hooked):
    elsewhere = hooked.url.replace("/pycon/", "/other/")
    assert 405 == ask(elsewhere).status_code
    assert 404 == httpx.post(elsewhere, content=b"{}", trust_env=False).status_code
