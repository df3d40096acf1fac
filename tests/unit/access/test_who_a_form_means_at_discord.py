"""Only a user name that fits exactly, or an id, says who somebody is at Discord."""

import pytest

from postlude.access.authorisers.discord_role import names


def member(number: str, name: str, nick: str | None = None, discriminator: str = "0") -> dict:
    user = {"id": number, "username": name, "discriminator": discriminator}
    return {"user": user, "nick": nick}


MEMBERS = [
    member("1", "ann"),
    member("2", "annabel", nick="ann"),
    member("3", "bob", discriminator="0001"),
    member("4", "bob", discriminator="0002"),
]


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("ann", ["1"]),
        (" @Ann ", ["1"]),
        ("ａｎｎ", ["1"]),
        ("ann#0", ["1"]),
        ("ann#1234", ["1"]),
        ("bob", ["3", "4"]),
        ("bob#0002", ["4"]),
        ("bob#0009", []),
        ("anna", []),
        ("", []),
    ],
)
def test_the_user_name_counts_and_not_the_display_name(answer: str, found: list[str]) -> None:
    assert found == names.meant(answer, MEMBERS)


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ("400000000000000001", "400000000000000001"),
        (" <@400000000000000001> ", "400000000000000001"),
        ("12345", None),
        ("ann", None),
        ("400000000000000001x", None),
    ],
)
def test_an_id_is_taken_as_it_is(answer: str, number: str | None) -> None:
    assert number == names.user_id(answer)


def test_what_is_no_member_means_nobody() -> None:
    assert [] == names.meant("ann", [{}, {"user": None}, {"user": {"username": "ann"}}])
