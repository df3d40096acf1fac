"""Five models share an order among the clicks before it, and never lose or make money."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postlude.attribution.orders.shares import Model, share, weights

ORDER = datetime(2026, 3, 10, 12, tzinfo=UTC)
CLICKS = [ORDER - timedelta(days=6), ORDER - timedelta(days=2), ORDER - timedelta(hours=1)]
instants = st.timedeltas(timedelta(0), timedelta(days=60)).map(lambda age: ORDER - age)


@pytest.mark.parametrize(
    ("model", "half_life", "expected"),
    [
        (Model.FIRST, 7, [1_000_00, 0, 0]),
        (Model.LAST, 7, [0, 0, 1_000_00]),
        (Model.LINEAR, 7, [333_34, 333_33, 333_33]),
        (Model.POSITION, 7, [400_00, 200_00, 400_00]),
        (Model.DECAY, 7, [233_10, 346_39, 420_51]),
        (Model.DECAY, 1, [12_63, 202_08, 785_29]),
    ],
)
def test_the_known_answers(model: Model, half_life: int, expected: list[int]) -> None:
    """An order of 1000.00 after clicks 6 days, 2 days and an hour before it."""
    parts = weights(model, CLICKS, half_life=timedelta(days=half_life))
    assert expected == share(1_000_00, parts)


@given(st.sampled_from(Model), st.lists(instants, min_size=1).map(sorted), st.integers(0, 10**9))
def test_money_is_conserved(model: Model, clicks: list[datetime], amount: int) -> None:
    parts = weights(model, clicks)
    shares = share(amount, parts)
    assert (1, amount) == (sum(parts), sum(shares))
    assert all(abs(each - amount * part) < 1 for each, part in zip(shares, parts, strict=True))
    assert all(each >= 0 for each in shares)


@given(st.lists(instants, min_size=1).map(sorted))
def test_a_later_click_never_has_less_by_decay(clicks: list[datetime]) -> None:
    parts = weights(Model.DECAY, clicks)
    assert sorted(parts) == parts


@given(st.sampled_from(Model), instants)
def test_one_click_has_all(model: Model, click: datetime) -> None:
    assert [Fraction(1)] == weights(model, [click])
    assert [] == weights(model, [])
    assert [] == share(100, [])
