"""An unknown name is answered with the known one it most resembles, or with what there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postlude.rules.language.suggesting import did_you_mean, distance, nearest

KNOWN = ["paid_amount", "period", "first_n", "member_day", "实付金额", "起止时间"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("paid_amout", "paid_amount"),
        ("piad_amount", "paid_amount"),
        ("Period", "period"),
        ("first", "first_n"),
        ("ｆｉｒｓｔ＿ｎ", "first_n"),
        ("实付额", "实付金额"),
        ("起止", None),
        ("carrier", None),
        ("x", None),
    ],
)
def test_suggestions(name: str, expected: str | None) -> None:
    assert expected == nearest(name, KNOWN)


def test_without_a_near_one_what_is_known_is_listed() -> None:
    assert "Known here: a, b." == did_you_mean("zzz", ["b", "a"])
    assert "Nothing is known here." == did_you_mean("zzz", [])
    assert "Did you mean “a”?" == did_you_mean("á", ["b", "a"])


words = st.text("abc", max_size=6)


@given(words, words, words)
def test_the_distance_is_symmetric_and_zero_for_the_same_only(one: str, two: str, end: str) -> None:
    assert distance(one, two) == distance(two, one)
    assert (distance(one, two) == 0) == (one == two)
    assert distance(one + end, two + end) <= distance(one, two)


@pytest.mark.parametrize(
    ("one", "two", "steps"), [("ab", "ba", 1), ("abc", "ac", 1), ("", "abc", 3), ("ca", "abc", 3)]
)
def test_steps(one: str, two: str, steps: int) -> None:
    assert steps == distance(one, two)
