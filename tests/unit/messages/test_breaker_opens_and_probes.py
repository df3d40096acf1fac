"""A vendor that fails again and again is left alone, then tried with one message."""

from datetime import UTC, datetime, timedelta

from postlude.messages.breaker import FIRST_PAUSE, LONGEST_PAUSE, THRESHOLD, Breaker, after, state

NOW = datetime(2023, 9, 1, tzinfo=UTC)


def test_it_opens_after_failures_in_a_row():
    it = after(Breaker(), [False] * (THRESHOLD - 1), NOW)
    assert state(it, NOW) == "closed"
    it = after(it, [False], NOW)
    assert state(it, NOW) == "open"
    assert state(it, NOW + FIRST_PAUSE) == "half-open"


def test_scattered_failures_do_not_open_it():
    it = after(Breaker(), [False, False, True] * 100, NOW)
    assert state(it, NOW) == "closed"


def test_a_failed_probe_doubles_the_pause_up_to_a_limit():
    it = after(Breaker(), [False] * THRESHOLD, NOW)
    pauses = []
    now = NOW
    for _ in range(12):
        now = it.open_until
        it = after(it, [False], now)
        pauses.append(it.open_until - now)
    assert pauses[0] == FIRST_PAUSE * 2
    assert pauses[-1] == LONGEST_PAUSE


def test_a_good_probe_closes_it():
    it = after(Breaker(), [False] * THRESHOLD, NOW)
    assert after(it, [True], NOW + timedelta(minutes=1)) == Breaker()
