"""LINE over real HTTP, with every fault: its key makes one message of any number of tries."""

import logging
from datetime import UTC, datetime

import pytest

from postlude.channels.errors import BadSenderSettings
from postlude.channels.line.channel import Line
from postlude.channels.line.push import retry_key
from postlude.kernel import clock as kernel_clock
from postlude.kernel.errors import MissingSetting
from postlude.messages import api as messages

ANN = "U" + "a1" * 16


@pytest.fixture
def channel():
    return Line()


@pytest.fixture
def sender(config, line_settings):
    return config("line", line_settings, from_address="", from_name="", reply_to="")


def held(sandbox, **query):
    return sandbox.client.received("line", **query)["messages"]


def only(outcomes):
    (outcome,) = outcomes
    return outcome


def test_a_message_is_one_text_under_its_own_key(channel, sender, mail, sandbox):
    one = mail(ANN, text="歡迎\n")

    outcome = only(channel.send(sender, [one]))

    (sent,) = held(sandbox)
    assert ("accepted", sent["id"]) == (outcome.kind, outcome.provider_id)
    assert (ANN, "歡迎", retry_key(one)) == (sent["to"], sent["text"], sent["given"]["retry_key"])
    assert "王小明" not in str(sent)


def test_a_window_is_sent_once_each(channel, sender, mail, sandbox):
    batch = [mail(f"U{n:032x}") for n in range(32)]

    outcomes = channel.send(sender, batch)

    assert {"accepted"} == {outcome.kind for outcome in outcomes}
    assert sorted(each.to_address for each in batch) == sorted(m["to"] for m in held(sandbox))


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_after"},
        {"kind": "drop_before"},
        {"kind": "server_error", "status": 500},
        {"kind": "server_error", "status": 503},
        {"kind": "html", "status": 502},
        {"kind": "truncated_json"},
    ],
)
def test_whatever_became_of_the_first_try_the_second_makes_one_message(
    channel, sender, mail, sandbox, fault
):
    sandbox.client.fault("line", count=1, **fault)
    one = mail(ANN)

    assert "unknown" == only(channel.send(sender, [one])).kind
    again = only(channel.send(sender, [one]))

    (sent,) = held(sandbox)
    assert ("accepted", sent["id"]) == (again.kind, again.provider_id)


def test_a_closed_port_left_nothing(channel, sender, mail, sandbox):
    sandbox.client.fault("line", "refuse_connection")

    outcome = only(channel.send(sender, [mail(ANN)]))

    assert "refused" == outcome.kind
    assert "no connection" in outcome.words


@pytest.mark.parametrize(("asked", "rest"), [(7, 7.0), (None, 1.0)])
def test_too_fast_rests_the_sender(  # noqa: PLR0917 - fixtures and cases
    channel, sender, mail, sandbox, asked, rest
):
    sandbox.client.fault("line", "rate_limited", retry_after=asked)

    outcome = only(channel.send(sender, [mail(ANN)]))

    assert ("refused", True, rest) == (outcome.kind, outcome.pause_sender, outcome.retry_after)
    assert not outcome.month_used_up


def test_a_used_up_month_stops_the_window(channel, sender, mail, sandbox):
    sandbox.client.configure("line", monthly_limit=3)

    outcomes = channel.send(sender, [mail(f"U{n:032x}") for n in range(32)])

    assert 3 == len(held(sandbox))
    assert 3 == sum(each.kind == "accepted" for each in outcomes)
    assert any(each.month_used_up for each in outcomes)
    assert {"accepted", "refused"} == {each.kind for each in outcomes}


def test_somebody_who_has_blocked_us_looks_like_anybody(channel, sender, mail, sandbox):
    sandbox.client.chat("line", "unfollow", ANN)

    assert "accepted" == only(channel.send(sender, [mail(ANN)])).kind
    assert [False] == [each["shown"] for each in held(sandbox)]


def test_a_user_id_that_is_none_fails_for_good(channel, sender, mail, sandbox):
    outcome = only(channel.send(sender, [mail("ann-of-line-who-is-secret")]))

    assert "failed" == outcome.kind
    assert "'to'" in outcome.words
    assert "ann-of-line" not in outcome.words


def test_a_bad_token_rests_the_sender_and_is_said_nowhere(  # noqa: PLR0917 - fixtures
    channel, sender, mail, sandbox, monkeypatch, caplog
):
    monkeypatch.setenv("LINE_TOKEN", "a-token-that-opens-nothing")
    with caplog.at_level(logging.DEBUG):
        outcome = only(channel.send(sender, [mail(ANN)]))
        examined = channel.examine(sender, online=True)

    assert ("refused", True, 60.0) == (outcome.kind, outcome.pause_sender, outcome.retry_after)
    assert not examined.works
    told = f"{outcome} {examined} {caplog.text}"
    assert "a-token-that-opens-nothing" not in told
    assert "U" + "a1" * 16 not in told


