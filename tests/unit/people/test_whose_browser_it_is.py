"""Which visitor a hit is of, and which texts are nobody."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from postlude.people.browsers import Held, choose, is_cid, is_member

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def held(number, member="", contact=None, *, ago=0, headless=False):
    return Held(number, member, contact, NOW - timedelta(seconds=ago), headless)


CASES = {
    "a new browser": ([], "", None),
    "a new browser that logs in": ([], "m1", None),
    "the one there is": ([held(1)], "", 1),
    "the one seen last": ([held(1, "m1", 10, ago=5), held(2, "m2", 20)], "", 2),
    "of two seen at once the older": ([held(2, "m2", 20), held(1, "m1", 10)], "", 1),
    "the member's own": ([held(1, "m1", 10, ago=5), held(2)], "m1", 1),
    "nobody's yet": ([held(1)], "m1", 1),
    "another member's is not taken": ([held(1, "m1", 10)], "m2", None),
    "a placeholder's is": ([held(1, "m1", 10, headless=True)], "m2", 1),
    "nobody's before a placeholder's": (
        [held(1, "m1", 10, headless=True), held(2, ago=99)],
        "m2",
        2,
    ),
    "of several of nobody's the latest": ([held(1, ago=5), held(2)], "m2", 2),
}


@pytest.mark.parametrize(("there", "member", "chosen"), CASES.values(), ids=CASES)
def test_it_is_the_right_visitor_in_whatever_order_they_are_read(there, member, chosen):
    for each in permutations(there):
        found = choose(each, member)
        assert chosen == (None if found is None else found.id)


@pytest.mark.parametrize(
    "text",
    ["", "0", "null", "undefined", "anonymous", "0" * 32, "-" * 20, "a" * 15, "a" * 65, "a b" * 8],
)
def test_it_is_no_browser(text):
    assert not is_cid(text)


@pytest.mark.parametrize("text", ["kT3xq9Zb1LmN0pQr", "0192f3a4-7b5c-7def-8123-456789abcdef"])
def test_it_is_a_browser(text):
    assert is_cid(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "000",
        "null",
        "NULL",
        "None",
        "undefined",
        "NaN",
        "anonymous",
        "guest",
        " M1",
        "M\n1",
        "x" * 65,
        "[object Object]",
        "00000000-0000-0000-0000-000000000000",
    ],
)
def test_it_is_no_member(text):
    assert not is_member(text)


@pytest.mark.parametrize("text", ["M1", "007", "王小明-1", "a@b", "nullable"])
def test_it_is_a_member(text):
    assert is_member(text)
