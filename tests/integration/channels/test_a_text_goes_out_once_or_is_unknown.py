"""Text messages from the outbox over real HTTP, with every fault: nobody hears twice."""

import logging
from collections import Counter

import pytest

from postlude.channels import api as channels
from postlude.channels import posting
from postlude.channels.errors import NotSupported
from postlude.kernel import boundaries, jobs, store
from postlude.messages import api as messages
from postlude.messages.models import Outbox
from postlude.orgs import api as orgs
from postlude.orgs.types import Fee
from postlude.people import api as people
from postlude.people.types import PersonSeen
from support.texting import CHANNELS, SECRETS, TEXT, Texter, settings_of


@pytest.fixture(params=CHANNELS)
def texter(request, db, clock, sandbox, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    channels.register_all()
    yield Texter(request.param, sandbox)
    channels.get(request.param).close()


def words_of(texter, numbers):
    attempts = messages.attempts_of(texter.org, numbers)
    return " ".join(each.words for number in numbers for each in attempts.get(number, []))


def much_later(texter, clock):
    """Everything that runs by itself, for half an hour."""
    for _ in range(30):
        clock.advance(seconds=60)
        channels.reconcile_unknown(jobs.Budget(20))
        messages.recover(clock.now())
        texter.deliver()


def test_a_text_reaches_the_phone_as_its_vendor_spells_it(texter):
    (number,) = texter.enqueue(texter.phone())

    texter.deliver()

    (sms,) = texter.arrived()
    assert (texter.spelled(), TEXT) == (sms["to"], sms["text"])
    fact = messages.state_of(texter.org, [number])[number]
    assert ("accepted", "sms", 1, 135) == (fact.state, fact.channel, fact.segments, fact.cost)
    assert TEXT == messages.shown_text(texter.org, number, now=fact.created_at)


def test_letters_of_any_script_arrive_as_they_were_written(texter):
    text = "Скидка 10 % & бонус + 🎁\n生日快樂 {{ '{' }}a{{ '}' }}=1;"
    numbers = texter.enqueue(texter.phone(), template_version=texter.publish(text, "odd"))

    texter.deliver()

    assert ["accepted"] == texter.states(numbers)
    assert ["Скидка 10 % & бонус + 🎁\n生日快樂 {a}=1;"] == [
        each["text"] for each in texter.arrived()
    ]


def test_many_go_once_each_over_few_connections(texter):
    numbers = texter.enqueue(*(texter.phone(n) for n in range(100)))

    assert 100 == texter.deliver()

    assert {"accepted"} == set(texter.states(numbers))
    heard = Counter(each["to"] for each in texter.arrived())
    assert {texter.spelled(n): 1 for n in range(100)} == heard


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
@pytest.mark.parametrize("reset", [False, True])
def test_a_lost_answer_is_unknown_and_never_repeated(texter, clock, fault, reset):
    texter.control.fault(texter.channel, fault, count=1, reset=reset)
    numbers = texter.enqueue(texter.phone())
    texter.deliver()

    much_later(texter, clock)

    assert ["unknown"] == texter.states(numbers)
    assert int(fault == "drop_after") == len(texter.arrived())
    assert 1 == texter.control.calls(texter.channel)["total"]


def test_a_slow_answer_is_unknown_and_never_repeated(texter, clock, monkeypatch):
    monkeypatch.setattr(posting, "READ_S", 0.2)
    texter.control.fault(texter.channel, "latency", latency_ms=1_500, after=True, count=1)
    numbers = texter.enqueue(texter.phone())
    texter.deliver()

    much_later(texter, clock)

    assert ["unknown"] == texter.states(numbers)
    texter.control.wait_for(lambda: texter.control.calls(texter.channel)["total"] == 1)
    assert 1 == len(texter.arrived())


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "server_error", "status": 500},
        {"kind": "server_error", "status": 503},
        {"kind": "server_error", "status": 408},
        {"kind": "html", "status": 502},
        {"kind": "html", "status": 200},
        {"kind": "truncated_gzip"},
        {"kind": "truncated_json"},
    ],
    ids=lambda fault: "-".join(str(each) for each in fault.values()),
)
def test_an_answer_that_proves_nothing_is_unknown_and_never_repeated(texter, clock, fault):
    texter.control.fault(texter.channel, count=1, **fault)
    numbers = texter.enqueue(texter.phone())
    texter.deliver()

    much_later(texter, clock)

    assert ["unknown"] == texter.states(numbers)
    assert 1 == texter.control.calls(texter.channel)["total"]


def test_what_the_vendor_did_not_send_is_a_failure(texter, clock):
    texter.control.fault(texter.channel, "not_sent", count=1)
    numbers = texter.enqueue(texter.phone(), texter.phone(1))
    texter.deliver()

    much_later(texter, clock)

    assert ["accepted", "failed"] == sorted(texter.states(numbers))
    assert 1 == len(texter.arrived())


