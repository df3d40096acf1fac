"""Over real HTTP, with every fault."""

import pytest

from postlude.channels.errors import BadSenderSettings
from postlude.channels.klaviyo import events
from postlude.channels.klaviyo.channel import Klaviyo
from postlude.kernel.errors import MissingSetting
from postlude.messages.types import Attachment


@pytest.fixture
def channel():
    channel = Klaviyo()
    yield channel
    channel.close()


@pytest.fixture
def sender(config, sandbox, klaviyo_settings):
    return config("klaviyo", klaviyo_settings)


def held(sandbox):
    return sandbox.client.received("klaviyo")


def only(outcomes):
    (outcome,) = outcomes
    return outcome


def test_a_message_is_one_event_which_the_flow_mails(channel, sender, mail, sandbox):
    one = mail()

    outcome = only(channel.send(sender, [one]))

    assert "accepted" == outcome.kind
    (event,) = held(sandbox)["events"]
    assert one.key == event["unique_id"]
    carried = event["attributes"]["event_properties"]
    assert str(one.message) == carried["message_id"]
    (sent,) = held(sandbox)["mails"]
    assert ("ann@example.test", "您的邀請函", "<p>歡迎</p>") == (
        sent["to"],
        sent["subject"],
        sent["html"],
    )


def test_klaviyo_learns_the_address_and_an_opaque_id_and_nothing_else(
    channel, sender, mail, sandbox
):
    one = mail()

    channel.send(sender, [one])

    (profile,) = held(sandbox)["profiles"]
    wanted = {"email": "ann@example.test", "external_id": events.external_id(one.contact)}
    assert {**wanted, "properties": {}} == profile["attributes"]
    assert one.contact == events.contact_of(profile["attributes"]["external_id"])


def test_a_file_cannot_go_along_and_is_said_to_be_left_out(channel, sender, mail, sandbox):
    file = Attachment("pycon.ics", "text/calendar", b"BEGIN:VCALENDAR")

    outcome = only(channel.send(sender, [mail(attachments=(file,))]))

    assert "accepted" == outcome.kind
    assert "without pycon.ics" in outcome.words
    (event,) = held(sandbox)["events"]
    assert ["pycon.ics"] == event["attributes"]["event_properties"]["left_out"]


def test_a_window_is_sent_once_each(channel, sender, mail, sandbox):
    batch = [mail(f"p{n}@example.test") for n in range(32)]

    outcomes = channel.send(sender, batch)

    assert {"accepted"} == {outcome.kind for outcome in outcomes}
    keys = sorted(event["unique_id"] for event in held(sandbox)["events"])
    assert sorted(each.key for each in batch) == keys


def test_a_lost_answer_is_unknown_and_sending_again_mails_nobody_twice(
    channel, sender, mail, sandbox
):
    sandbox.client.fault("klaviyo", "drop_after", count=1)
    one = mail()

    assert "unknown" == only(channel.send(sender, [one])).kind
    assert "accepted" == only(channel.send(sender, [one])).kind

    assert 1 == len(held(sandbox)["events"])
    assert 1 == len(held(sandbox)["mails"])


def test_a_connection_that_is_cut_before_it_is_taken_is_repeated(channel, sender, mail, sandbox):
    sandbox.client.fault("klaviyo", "drop_before", count=1)
    one = mail()

    assert "unknown" == only(channel.send(sender, [one])).kind
    assert "accepted" == only(channel.send(sender, [one])).kind
    assert 1 == len(held(sandbox)["mails"])


def test_a_closed_port_left_nothing(channel, sender, mail, sandbox):
    sandbox.client.fault("klaviyo", "refuse_connection")

    outcome = only(channel.send(sender, [mail()]))

    assert "refused" == outcome.kind
    assert "no connection" in outcome.words


@pytest.mark.parametrize(("asked", "rest"), [(7, 7.0), (None, 1.0)])
def test_too_many_requests_rest_the_sender(  # noqa: PLR0917 - fixtures and cases
    channel, sender, mail, sandbox, asked, rest
):
    sandbox.client.fault("klaviyo", "rate_limited", retry_after=asked)

    outcome = only(channel.send(sender, [mail()]))

    assert ("refused", True, rest) == (outcome.kind, outcome.pause_sender, outcome.retry_after)
    assert 1 == sandbox.client.calls("klaviyo")["total"], "the SDK did not try again by itself"


@pytest.mark.parametrize("status", [500, 502, 504, 524])
def test_trouble_of_klaviyo_is_unknown_and_is_tried_once(channel, sender, mail, sandbox, status):
    sandbox.client.fault("klaviyo", "server_error", status=status)

    assert "unknown" == only(channel.send(sender, [mail()])).kind
    assert 1 == sandbox.client.calls("klaviyo")["total"]


def test_not_now_is_refused(channel, sender, mail, sandbox):
    sandbox.client.fault("klaviyo", "server_error", status=503)

    assert "refused" == only(channel.send(sender, [mail()])).kind


def test_a_page_of_somebody_else_rests_the_sender(channel, sender, mail, sandbox):
    sandbox.client.fault("klaviyo", "html", status=200)

    outcome = only(channel.send(sender, [mail()]))

    assert ("unknown", True) == (outcome.kind, outcome.pause_sender)


def test_a_wrong_key_rests_the_sender_and_says_what_to_check(channel, sender, mail, sandbox):
    sandbox.client.configure("klaviyo", api_key="another")

    outcome = only(channel.send(sender, [mail()]))

    assert ("refused", True) == (outcome.kind, outcome.pause_sender)
    assert "api_key" in outcome.words


def test_an_address_that_klaviyo_does_not_take_is_final(channel, sender, mail, sandbox):
    outcome = only(channel.send(sender, [mail("not an address")]))

    assert ("failed", False) == (outcome.kind, outcome.pause_sender)
    assert "not an address" not in outcome.words


def test_a_text_beyond_the_limit_of_an_event_fails_with_what_to_do(channel, sender, mail, sandbox):
    outcome = only(channel.send(sender, [mail(html="x" * 100_001)]))

    assert "failed" == outcome.kind
    assert "shorten" in outcome.words
    assert 0 == sandbox.client.calls("klaviyo")["total"]


def test_every_call_states_the_pinned_revision(channel, sender, mail, sandbox):
    from klaviyo_api import KlaviyoAPI

    from postlude.channels.klaviyo.account import REVISION

    assert KlaviyoAPI._REVISION == REVISION


def test_the_doctor_asks_with_the_key_and_sends_nothing(channel, sender, sandbox):
    found = channel.examine(sender, online=True)
    assert found.works, found
    assert [] == held(sandbox)["events"]

    sandbox.client.configure("klaviyo", api_key="another")
    found = channel.examine(sender, online=True)
    assert not found.works
    assert "api_key" in found.hint


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"api_key": ""}, BadSenderSettings),
        ({"api_key": "${NO_SUCH_KEY}"}, MissingSetting),
        ({"base_url": "ftp://a"}, BadSenderSettings),
        ({"revision": "2022-01-01"}, BadSenderSettings),
        ({"lists_a_day": "many"}, BadSenderSettings),
    ],
)
def test_settings_that_cannot_be_used_are_refused_early(  # noqa: PLR0917 - fixtures and cases
    channel, config, mail, klaviyo_settings, sandbox, change, error
):
    with pytest.raises(error):
        channel.send(config("klaviyo", {**klaviyo_settings, **change}), [mail()])
    assert 0 == sandbox.client.calls("klaviyo")["total"]
