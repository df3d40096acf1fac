"""The happy way: decided once, leased, on the wire, accepted, delivered; each step is visible."""

import pytest

from postlude.kernel import store, work
from postlude.messages import api as messages
from postlude.messages.models import Attempt, Outbox
from postlude.messages.types import Receipt, State


def test_the_way_of_a_message(desk):
    (it,) = desk.enqueue(desk.new("invite:1"))
    assert desk.fact(it).state is State.QUEUED
    assert [sender.id for sender in messages.senders_due(desk.now)] == [desk.sender]
    leased = messages.lease(desk.sender, owner="w", limit=32, now=desk.now)
    assert desk.fact(it).state is State.LEASED
    rendered, failures = messages.render(leased, now=desk.now)
    assert failures == []
    assert messages.mark_sending(rendered, owner="w", now=desk.now) == rendered
    assert desk.fact(it).state is State.SENDING
    settled = messages.settle_many(
        desk.sender,
        [messages.Outcome(it, "accepted", provider_id="<1@mg>")],
        owner="w",
        now=desk.now,
    )
    assert settled.accepted == 1
    assert desk.fact(it).state is State.ACCEPTED
    assert not Outbox.objects.exists()
    receipt = Receipt(
        "delivered", desk.now, sender=desk.sender, provider_id="<1@mg>", event_id="e1"
    )
    first, second = (messages.record_receipts(desk.org, [receipt], now=desk.now)[0] for _ in "ab")
    assert (first.message, first.changed, second.changed) == (it, True, False)
    assert desk.fact(it).state is State.DELIVERED
    assert [row.kind for row in messages.attempts_of(desk.org, [it])[it]] == [
        "accepted",
        "delivered",
    ]
    assert messages.senders_due(desk.now) == []


def test_a_key_is_written_once_ever(desk):
    first = desk.enqueue(desk.new("a"), desk.new("a"), desk.new("b"))
    assert first[0] == first[1]
    with store.write():
        again = messages.enqueue_many(desk.org, [desk.new("b"), desk.new("c")], now=desk.now)
    assert [it.existed for it in again] == [True, False]
    assert again[0].message == first[2]
    assert Outbox.objects.count() == 3


def test_decision_and_row_are_rolled_back_together(desk):
    def decide() -> None:
        with store.write():
            messages.enqueue_many(desk.org, [desk.new("a")], now=desk.now)
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        decide()
    assert messages.by_keys(desk.org, ["a"]) == {}
    assert not Outbox.objects.exists()


def test_the_same_key_in_another_organisation_is_another_message(desk):
    from postlude.orgs import api as orgs

    desk.enqueue(desk.new("a"))
    other = orgs.create("other", "Other", zone="UTC", currency="EUR")
    assert messages.by_keys(other.id, ["a"]) == {}
    assert messages.of_contact(other.id, desk.contact()) == []


def test_settling_tells_whoever_waits(desk, monkeypatch):
    seen = []
    monkeypatch.setattr(work, "_subscriptions", {})
    work.subscribe("message.settled", "test.settled", lambda batch: seen.extend(batch.keys))
    (it,) = desk.queue(1)
    desk.settle(desk.to_wire())
    work.drain(lambda: False)
    assert seen == [str(it)]


def test_a_receipt_may_overtake_the_answer(desk):
    (it,) = desk.queue(1)
    desk.to_wire()
    messages.record_receipts(desk.org, [Receipt("delivered", desk.now, message=it)], now=desk.now)
    assert desk.fact(it).state is State.DELIVERED
    desk.settle([it])
    fact = desk.fact(it)
    assert (fact.state, fact.provider_id) == (State.DELIVERED, f"<{it}@mg>")


def test_a_bounce_after_delivery_counts_and_a_delivery_after_a_bounce_does_not(desk):
    (it,) = desk.queue(1)
    desk.settle(desk.to_wire())
    for kind in ("delivered", "bounced", "delivered"):
        receipt = Receipt(
            kind, desk.now, message=it, words="no ann@example.test here", event_id=kind
        )
        messages.record_receipts(desk.org, [receipt], now=desk.now)
    assert desk.fact(it).state is State.BOUNCED
    assert "ann@example.test" not in " ".join(Attempt.objects.values_list("words", flat=True))
    assert "ann@example.test" not in desk.fact(it).reason


def test_a_receipt_of_nobody_is_reported_not_lost(desk):
    stray = Receipt("delivered", desk.now, sender=desk.sender, provider_id="<x>")
    assert messages.record_receipts(desk.org, [stray], now=desk.now)[0].message is None


def test_cancel_stops_what_has_not_left(desk):
    queued, leased = desk.queue(2)
    desk.lease(1)
    assert messages.cancel_many(desk.org, keys=["k0", "k1"], now=desk.now) == [queued, leased]
    assert desk.states([queued, leased]) == [State.CANCELLED, State.CANCELLED]


def test_cancel_cannot_stop_what_is_on_the_wire(desk):
    (it,) = desk.queue(1)
    desk.to_wire()
    assert messages.cancel_many(desk.org, messages=[it], now=desk.now) == []
    assert desk.fact(it).state is State.SENDING


def test_a_cancelled_row_never_reaches_the_wire(desk):
    (it,) = desk.queue(1)
    leased = messages.lease(desk.sender, owner="w", limit=1, now=desk.now)
    rendered, _ = messages.render(leased, now=desk.now)
    messages.cancel_many(desk.org, messages=[it], now=desk.now)
    assert messages.mark_sending(rendered, owner="w", now=desk.now) == []


def test_delays_are_measured(desk, clock):
    desk.queue(4)
    clock.advance(seconds=3)
    desk.settle(desk.to_wire(3))
    found = messages.delays(desk.org, since=desk.now, now=desk.now)
    assert (found.accepted, found.p95_s, found.waiting) == (3, 3.0, 1)
    assert messages.waiting() == 1
