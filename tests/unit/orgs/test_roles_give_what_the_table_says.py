"""The table of roles."""

from postlude.orgs.roles import PERMISSIONS, PERMISSIONS_OF, Role, permissions_of_role


def test_every_role_has_a_row() -> None:
    assert {role.value for role in Role} == set(PERMISSIONS_OF)


def test_an_owner_may_everything() -> None:
    assert PERMISSIONS == permissions_of_role("owner")


def test_only_those_who_help_buyers_see_them() -> None:
    seeing = {role for role in PERMISSIONS_OF if "people.view_contact" in permissions_of_role(role)}
    assert {"owner", "organiser"} == seeing


def test_only_those_who_help_buyers_give_points_by_hand() -> None:
    for permission in ("rewards.grant_by_hand", "rewards.view", "rewards.spend", "rules.order"):
        giving = {role for role in PERMISSIONS_OF if permission in permissions_of_role(role)}
        assert {"owner", "organiser"} == giving


def test_an_unknown_role_may_nothing() -> None:
    assert frozenset() == permissions_of_role("god")


def test_permissions_are_plain_texts() -> None:
    assert {str} == {type(each) for role in Role for each in permissions_of_role(role)}
