"""Bulk never takes the share of the rate that is kept for lane 0, and the rate is never passed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postlude.messages import bucket


@given(st.floats(0.5, 500), st.floats(0, 1), st.lists(st.floats(0, 3), max_size=30))
def test_lane_0_finds_its_share_however_greedy_bulk_is(rate, wanted, steps):
    it = bucket.full(rate, max(10, round(rate)), wanted, 0.0)
    at = 0.0
    for step in steps:
        at += step
        it = bucket.refill(it, at)
        it = bucket.take(it, 2, bucket.available(it, 2))
        assert bucket.available(it, 0) >= int(bucket.urgent_capacity(it))


@given(
    st.floats(1, 100),
    st.lists(st.tuples(st.floats(0, 2), st.sampled_from([0, 1, 2])), min_size=1, max_size=50),
)
def test_no_mix_of_lanes_passes_rate_times_time_plus_burst(rate, steps):
    it = bucket.full(rate, 20, 0.15, 0.0)
    at, taken = 0.0, 0
    for step, lane in steps:
        at += step
        it = bucket.refill(it, at)
        count = bucket.available(it, lane)
        it = bucket.take(it, lane, count)
        taken += count
    assert taken <= rate * at + 20 + 1e-6


def test_a_bulk_claim_is_at_most_one_second_of_the_rate():
    it = bucket.full(10, 1000, 0.15, 0.0)
    assert bucket.available(it, 2) == 10
    assert bucket.available(it, 0) == 1000


@pytest.mark.parametrize(("wanted", "got"), [(0, 0.10), (0.15, 0.15), (0.9, 0.20)])
def test_the_share_is_between_10_and_20_percent(wanted, got):
    assert bucket.share(wanted) == got


def test_a_clock_that_steps_back_gives_nothing():
    it = bucket.take(bucket.full(10, 10, 0.1, 100.0), 0, 10)
    assert bucket.available(bucket.refill(it, 50.0), 0) == 0
