"""What a crash leaves: leased goes back, sending is unknown, or repeats where keys are honoured."""

from datetime import timedelta

import pytest

from postlude.kernel import store
from postlude.messages import api as messages
from postlude.messages.models import Outbox
from postlude.messages.types import ChannelTraits, Outcome, Receipt, State


def lose_leases():
    """The worker is gone: let its leases end (they use the database's time, which is not faked)."""
    Outbox.objects.exclude(lease_until=None).update(
        lease_until=store.db_now() - timedelta(seconds=1)
    )


def test_a_crash_before_the_wire_loses_and_repeats_nothing(desk):
    numbers = desk.queue(5)
    desk.lease()
    assert messages.recover(desk.now).requeued == 0  # still leased
    lose_leases()
    assert messages.recover(desk.now).requeued == 5
    assert desk.to_wire() == numbers


def test_a_crash_on_the_wire_parks_one_window_at_most(desk):
    numbers = desk.queue(100)
    on_wire = desk.to_wire()
    lose_leases()
    done = messages.recover(desk.now)
    assert (done.unknown, done.repeated) == (32, 0)
    assert set(desk.states(on_wire)) == {State.UNKNOWN}
    assert set(desk.states(numbers[32:])) == {State.QUEUED}
    parked = messages.unknown_messages(desk.sender, older_than=desk.now)
    assert [it.id for it in parked] == on_wire


def test_unknown_is_never_leased_again(desk, clock):
    desk.queue(3)
    desk.settle(desk.to_wire(), "unknown", words="time-out")
    clock.advance(days=1)
    assert desk.lease() == []
    assert messages.recover(desk.now) == messages.recover(desk.now)


@pytest.mark.parametrize("way", ["crash", "time-out"])
def test_a_channel_with_keys_repeats_with_the_same_key(desk, clock, way):
    messages.register_channel_traits("memory", ChannelTraits(idempotency="key"))
    (it,) = desk.queue(1)
    first = messages.render(
        messages.lease(desk.sender, owner="w", limit=1, now=desk.now), now=desk.now
    )[0]
    messages.mark_sending(first, owner="w", now=desk.now)
    if way == "crash":
        lose_leases()
        assert messages.recover(desk.now).repeated == 1
    else:
        outcome = Outcome(it, "unknown")
        messages.settle_many(desk.sender, [outcome], owner="w", now=desk.now)
    clock.advance(minutes=1)
    again = messages.render(
        messages.lease(desk.sender, owner="w", limit=1, now=desk.now), now=desk.now
    )[0]
    assert (again[0].key, again[0].message) == (first[0].key, it)


def test_giving_up_after_an_open_try_is_unknown_not_failed(desk, clock):
    messages.register_channel_traits("memory", ChannelTraits(idempotency="key"))
    one, two = desk.queue(2)
    desk.settle(desk.to_wire(), "unknown")
    clock.advance(minutes=1)
    assert messages.cancel_many(desk.org, messages=[two], now=desk.now) == []
    desk.settle(desk.to_wire(), "failed")
    assert desk.states([one, two]) == [State.UNKNOWN, State.UNKNOWN]


def test_a_late_acceptance_resolves_what_was_parked(desk):
    (it,) = desk.queue(1)
    desk.to_wire()
    lose_leases()
    messages.recover(desk.now)
    desk.settle([it])
    fact = desk.fact(it)
    assert (fact.state, fact.provider_id) == (State.ACCEPTED, f"<{it}@mg>")


def test_a_late_refusal_does_not_queue_what_was_parked(desk):
    (it,) = desk.queue(1)
    desk.to_wire()
    lose_leases()
    messages.recover(desk.now)
    desk.settle([it], "refused")
    assert desk.fact(it).state is State.UNKNOWN


