"""The retry policy: a channel without keys never repeats what may have been taken."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from postlude.messages.retry import MOST_ATTEMPTS, Situation, backoff, decide
from postlude.messages.types import OutcomeKind

NOW = datetime(2023, 9, 1, tzinfo=UTC)
situations = st.builds(
    Situation,
    kind=st.sampled_from(OutcomeKind),
    attempts=st.integers(0, 40),
    maybe_sent=st.booleans(),
    repeatable=st.booleans(),
    throttled=st.booleans(),
    deadline=st.integers(-86_400, 400_000).map(lambda s: NOW + timedelta(seconds=s)),
)
waits = st.one_of(st.none(), st.floats(0, 5000))


def it(kind, **changes):
    facts = {
        "attempts": 1,
        "maybe_sent": False,
        "repeatable": False,
        "throttled": False,
        "deadline": NOW + timedelta(days=3),
        **changes,
    }
    return Situation(kind=OutcomeKind(kind), **facts)


@given(situations, st.floats(0, 1), waits)
def test_unknown_on_a_channel_without_keys_is_parked(situation, jitter, wait):
    decision = decide(situation, NOW, jitter, wait)
    if situation.kind is OutcomeKind.UNKNOWN and not situation.repeatable:
        assert decision.then == "unknown"


@given(situations, st.floats(0, 1), waits)
def test_nothing_that_may_have_left_ends_as_if_it_had_not(situation, jitter, wait):
    decision = decide(situation, NOW, jitter, wait)
    if situation.maybe_sent:
        assert decision.then not in {"failed", "expired"}
        assert decision.then != "again" or decision.maybe_sent


@given(situations, st.floats(0, 1), waits)
def test_a_try_again_is_later_and_before_the_deadline(situation, jitter, wait):
    decision = decide(situation, NOW, jitter, wait)
    if decision.then == "again":
        assert NOW <= decision.due < situation.deadline


def test_a_refusal_is_tried_again_and_given_up_at_last():
    assert decide(it("refused"), NOW, 0.5).then == "again"
    assert decide(it("refused", attempts=MOST_ATTEMPTS), NOW, 0.5).then == "failed"


def test_the_second_try_comes_at_once_and_the_last_after_hours():
    """Whoever met one failure of the vendor hardly waits; an outage of an hour loses nobody."""
    waits = [backoff(attempts, 0.5) for attempts in range(1, MOST_ATTEMPTS)]
    assert sorted(waits) == waits
    assert backoff(1, 1.0) < timedelta(seconds=1)
    assert timedelta(hours=2) < sum(waits, timedelta(0)) < timedelta(hours=3)


def test_a_429_never_uses_up_a_message():
    throttled = it("refused", attempts=MOST_ATTEMPTS + 5, throttled=True)
    assert decide(throttled, NOW, 0.5, 7).due == NOW + timedelta(seconds=7)


def test_a_channel_with_keys_repeats():
    decision = decide(it("unknown", repeatable=True), NOW, 0.5)
    assert (decision.then, decision.maybe_sent) == ("again", True)


def test_past_the_deadline_it_expires():
    soon = it("refused", deadline=NOW + timedelta(seconds=1))
    assert decide(soon, NOW, 1.0, 30).then == "expired"


def test_waiting_grows_and_is_spread():
    assert backoff(1, 0) == timedelta(seconds=0.25)
    assert backoff(1, 1) == timedelta(seconds=0.5)
    assert backoff(3, 1) == timedelta(seconds=2)
    assert backoff(60, 1) == timedelta(seconds=900)


def test_while_the_vendor_knows_the_key_repeating_goes_on():
    """Only the same key can say what became of the open try, so no number of tries ends that."""
    known = it(
        "unknown",
        repeatable=True,
        attempts=MOST_ATTEMPTS + 50,
        key_ends=NOW + timedelta(hours=5),
    )
    assert (decide(known, NOW, 0.5).then, decide(known, NOW, 0.5).maybe_sent) == ("again", True)


def test_a_try_that_would_come_after_the_key_ended_is_not_made():
    ending = it("unknown", repeatable=True, attempts=20, key_ends=NOW + timedelta(minutes=1))
    assert decide(ending, NOW, 0.5).then == "unknown"


def test_what_was_surely_refused_does_not_need_its_key():
    refused = it("refused", repeatable=True, key_ends=NOW)
    assert decide(refused, NOW, 0.5).then == "again"
    spent = it("refused", repeatable=True, attempts=MOST_ATTEMPTS, key_ends=NOW + timedelta(days=1))
    assert decide(spent, NOW, 0.5).then == "failed"