@pytest.mark.parametrize("missing", ["token", "channel_secret"])
def test_settings_that_cannot_be_used_are_said(channel, config, line_settings, missing):
    without = {key: value for key, value in line_settings.items() if key != missing}
    with pytest.raises(BadSenderSettings, match=missing):
        channel.examine(config("line", without), online=False)


def test_a_variable_that_is_not_set_is_named(channel, sender, mail, monkeypatch):
    monkeypatch.delenv("LINE_TOKEN")
    with pytest.raises(MissingSetting, match="LINE_TOKEN"):
        channel.send(sender, [mail(ANN)])


def test_the_doctor_sees_what_is_left_of_the_month(channel, sender, mail, sandbox):
    channel.send(sender, [mail(ANN)])
    sandbox.client.configure("line", monthly_limit=2)
    assert "1 of this month's 2 messages" in channel.examine(sender, online=True).text

    channel.send(sender, [mail(ANN)])
    used_up = channel.examine(sender, online=True)
    assert (False, True) == (used_up.works, "Raise the plan" in used_up.hint)

    sandbox.client.configure("line", monthly_limit=None)
    assert "no monthly limit" in channel.examine(sender, online=True).text
    sandbox.client.fault("line", "html")
    assert not channel.examine(sender, online=True).works
    sandbox.client.fault("line", "refuse_connection")
    assert "does not answer" in channel.examine(sender, online=True).text


def test_a_lost_answer_is_one_message_in_the_end(line_desk, sandbox, clock):
    """Taken, the answer dropped: never unknown, and 409 gives the id."""
    sandbox.client.fault("line", "drop_after", count=1)
    (number,) = line_desk.enqueue(ANN)

    line_desk.deliver()
    assert ["queued"] == line_desk.states([number])
    clock.advance(seconds=30)
    line_desk.deliver()

    (sent,) = held(sandbox)
    fact = messages.state_of(line_desk.org, [number])[number]
    assert ("accepted", sent["id"]) == (str(fact.state), fact.provider_id)
    assert {"cut": 1, "409": 1} == sandbox.client.calls("line")["by_status"]


def test_an_outage_of_hours_is_not_unknown_while_the_key_lives(line_desk, sandbox, clock):
    sandbox.client.fault("line", "server_error", status=500)
    (number,) = line_desk.enqueue(ANN)
    for _ in range(60):
        line_desk.deliver()
        clock.advance(minutes=20)
    assert ["queued"] == line_desk.states([number])

    for _ in range(12):
        line_desk.deliver()
        clock.advance(minutes=20)

    assert ["unknown"] == line_desk.states([number])
    sandbox.client.clear_faults()
    clock.advance(hours=1)
    assert 0 == line_desk.deliver()
    assert [] == held(sandbox)


def test_a_used_up_month_waits_for_the_next_and_burns_nothing(line_desk, sandbox, caplog):
    with kernel_clock.use(kernel_clock.FrozenClock(datetime(2023, 9, 29, tzinfo=UTC))) as clock:
        sandbox.client.configure("line", monthly_limit=0)
        (number,) = line_desk.enqueue(ANN, deadline=datetime(2023, 10, 5, tzinfo=UTC))
        line_desk.deliver()

        (status,) = messages.senders(line_desk.org)
        assert datetime(2023, 9, 30, 16, tzinfo=UTC) == status.paused_until  # Taipei's October
        assert "monthly limit" in status.pause_reason
        assert "a sender is paused" in caplog.text
        sandbox.client.configure("line", monthly_limit=200)
        clock.advance(days=1)
        assert 0 == line_desk.deliver()

        clock.advance(days=1)
        line_desk.deliver()
        fact = messages.state_of(line_desk.org, [number])[number]
        assert ("accepted", 0) == (str(fact.state), fact.attempts)


def test_a_contact_without_an_id_is_blocked_with_a_reason(line_desk, sandbox):
    (number,) = line_desk.enqueue(None)

    line_desk.deliver()

    fact = messages.state_of(line_desk.org, [number])[number]
    assert ("blocked", "no_address") == (str(fact.state), fact.reason)
    assert [] == held(sandbox)


def test_what_was_pushed_can_be_read_again_and_no_mail_went(line_desk, sandbox):
    (number,) = line_desk.enqueue(ANN)

    line_desk.deliver()

    shown = messages.shown_text(line_desk.org, number, now=kernel_clock.now())
    assert held(sandbox)[0]["text"] == (shown or "").strip()
    assert [] == sandbox.client.mails()
