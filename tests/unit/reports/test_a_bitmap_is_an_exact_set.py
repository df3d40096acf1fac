"""A bitmap holds exactly what was put in, also after it was written down and read again."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postlude.reports.rollups.bitmaps import Bitmap, load, union

_few = st.sets(st.integers(0, 2**32 - 1), max_size=60)
_near = st.integers(0, 70_000).flatmap(
    lambda start: st.builds(
        lambda length, step: set(range(start, start + length * step, step)),
        st.integers(0, 9_000),
        st.sampled_from((1, 2, 7)),
    )
)
_sets = st.one_of(_few, _near, st.builds(lambda one, other: one | other, _few, _near))


@given(_sets)
def test_what_is_written_is_read(numbers: set[int]) -> None:
    found = load(Bitmap(numbers).serialize())
    assert sorted(numbers) == list(found)
    assert len(numbers) == len(found)
    assert Bitmap(numbers) == found


@given(_sets, _sets)
def test_it_counts_as_sets_do(one: set[int], other: set[int]) -> None:
    left, right = Bitmap(one), Bitmap(other)
    assert sorted(one | other) == list(left | right)
    assert sorted(one & other) == list(left & right)
    assert sorted(one - other) == list(left - right)
    assert sorted(one) == list(left), "what was asked has not changed it"
    assert bool(one - other) == bool(left - right)


@given(st.lists(_sets, max_size=5))
def test_a_union_is_of_all(some: list[set[int]]) -> None:
    assert sorted(set().union(*some)) == list(union(Bitmap(each) for each in some))


def test_it_knows_who_is_in_it() -> None:
    few, many = Bitmap([3, 70_000]), Bitmap(range(5_000))
    assert [3 in few, 4 in few, 70_000 in few, 2**31 in few] == [True, False, True, False]
    assert [4_999 in many, 5_000 in many] == [True, False]


def test_a_file_of_another_library_is_read() -> None:
    """Runs: 1 to 5 and 9, in the container of 2 * 65536."""
    cookie = struct.pack("<I", 12347)
    head = b"\x01" + struct.pack("<HH", 2, 5)
    runs = struct.pack("<HHHHH", 2, 1, 4, 9, 0)
    assert [131072 + each for each in (1, 2, 3, 4, 5, 9)] == list(load(cookie + head + runs))


def test_the_bytes_are_those_of_the_portable_format() -> None:
    """As the specification of Roaring lists them: cookie, containers, keys, offsets, values."""
    expected = struct.pack("<IIHHHHIIHHH", 12346, 2, 0, 1, 1, 0, 24, 28, 1, 2, 7)
    assert expected == Bitmap([1, 2, 65536 + 7]).serialize()


def test_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="no bitmap"):
        load(b"\x00\x00\x00\x00")
