"""What was promised is answered by editing the promise: through faults, once, or shown as failed."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from postlude.chatops import api as chatops
from postlude.chatops import jobs
from postlude.chatops.commands import sales
from postlude.chatops.discord import payload
from postlude.chatops.models import Request
from postlude.console.readings import attention
from postlude.kernel import clock, store
from postlude.kernel.jobs import Budget
from support.selling import sell


@pytest.fixture
def asked(server):
    """A file is promised and not delivered yet."""
    sell(server.org, "event", "Regular", 1)
    found = server.ask("sales", slug="event")
    assert {"type": 5, "data": {"flags": 4}} == found["reply"]
    return found


def row() -> Request:
    return Request.objects.get()


def due() -> None:
    Request.objects.update(due=clock.now())


def test_the_promise_is_kept_before_it_is_given(server, asked) -> None:
    assert ("queued", asked["number"]) == (row().state, row().number)
    server.work()
    assert ("answered", None) == (row().state, row().sealed)
    assert 1 == len(server.message(asked)["attachments"])


def test_a_call_delivered_twice_is_one_answer(server, asked) -> None:
    again = server.ask("sales", again=asked["number"])
    assert asked["reply"] == again["reply"]
    server.work()
    server.ask("sales", again=asked["number"])
    server.work()
    assert 1 == server.sandbox.client.interaction(asked["number"])["edits"]
    assert 1 == Request.objects.count()


def test_discord_asking_to_wait_is_waited_for(server, asked) -> None:
    server.sandbox.client.fault("discord", "rate_limited", retry_after=7.5, count=1)
    before = clock.now()
    server.work()
    waits = row()
    assert ("queued", 0) == (waits.state, waits.attempts)
    assert timedelta(seconds=7) < waits.due - before < timedelta(seconds=9)
    due()
    server.work()
    assert "answered" == row().state


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "server_error", "status": 502},
        {"kind": "drop_before"},
        {"kind": "drop_after"},
        {"kind": "html"},
        {"kind": "truncated_json"},
    ],
)
def test_an_answer_that_was_lost_is_given_again(server, asked, fault) -> None:
    server.sandbox.client.fault("discord", **{"count": 1, **fault})
    for _ in range(3):
        due()
        server.work()
    assert "answered" == row().state
    assert 1 == len(server.message(asked)["attachments"])


def test_a_dead_token_is_final_and_shown(server, asked) -> None:
    server.sandbox.client.kill_token(asked["number"])
    server.work()
    assert "failed" == row().state
    (shown,) = chatops.failed_answers(server.org.id)
    assert "the token is dead" in shown.words
    assert ("sales", "200000000000000001") == (shown.command, shown.asker)
    groups = {each.key: each.count for each in attention.groups(server.org, now=clock.now())}
    assert 1 == groups["unanswered"]
    assert [] == chatops.failed_answers(server.org.id, since=clock.now())
    findings = chatops.examine_discord(server.org, online=False)
    assert any("did not reach Discord" in each.what for each in findings)
    assert row().sealed is None


def test_a_worker_that_comes_too_late_does_nothing(server, asked) -> None:
    Request.objects.update(expires_at=clock.now())
    server.work()
    assert "failed" == row().state
    assert server.message(asked)["loading"]


def test_what_nobody_answered_is_swept_and_shown(server, asked) -> None:
    Request.objects.update(expires_at=clock.now() - timedelta(minutes=2))
    assert 1 == jobs.sweep(Budget(5))
    assert ("failed", None) == (row().state, row().sealed)
    Request.objects.update(ended_at=clock.now() - timedelta(days=91))
    jobs.sweep(Budget(5))
    assert not Request.objects.exists()


def test_a_defect_is_said_in_the_end(server, asked, monkeypatch) -> None:
    def broken(*_: object) -> str:
        raise ZeroDivisionError("王小明")

    monkeypatch.setattr(sales, "table", broken)
    for _ in range(6):
        due()
        server.work()
    assert "Something went wrong" in server.message(asked)["content"]
    assert "王小明" not in server.message(asked)["content"] + row().words


def test_the_first_answer_does_not_wait_for_a_busy_writer(server) -> None:
    """Reading commands write nothing, so that a long transaction cannot hold them up."""
    sell(server.org, "event", "Regular", 1)
    held, done = threading.Event(), threading.Event()

    def write_for_long() -> None:
        with store.write():
            Request.objects.filter(id=0).update(words="")
            held.set()
            done.wait(20)
        connections.close_all()

    writer = threading.Thread(target=write_for_long)
    writer.start()
    held.wait(20)
    try:
        asked = server.ask("status", slug="event")
        listed = server.ask("list")
    finally:
        done.set()
        writer.join()
    assert (200, 200) == (asked["status"], listed["status"])
    assert "event" in listed["message"]["content"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"type": "x"}',
        b'{"type": 2}',
        b'{"type": 2, "id": "1; drop", "application_id": "1", "token": "t", "user": {"id": "1"}}',
        b'{"type": 2, "id": "1", "application_id": "1", "token": "t", "member": {}}',
        b'{"type":2,"id":"1","application_id":"1","token":"t","user":{"id":"1"},"data":[1]}',
        b"[" * 100_000,
    ],
)
def test_a_signed_body_that_is_no_interaction_is_refused(raw) -> None:
    with pytest.raises(payload.UnreadableInteraction):
        payload.read(raw)
