"""FCM over real HTTP, with every fault: one message, one try for each device."""

import json
import logging
import os

import pytest

from postlude.channels.errors import BadSenderSettings, NoAccess
from postlude.channels.fcm.channel import Fcm
from postlude.messages import api as messages
from postlude.people import api as people
from postlude.people.types import Actor, SaidAddress

PHONE, TABLET, LAPTOP = (f"{name}:APA91b-device-of-ann" for name in ("phone", "tablet", "laptop"))


@pytest.fixture
def channel():
    return Fcm()


@pytest.fixture
def sender(config, fcm_settings):
    return config("fcm", fcm_settings, from_address="")


def held(sandbox, **query):
    return sandbox.client.received("fcm", **query)["messages"]


def only(outcomes):
    (outcome,) = outcomes
    return outcome


def test_a_message_goes_to_three_devices_with_one_token(channel, sender, mail, sandbox):
    one = mail(PHONE, devices=(PHONE, TABLET, LAPTOP), text="歡迎")

    outcome = only(channel.send(sender, [one]))

    assert [PHONE, TABLET, LAPTOP] == sorted(
        (each["to"] for each in held(sandbox)), key=[PHONE, TABLET, LAPTOP].index
    )
    assert ("accepted", 3) == (outcome.kind, len(outcome.parts))
    assert {str(one.message)} == {m["given"]["data"]["message_id"] for m in held(sandbox)}
    assert 1 == sandbox.client.received("fcm")["tokens_given"]
    assert "王小明" not in str(held(sandbox))
    channel.send(sender, [mail(PHONE)])
    assert 1 == sandbox.client.received("fcm")["tokens_given"]


def test_a_window_is_sent_once_each(channel, sender, mail, sandbox):
    batch = [mail(f"device-{n}:x") for n in range(16)]

    outcomes = channel.send(sender, batch)

    assert [each.message for each in batch] == [outcome.message for outcome in outcomes]
    assert {"accepted"} == {outcome.kind for outcome in outcomes}
    assert sorted(each.to_address for each in batch) == sorted(m["to"] for m in held(sandbox))


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "drop_after"}, "unknown"),
        ({"kind": "drop_before"}, "unknown"),
        ({"kind": "truncated_json"}, "unknown"),
        ({"kind": "html", "status": 502}, "unknown"),
        ({"kind": "server_error", "status": 500}, "unknown"),
    ],
)
def test_what_may_have_arrived_is_unknown(  # noqa: PLR0917 - fixtures and cases
    channel, sender, mail, sandbox, fault, kind
):
    sandbox.client.fault("fcm", path="/v1/*", **fault)

    assert kind == only(channel.send(sender, [mail(PHONE)])).kind


def test_a_closed_port_left_nothing_and_names_no_secret(channel, sender, mail, sandbox):
    channel.send(sender, [mail(PHONE)])  # has a token
    sandbox.client.fault("fcm", "refuse_connection")

    outcome = only(channel.send(sender, [mail(PHONE)]))

    assert ("refused", True) == (outcome.kind, "no connection" in outcome.words)


@pytest.mark.parametrize(("asked", "rest"), [(7, 7.0), (None, 1.0)])
def test_a_used_up_quota_rests_the_sender(  # noqa: PLR0917 - fixtures and cases
    channel, sender, mail, sandbox, asked, rest
):
    sandbox.client.fault("fcm", "rate_limited", path="/v1/*", retry_after=asked)

    outcome = only(channel.send(sender, [mail(PHONE)]))

    assert ("refused", True, rest) == (outcome.kind, outcome.pause_sender, outcome.retry_after)


def test_no_token_is_said_before_anything_left(channel, sender, mail, sandbox, caplog):
    sandbox.client.configure("fcm", client_email="somebody@else.test")

    with caplog.at_level(logging.DEBUG), pytest.raises(NoAccess) as caught:
        channel.send(sender, [mail(PHONE)])

    key = sandbox.client.fcm_key()["private_key"].splitlines()[1]
    assert key not in f"{caught.value} {caught.value.hint} {caplog.text}"
    assert "assertion" not in caplog.text
    assert [] == held(sandbox)


def test_a_token_endpoint_that_is_away_is_no_access(channel, sender, mail, sandbox):
    sandbox.client.fault("fcm", "refuse_connection")

    with pytest.raises(NoAccess):
        channel.send(sender, [mail(PHONE)])


def test_a_refused_token_is_not_used_again(channel, sender, mail, sandbox):
    channel.send(sender, [mail(PHONE)])
    sandbox.client.configure("fcm", access_token="another")

    refused = only(channel.send(sender, [mail(PHONE)]))
    assert ("refused", True) == (refused.kind, refused.pause_sender)
    assert "accepted" == only(channel.send(sender, [mail(PHONE)])).kind


