"""Roles and users of Discord become permissions; whoever fits no line may nothing."""

import pytest

from postlude.chatops.team import permissions
from postlude.chatops.types import DiscordSettings, Who

SETTINGS = DiscordSettings(
    guild="${TEAM_GUILD:-77}",
    who=(
        Who(role="everyone", may=("sales.view",)),
        Who(role="${TEAM_ROLE:-500}", may=("messages.resend", "not.one.of.ours")),
        Who(user="9", may=("people.view_contact",)),
        Who(role="${NOT_SET_AT_ALL}", may=("orgs.manage",)),
        Who(role="${NOT_SET:-}", user="${NOT_SET:-}", may=("orgs.manage",)),
    ),
)


def may(user: str = "1", roles: tuple[str, ...] = (), guild: str = "77") -> set[str]:
    return set(permissions(SETTINGS, user=user, roles=roles, guild=guild))


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ({}, {"sales.view"}),
        ({"roles": ("500",)}, {"sales.view", "messages.resend"}),
        ({"user": "9"}, {"sales.view", "people.view_contact"}),
        ({"roles": ("501", "")}, {"sales.view"}),
        ({"roles": ("everyone",), "guild": "66"}, set()),
        ({"guild": ""}, set()),
        ({"guild": "", "user": "9"}, {"people.view_contact"}),
        ({"guild": "", "roles": ("500",)}, set()),
        ({"user": ""}, {"sales.view"}),
    ],
)
def test_who_may_what(who: dict[str, object], expected: set[str]) -> None:
    assert expected == may(**who)


def test_without_a_server_everyone_is_nobody() -> None:
    settings = DiscordSettings(who=(Who(role="everyone", may=("sales.view",)),))
    for guild in ("", "66"):
        assert not permissions(settings, user="1", roles=(), guild=guild)