def test_a_receipt_resolves_what_was_parked(desk):
    (it,) = desk.queue(1)
    desk.settle(desk.to_wire(), "unknown")
    messages.record_receipts(desk.org, [Receipt("delivered", desk.now, message=it)], now=desk.now)
    assert desk.fact(it).state is State.DELIVERED


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ("accepted", State.ACCEPTED),
        ("failed", State.FAILED),
        ("refused", State.QUEUED),
        ("unknown", State.UNKNOWN),
    ],
)
def test_what_was_found_out_resolves_it_once(desk, found, state):
    (it,) = desk.queue(1)
    desk.settle(desk.to_wire(), "unknown")
    resolved = messages.resolve_unknown(desk.org, it, Outcome(it, found), now=desk.now)
    assert (resolved, desk.fact(it).state) == (found != "unknown", state)
    if found == "accepted":
        assert not messages.resolve_unknown(desk.org, it, Outcome(it, "failed"), now=desk.now)


def test_past_its_deadline_a_message_expires(desk, clock):
    (it,) = desk.enqueue(desk.new("k", deadline=desk.now + timedelta(hours=1)))
    clock.advance(hours=2)
    assert messages.recover(desk.now).expired == 1
    assert desk.fact(it).state is State.EXPIRED


def test_a_deadline_is_looked_at_when_sending_too(desk, clock):
    (it,) = desk.enqueue(desk.new("k", deadline=desk.now + timedelta(hours=1)))
    clock.advance(hours=2)
    assert desk.to_wire() == []
    assert desk.fact(it).state is State.EXPIRED


def test_every_message_has_a_deadline(desk):
    for klass in ("transactional", "service", "marketing"):
        (it,) = desk.enqueue(desk.new(klass, klass=klass))
        assert desk.fact(it).deadline > desk.now


def test_a_row_whose_lease_was_lost_does_not_go_to_the_wire(desk):
    (it,) = desk.queue(1)
    leased = messages.lease(desk.sender, owner="slow", limit=1, now=desk.now)
    rendered, _ = messages.render(leased, now=desk.now)
    lose_leases()
    assert messages.mark_sending(rendered, owner="slow", now=desk.now) == []
    messages.recover(desk.now)
    assert desk.to_wire() == [it]


def test_a_lease_can_be_kept(desk):
    (it,) = desk.queue(1)
    desk.to_wire()
    lose_leases()
    assert messages.renew_sending([it], owner="worker-1") == 1
    assert messages.recover(desk.now).unknown == 0


KEYED = ChannelTraits(idempotency="key", key_life=timedelta(hours=23))


@pytest.mark.parametrize("way", ["crash", "time-out"])
def test_a_key_that_the_vendor_has_forgotten_is_not_used_again(desk, clock, way):
    """We were down for a day: the same key would now send a second message."""
    messages.register_channel_traits("memory", KEYED)
    numbers = desk.queue(1)
    on_wire = desk.to_wire()
    if way == "crash":
        lose_leases()
        messages.recover(desk.now)
    else:
        desk.settle(on_wire, "unknown")
    clock.advance(hours=23)

    assert desk.to_wire() == []
    assert desk.states(numbers) == [State.UNKNOWN]
    assert "forgotten its key" in desk.fact(numbers[0]).reason


def test_the_life_of_a_key_begins_with_the_first_open_try(desk, clock):
    messages.register_channel_traits("memory", KEYED)
    numbers = desk.queue(1)
    for _ in range(4):
        desk.settle(desk.to_wire(), "unknown")
        assert desk.states(numbers) == [State.QUEUED]
        clock.advance(hours=5)
    desk.settle(desk.to_wire(), "refused", retry_after=0, pause_sender=True)
    clock.advance(hours=3)

    assert desk.to_wire() == []
    assert desk.states(numbers) == [State.UNKNOWN]


def test_a_refusal_alone_has_no_key_to_outlive(desk, clock):
    messages.register_channel_traits("memory", KEYED)
    numbers = desk.queue(1)
    desk.settle(desk.to_wire(), "refused")
    clock.advance(hours=30)

    assert desk.to_wire() == numbers
