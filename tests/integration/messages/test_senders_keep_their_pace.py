"""Rates, rests, breakers and quotas hold in the claim itself."""

from datetime import UTC, datetime

from postlude.kernel import clock as kernel_clock
from postlude.messages import api as messages
from postlude.messages.breaker import THRESHOLD
from postlude.messages.types import Outcome, State


def test_a_window_is_at_most_32(desk):
    desk.queue(40)
    assert len(desk.lease(500)) == 32


def test_the_rate_holds(make_desk, clock):
    desk = make_desk(rate=10.0, burst=10)
    desk.queue(60, lane=1)
    first = len(desk.lease())
    assert first == 8  # 85 % of 10
    assert desk.lease() == []
    clock.advance(seconds=1)
    assert len(desk.lease()) in {8, 9}


def test_urgent_finds_its_share_after_bulk_took_all_it_could(make_desk, clock):
    desk = make_desk(rate=100.0, burst=100)
    bulk = desk.queue(300, lane=2)
    taken = []
    while got := desk.lease():
        taken += got
    assert len(taken) == 85
    urgent = desk.queue(15, prefix="u", lane=0)
    assert desk.lease() == urgent
    assert not set(urgent) & set(bulk)


def test_urgent_goes_first_and_the_window_is_filled_up(desk):
    bulk = desk.queue(40, lane=2)
    triggered = desk.queue(4, prefix="t", lane=1)
    urgent = desk.queue(3, prefix="u", lane=0)
    assert desk.lease(10) == [*urgent, *triggered, *bulk[:3]]


def test_one_lane_can_be_asked_for(desk):
    desk.queue(3, lane=2)
    assert desk.lease(lanes=(0, 1)) == []
    assert messages.senders_due(desk.now, lanes=(0, 1)) == []
    assert len(desk.lease(lanes=(2,))) == 3


def test_what_is_due_later_waits(desk, clock):
    (it,) = desk.enqueue(desk.new("later", due=datetime(2023, 9, 1, 3, tzinfo=UTC)))
    assert desk.lease() == []
    clock.advance(hours=1)
    assert desk.lease() == [it]


def test_a_429_pauses_the_sender_and_burns_no_attempt(desk, clock):
    (it,) = desk.queue(1)
    done = desk.settle(desk.to_wire(), "refused", retry_after=20, pause_sender=True)
    assert done.requeued == 1
    assert desk.fact(it).attempts == 0
    desk.queue(1, prefix="other")
    assert messages.senders_due(desk.now) == []
    assert desk.lease() == []
    clock.advance(seconds=21)
    assert len(desk.to_wire()) == 2


def test_a_refusal_burns_an_attempt_and_comes_back_later(desk, clock):
    (it,) = desk.queue(1)
    desk.settle(desk.to_wire(), "refused", words="connection refused")
    assert (desk.fact(it).state, desk.fact(it).attempts) == (State.QUEUED, 1)
    assert desk.lease() == []
    clock.advance(seconds=3)
    assert desk.lease() == [it]


def test_a_final_no_fails_at_once(desk):
    (it,) = desk.queue(1)
    assert desk.settle(desk.to_wire(), "failed", words="bad address ann@example.test").failed == 1
    assert (desk.fact(it).state, "ann@" in desk.fact(it).reason) == (State.FAILED, False)


def test_failures_in_a_row_open_the_breaker_and_one_probe_closes_it(desk, clock):
    desk.queue(THRESHOLD + 5)
    desk.settle(desk.to_wire(THRESHOLD), "refused")
    assert messages.senders(desk.org)[0].breaker == "open"
    assert desk.lease() == []
    clock.advance(seconds=6)
    probe = desk.to_wire()
    assert len(probe) == 1
    assert desk.lease() == []  # one probe at a time
    desk.settle(probe)
    assert messages.senders(desk.org)[0].breaker == "closed"
    assert len(desk.lease()) > 1


def test_an_operator_can_end_a_rest(desk):
    desk.queue(1)
    desk.settle(desk.to_wire(), "refused", retry_after=3600, pause_sender=True)
    messages.resume_sender(desk.org, desk.sender, now=desk.now)
    assert messages.senders(desk.org)[0].paused_until is None


def test_a_monthly_quota_pauses_till_the_next_local_month(make_desk, caplog):
    with kernel_clock.use(kernel_clock.FrozenClock(datetime(2023, 9, 29, tzinfo=UTC))) as clock:
        desk = make_desk(quota=5)
        desk.queue(8)
        assert len(desk.lease(3)) == 3
        assert len(desk.lease()) == 2
        assert desk.lease() == []
        status = messages.senders(desk.org)[0]
        assert status.paused_until == datetime(2023, 9, 30, 16, tzinfo=UTC)  # Taipei's midnight
        assert status.quota_used == 5
        assert "a sender is paused" in caplog.text
        clock.advance(days=2)
        assert len(desk.lease()) == 3


def test_a_quota_that_the_vendor_says_is_used_up_pauses_till_the_next_month(make_desk, caplog):
    """No attempt is burnt, nothing expires before its time, and whoever is in charge is told."""
    with kernel_clock.use(kernel_clock.FrozenClock(datetime(2023, 9, 29, tzinfo=UTC))) as clock:
        desk = make_desk()
        numbers = desk.queue(2, deadline=datetime(2023, 10, 5, tzinfo=UTC))
        spent = {"words": "monthly limit", "pause_sender": True, "month_used_up": True}
        desk.settle(desk.to_wire(), "refused", **spent)
        status = messages.senders(desk.org)[0]
        assert status.paused_until == datetime(2023, 9, 30, 16, tzinfo=UTC)
        assert "monthly limit" in status.pause_reason
        assert "a sender is paused" in caplog.text
        assert [desk.fact(number).attempts for number in numbers] == [0, 0]
        assert desk.lease() == []
        clock.advance(days=2)
        assert sorted(desk.lease()) == numbers


def test_what_did_not_go_does_not_count_against_the_quota(make_desk):
    desk = make_desk(quota=5)
    desk.queue(3)
    desk.settle(desk.to_wire(), "failed")
    assert messages.senders(desk.org)[0].quota_used == 0


def test_given_back_rows_are_queued_again(desk):
    desk.queue(3)
    leased = desk.lease()
    assert messages.give_back(leased, owner="another") == 0
    assert messages.give_back(leased, owner="worker-1") == 3
    assert desk.lease() == leased


def test_changing_a_sender_keeps_its_rest(desk, make_desk):
    desk.queue(1)
    desk.settle(desk.to_wire(), "refused", retry_after=60, pause_sender=True)
    make_desk(rate=5.0)
    assert messages.senders(desk.org)[0].paused_until is not None


def test_an_answer_for_a_row_that_is_not_ours_changes_nothing(desk):
    (it,) = desk.queue(1)
    desk.to_wire()
    outcome = Outcome(it, "refused")
    done = messages.settle_many(desk.sender, [outcome], owner="another", now=desk.now)
    assert (done.ignored, desk.fact(it).state) == (1, State.SENDING)