def test_a_device_of_another_project_fails_and_stays(channel, sender, mail, sandbox):
    sandbox.client.configure("fcm", of_another_project=[PHONE])

    outcome = only(channel.send(sender, [mail(PHONE)]))

    assert ("failed", False) == (outcome.kind, outcome.address_gone)
    assert "SENDER_ID_MISMATCH" in outcome.words


def test_the_doctor_tries_without_sending(channel, sender, sandbox):
    assert "may send" in channel.examine(sender, online=True).text
    assert [] == held(sandbox)
    sandbox.client.configure("fcm", may_send=False)
    examined = channel.examine(sender, online=True)
    assert (False, True) == (examined.works, "role" in examined.hint)
    sandbox.client.configure("fcm", project="other")
    assert "Check project" in channel.examine(sender, online=True).hint
    sandbox.client.fault("fcm", "html", path="/v1/*")
    assert not channel.examine(sender, online=True).works


def test_a_private_key_that_is_none_is_said(channel, config, fcm_settings, mail, monkeypatch):
    key = json.loads(os.environ["FCM_CREDENTIALS"])
    monkeypatch.setenv("FCM_CREDENTIALS", json.dumps({**key, "private_key": "not-a-key-at-all"}))

    with pytest.raises(BadSenderSettings) as caught:
        channel.send(config("fcm", fcm_settings), [mail(PHONE)])
    assert "not-a-key-at-all" not in f"{caught.value} {caught.value.hint}"


# -- the whole way --------------------------------------------------------------------------------


def devices(desk, contact):
    found = people.all_addresses(desk.org, [contact], "push")
    return {each.value for each in found.get(contact, [])}


@pytest.fixture
def ann(push_desk, clock):
    """A contact with three devices."""
    (contact,) = push_desk.contacts(PHONE)
    more = [SaidAddress(contact, "push", each) for each in (TABLET, LAPTOP)]
    people.say_addresses(push_desk.org, more, actor=Actor("key", "t"), now=clock.now())
    return contact


def tries(desk, number):
    facts = messages.attempts_of(desk.org, [number])[number]
    return sorted(each.kind for each in facts)


def test_three_devices_are_one_message_with_three_tries(push_desk, ann, sandbox):
    (number,) = push_desk.enqueue(PHONE)

    push_desk.deliver()

    assert ["accepted"] == push_desk.states([number])
    assert {PHONE, TABLET, LAPTOP} == {each["to"] for each in held(sandbox)}
    assert ["accepted"] * 3 == tries(push_desk, number)


def test_a_device_that_is_gone_is_forgotten_and_the_others_get_it(push_desk, ann, sandbox):
    sandbox.client.uninstall(TABLET)
    (number,) = push_desk.enqueue(PHONE)

    push_desk.deliver()

    assert ["accepted"] == push_desk.states([number])
    assert ["accepted", "accepted", "failed"] == tries(push_desk, number)
    assert {PHONE, LAPTOP} == devices(push_desk, ann)


def test_the_last_device_gone_fails_and_the_next_message_is_blocked(push_desk, sandbox):
    (first,) = push_desk.enqueue(PHONE)
    sandbox.client.uninstall(PHONE)
    push_desk.deliver()
    assert ["failed"] == push_desk.states([first])

    (contact,) = push_desk.contacts(PHONE)
    people.end_addresses(push_desk.org, "push", [PHONE])
    with_none = push_desk.new(contact, key="second")
    push_desk.deliver()

    fact = messages.state_of(push_desk.org, [with_none])[with_none]
    assert ("blocked", "no_address") == (str(fact.state), fact.reason)


def test_a_lost_answer_is_unknown_and_never_sent_again(push_desk, sandbox, clock):
    sandbox.client.fault("fcm", "drop_after", path="/v1/*", count=1)
    (number,) = push_desk.enqueue(PHONE)
    push_desk.deliver()
    assert ["unknown"] == push_desk.states([number])

    clock.advance(hours=1)
    assert 0 == push_desk.deliver()
    assert 1 == len(held(sandbox))


def test_busy_is_tried_again(push_desk, sandbox, clock):
    sandbox.client.fault("fcm", "rate_limited", path="/v1/*", count=1, retry_after=5)
    (number,) = push_desk.enqueue(PHONE)
    push_desk.deliver()
    assert ["queued"] == push_desk.states([number])

    clock.advance(seconds=6)
    push_desk.deliver()
    assert ["accepted"] == push_desk.states([number])
