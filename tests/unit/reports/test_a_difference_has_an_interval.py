"""Intervals of rates: what is published about them, and what no interval may do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postlude.reports.notices.intervals import Share, compare, lift, newcombe, wilson, winner

shares = st.integers(0, 500).flatmap(
    lambda total: st.builds(Share, st.integers(0, total), st.just(total))
)


def test_eighty_of_a_thousand_against_ten_of_two_hundred() -> None:
    found = newcombe(Share(80, 1000), Share(10, 200))
    assert found is not None
    assert f"{found.points:+.2%} [{found.low:+.2%}, {found.high:+.2%}]" == "+3.00% [-1.24%, +5.92%]"
    assert not found.is_sure
    assert winner({"gift": Share(80, 1000), "code": Share(10, 200)}) is None


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe 1998, table II, method 10.
        (Share(56, 70), Share(48, 80), 0.0524, 0.3339),
        (Share(9, 10), Share(3, 10), 0.1705, 0.8090),
        (Share(5, 56), Share(0, 29), -0.0381, 0.1926),
        (Share(10, 10), Share(0, 10), 0.6075, 1.0),
    ],
)
def test_the_published_examples(first: Share, second: Share, low: float, high: float) -> None:
    found = newcombe(first, second)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(shares, shares)
def test_an_interval_holds_its_rate_and_leaves_no_room_beyond(one: Share, other: Share) -> None:
    alone, found = wilson(one), newcombe(one, other)
    if alone is not None and one.rate is not None:
        assert 0 <= alone[0] <= one.rate <= alone[1] <= 1
    if found is None:
        assert not one.total or not other.total
        return
    assert -1 <= found.low <= found.points <= found.high <= 1
    back = newcombe(other, one)
    assert back is not None
    assert (back.points, back.low, back.high) == (-found.points, -found.high, -found.low)


@given(st.dictionaries(st.sampled_from("abcd"), shares, min_size=1))
def test_a_winner_beats_each_other_surely(actions: dict[str, Share]) -> None:
    best = winner(actions)
    pairs = compare(actions)
    for first, _second, each in pairs:
        assert each.points >= 0, "the higher rate stands first"
        assert not (each.is_sure and first == best and each.low <= 0)
    if best is not None:
        against = [each for one, _other, each in pairs if one == best]
        assert len(against) == len(actions) - 1 > 0
        assert all(each.low > 0 for each in against)


def test_nobody_wins_alone_and_nobody_against_nobody() -> None:
    assert winner({"gift": Share(80, 100)}) is None
    assert winner({"gift": Share(80, 100), "code": Share(0, 0)}) is None
    assert winner({"gift": Share(80, 100), "code": Share(20, 100)}) == "gift"
    assert lift(Share(3, 10), Share(0, 0)) is None
    assert Share(0, 0).rate is None
    with pytest.raises(ValueError, match="11 of 10"):
        Share(11, 10)
