"""The loop from the outbox to Mailgun and back, over real HTTP with faults."""

from collections import Counter

from postlude.channels import api as channels
from postlude.kernel import jobs
from postlude.messages import api as messages
from postlude.people import api as people


def sent_ids(sandbox):
    return Counter(mail["variables"]["outbox_id"] for mail in sandbox.client.mails())


def test_what_is_due_is_sent_and_accepted(mailer, sandbox, clock):
    numbers = mailer.enqueue(*(f"p{n}@example.test" for n in range(50)))

    assert 50 == mailer.deliver()

    assert {"accepted"} == set(mailer.states(numbers))
    assert {str(number): 1 for number in numbers} == sent_ids(sandbox)
    assert 0 == mailer.deliver()


def test_a_lost_answer_is_unknown_until_the_events_show_it(mailer, sandbox, clock):
    sandbox.client.fault("mailgun", "drop_after", count=1)
    numbers = mailer.enqueue("ann@example.test")

    mailer.deliver()
    assert ["unknown"] == mailer.states(numbers)
    clock.advance(seconds=30)
    assert 1 == channels.reconcile_unknown(jobs.Budget(20))

    assert ["accepted"] == mailer.states(numbers)
    assert 1 == len(sandbox.client.mails())


def test_events_that_lag_are_asked_again(mailer, sandbox, clock):
    sandbox.client.fault("mailgun", "drop_after", count=1)
    sandbox.client.configure("mailgun", events_lag_s=3600)
    numbers = mailer.enqueue("ann@example.test")
    mailer.deliver()
    clock.advance(seconds=30)

    assert 0 == channels.reconcile_unknown(jobs.Budget(20))
    sandbox.client.configure("mailgun", events_lag_s=0)
    clock.advance(seconds=30)
    assert 1 == channels.reconcile_unknown(jobs.Budget(20))

    assert ["accepted"] == mailer.states(numbers)


def test_one_that_never_arrived_stays_unknown_and_is_never_sent_again(mailer, sandbox, clock):
    sandbox.client.fault("mailgun", "drop_before", count=1)
    numbers = mailer.enqueue("ann@example.test")
    mailer.deliver()

    for _ in range(30):
        clock.advance(seconds=60)
        channels.reconcile_unknown(jobs.Budget(20))
        channels.reconcile_late(jobs.Budget(20))
        messages.recover(clock.now())
        mailer.deliver()

    assert ["unknown"] == mailer.states(numbers)
    assert [] == sandbox.client.mails()


def test_we_were_down_when_it_was_young_and_it_is_found_all_the_same(mailer, sandbox, clock):
    sandbox.client.fault("mailgun", "drop_after", count=1)
    numbers = mailer.enqueue("ann@example.test")
    mailer.deliver()
    clock.advance(hours=5)

    assert 0 == channels.reconcile_unknown(jobs.Budget(20))
    assert 1 == channels.reconcile_late(jobs.Budget(20))
    assert ["accepted"] == mailer.states(numbers)


def test_too_many_requests_rests_the_sender_and_burns_no_attempt(mailer, sandbox, clock):
    sandbox.client.fault("mailgun", "rate_limited", retry_after=60, count=1)
    (number,) = mailer.enqueue("ann@example.test")

    mailer.deliver()
    clock.advance(seconds=59)
    assert 0 == mailer.deliver()
    clock.advance(seconds=2)
    assert 1 == mailer.deliver()

    fact = messages.state_of(mailer.org, [number])[number]
    assert "accepted" == fact.state


def test_a_server_error_is_tried_again(mailer, sandbox, clock):
    sandbox.client.fault("mailgun", "server_error", status=500, count=2)
    numbers = mailer.enqueue("ann@example.test")

    for _ in range(10):
        mailer.deliver()
        clock.advance(seconds=20)

    assert ["accepted"] == mailer.states(numbers)
    assert 1 == len(sandbox.client.mails())


def test_a_wrong_key_keeps_the_messages_until_it_is_mended(mailer, sandbox, clock, monkeypatch):
    monkeypatch.setenv("MAILGUN_API_KEY", "wrong")
    numbers = mailer.enqueue(*(f"p{n}@example.test" for n in range(40)))
    mailer.deliver()

    assert {"queued"} == set(mailer.states(numbers))
    (status,) = messages.senders(mailer.org, now=clock.now())
    assert status.paused_until is not None
    assert "401" in status.pause_reason
    monkeypatch.setenv("MAILGUN_API_KEY", "sandbox-mailgun-key")
    messages.resume_sender(mailer.org, mailer.sender, now=clock.now())
    clock.advance(minutes=5)
    mailer.deliver()
    assert {"accepted"} == set(mailer.states(numbers))


def test_a_secret_that_is_not_set_keeps_the_messages(mailer, clock, monkeypatch):
    monkeypatch.delenv("MAILGUN_API_KEY")
    numbers = mailer.enqueue("ann@example.test")

    mailer.deliver()

    assert ["queued"] == mailer.states(numbers)
    (status,) = messages.senders(mailer.org, now=clock.now())
    assert "MAILGUN_API_KEY" in status.pause_reason


def test_somebody_who_bounced_is_not_written_to(mailer, sandbox, clock):
    numbers = mailer.enqueue("ann@example.test", "bob@example.test")
    people.suppress(mailer.org, "email", "ann@example.test", "hard_bounce", now=clock.now())

    mailer.deliver()

    assert ["blocked", "accepted"] == mailer.states(numbers)
    assert ["bob@example.test"] == [m["recipients"][0] for m in sandbox.client.mails()]


def test_the_urgent_overtake_the_bulk(mailer, sandbox, clock):
    mailer.enqueue(*(f"bulk{n}@example.test" for n in range(40)), lane=2, node="bulk")
    mailer.enqueue("late-buyer@example.test", node="urgent")

    mailer.deliver()

    first_window = [mail["recipients"][0] for mail in sandbox.client.mails()][:32]
    assert "late-buyer@example.test" in first_window


def test_a_whole_sale_in_bad_weather_goes_out_once_each(mailer, sandbox, clock):
    sandbox.client.set_faults(
        "mailgun",
        {"kind": "rate_limited", "probability": 0.1, "seed": 1, "retry_after": 1},
        {"kind": "server_error", "probability": 0.05, "seed": 2, "status": 500},
        {"kind": "drop_after", "probability": 0.05, "seed": 3, "path": "*/messages"},
        {"kind": "drop_before", "probability": 0.02, "seed": 4, "path": "*/messages"},
    )
    numbers = mailer.enqueue(*(f"p{n}@example.test" for n in range(200)))

    for _ in range(120):
        mailer.deliver()
        clock.advance(seconds=5)
        channels.reconcile_unknown(jobs.Budget(20))
    sandbox.client.clear_faults()
    channels.reconcile_late(jobs.Budget(20))

    sent = sent_ids(sandbox)
    states = dict(zip((str(number) for number in numbers), mailer.states(numbers), strict=True))
    assert {"accepted", "unknown"} >= set(states.values())
    assert {1} == set(sent.values())
    assert {key for key, state in states.items() if state == "accepted"} == set(sent)