def test_a_refused_connection_left_nothing_and_is_tried_again(texter, clock):
    texter.control.fault(texter.channel, "refuse_connection")
    numbers = texter.enqueue(texter.phone())
    texter.deliver()
    assert ["queued"] == texter.states(numbers)

    texter.control.clear_faults()
    clock.advance(seconds=5)
    texter.deliver()

    assert ["accepted"] == texter.states(numbers)
    assert 1 == len(texter.arrived())


def test_a_kept_connection_that_they_cut_is_opened_again(texter, clock):
    first = texter.enqueue(texter.phone())
    texter.deliver()
    texter.control.fault(texter.channel, "refuse_connection", for_s=2)
    second = texter.enqueue(texter.phone(1))
    texter.deliver()
    texter.control.clear_faults()
    clock.advance(seconds=60)
    texter.deliver()

    assert ["accepted", "accepted"] == texter.states([*first, *second])
    assert 2 == len(texter.arrived())


def test_too_many_requests_rest_the_sender_and_burn_no_attempt(texter, clock):
    texter.control.fault(texter.channel, "rate_limited", retry_after=60, count=1)
    (number,) = texter.enqueue(texter.phone())
    texter.deliver()
    clock.advance(seconds=59)
    assert 0 == texter.deliver()
    clock.advance(seconds=2)
    assert 1 == texter.deliver()

    assert ["accepted"] == texter.states([number])
    kinds = [each.kind for each in messages.attempts_of(texter.org, [number])[number]]
    assert ["refused", "accepted"] == kinds


def test_nobody_hears_twice_whatever_goes_wrong(texter, clock):
    kinds = ("drop_after", "drop_before", "server_error", "truncated_gzip", "rate_limited")
    texter.control.set_faults(
        texter.channel,
        *({"kind": kind, "probability": 0.1, "seed": n} for n, kind in enumerate(kinds)),
    )
    numbers = texter.enqueue(*(texter.phone(n) for n in range(120)))

    for _ in range(40):
        texter.deliver()
        messages.recover(clock.now())
        clock.advance(seconds=30)

    states = Counter(texter.states(numbers))
    heard = Counter(each["to"] for each in texter.arrived())
    assert {"accepted", "unknown"} == set(states)
    assert {1} == set(heard.values())
    assert states["accepted"] <= len(heard) <= states["accepted"] + states["unknown"]


@pytest.mark.parametrize(
    ("boundary", "state", "heard"),
    [
        ("messages.shown_kept", "accepted", 1),
        ("messages.sending_committed", "unknown", 0),
        ("channels.window_answered", "unknown", 1),
    ],
)
def test_a_death_on_the_way_sends_nothing_twice(  # noqa: PLR0917 - fixtures
    texter, clock, monkeypatch, boundary, state, heard
):
    def die(name: str) -> None:
        if name == boundary:
            raise KeyboardInterrupt

    numbers = texter.enqueue(texter.phone())
    with monkeypatch.context() as once, pytest.raises(KeyboardInterrupt):
        once.setattr(boundaries, "crossing", die)
        texter.deliver()
    with store.write():
        Outbox.objects.filter(lease_until__isnull=False).update(lease_until=store.db_now())

    much_later(texter, clock)

    assert [state] == texter.states(numbers)
    assert heard == len(texter.arrived())
    assert TEXT == messages.shown_text(texter.org, numbers[0], now=clock.now())


def test_a_number_that_the_vendor_cannot_reach_is_blocked_with_a_reason(texter):
    numbers = texter.enqueue("+491701234567", texter.phone())

    texter.deliver()

    assert ["blocked", "accepted"] == texter.states(numbers)
    assert "not_served" == messages.state_of(texter.org, numbers)[numbers[0]].reason
    assert 1 == texter.control.calls(texter.channel)["total"]


def test_somebody_without_a_phone_is_blocked_with_a_reason(texter, clock):
    seen = PersonSeen("ann@example.test", source="test")
    (found,) = people.recognise_many(texter.org, [seen], now=clock.now())
    (number,) = texter.write([found.contact])

    texter.deliver()

    fact = messages.state_of(texter.org, [number])[number]
    assert ("blocked", "no_address") == (fact.state, fact.reason)


def test_no_secret_and_no_phone_is_in_a_log_or_in_words(texter, clock, caplog):
    caplog.set_level(logging.DEBUG)
    numbers = []
    for n, fault in enumerate(
        [
            {},
            {"kind": "drop_after"},
            {"kind": "truncated_gzip"},
            {"kind": "html", "status": 200},
            {"kind": "server_error"},
            {"kind": "not_sent"},
            {"kind": "refuse_connection"},
        ]
    ):
        texter.control.set_faults(texter.channel, *([fault] if fault else []))
        numbers += texter.enqueue(texter.phone(n))
        texter.deliver()
        clock.advance(seconds=120)
    channels.doctor(online=True)

    ours = [each for each in caplog.records if not each.name.startswith(("uvicorn", "httpcore"))]
    heard = " ".join(f"{each.getMessage()} {vars(each)}" for each in ours)
    heard += words_of(texter, numbers)
    heard += " ".join(str(each) for each in messages.senders(texter.org))
    heard += " ".join(each.reason for each in messages.state_of(texter.org, numbers).values())
    assert "no answer" in heard
    for secret in (*SECRETS.values(), texter.spelled()[:8], texter.phone()[:8], TEXT[:12]):
        assert secret not in heard


def test_what_every8d_says_of_its_credit_is_noted(db, clock, sandbox, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    channels.register_all()
    texter = Texter("every8d", sandbox)
    texter.control.configure("every8d", credit=2.0)
    orgs.configure(texter.org, fees={"sms": Fee(135), "every8d": Fee(80)})
    numbers = texter.enqueue(*(texter.phone(n) for n in range(3)))

    texter.deliver()

    assert ["accepted", "accepted", "queued"] == sorted(texter.states(numbers))
    words = words_of(texter, numbers)
    assert "credit 0.0, cost 1.0" in words
    facts = messages.state_of(texter.org, numbers).values()
    accepted = [each for each in facts if each.state == "accepted"]
    assert {(36, 80)} == {(len(each.provider_id), each.cost) for each in accepted}
    (status,) = messages.senders(texter.org)
    assert "點數不足" in status.pause_reason
    (finding,) = channels.doctor(online=True)
    assert ("problem", "Top it up.") == (finding.level, finding.fix)
    channels.get("every8d").close()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("ok", "credit 1000000.0")),
        ({"password": "wrong"}, ("problem", "帳號或密碼錯誤")),
        ({"base_url": "http://127.0.0.1:9"}, ("problem", "does not answer")),
        ({"uid": ""}, ("problem", "uid")),
        ({"base_url": "ftp://api.example"}, ("problem", "base_url")),
        ({"password": "${NOT_SET_ANYWHERE}"}, ("problem", "NOT_SET_ANYWHERE")),
    ],
)
def test_the_doctor_asks_every8d_for_the_credit_and_sends_nothing(  # noqa: PLR0917 - fixtures
    org, clock, sandbox, monkeypatch, changes, expected
):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    channels.register_all()
    wanted = {**settings_of("every8d", sandbox), **changes}
    messages.ensure_sender(org.id, "sms", "every8d", settings=wanted, rate=10)

    (finding,) = channels.doctor(online=True)

    assert expected[0] == finding.level
    assert expected[1] in finding.what
    assert [] == sandbox.client.texts("every8d")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("ok", "answers")),
        ({"url": "http://127.0.0.1:9/send"}, ("problem", "does not answer")),
        ({"url": "site.example"}, ("problem", "url")),
        ({"key": ""}, ("problem", "key")),
    ],
)
def test_the_doctor_knocks_at_a_gateway_and_sends_nothing(  # noqa: PLR0917 - fixtures
    org, clock, sandbox, monkeypatch, changes, expected
):
    monkeypatch.setenv("GATEWAY_KEY", SECRETS["GATEWAY_KEY"])
    channels.register_all()
    wanted = {**settings_of("form_gateway", sandbox), **changes}
    messages.ensure_sender(org.id, "sms", "form_gateway", settings=wanted, rate=10)

    (finding,) = channels.doctor(online=True)

    assert expected[0] == finding.level
    assert expected[1] in finding.what
    assert 0 == sandbox.client.calls("form_gateway")["total"]


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_text_that_was_sent_is_looked_up_nowhere(channel, config):
    channels.register_all()

    with pytest.raises(NotSupported):
        channels.get(channel).lookup(config(channel, {}), [1])


def test_a_refused_secret_rests_the_sender_and_few_calls_tell(texter, clock, monkeypatch):
    for name in SECRETS:
        monkeypatch.setenv(name, "wrong-and-secret")
    numbers = texter.enqueue(*(texter.phone(n) for n in range(40)))

    texter.deliver()

    assert {"queued"} == set(texter.states(numbers))
    (status,) = messages.senders(texter.org)
    assert status.paused_until is not None
    assert "wrong-and-secret" not in status.pause_reason
    calls = texter.control.calls(texter.channel)["total"]
    assert calls <= channels.get(texter.channel).traits.concurrency
