"""Who of the team may do what from Discord: its roles and users become our permissions."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from postlude.chatops import keeping
from postlude.chatops.errors import NotAReference
from postlude.chatops.models import DiscordSetting
from postlude.chatops.types import DiscordSettings, Stock, Who
from postlude.kernel import environment
from postlude.orgs import api as orgs

EVERYONE = "everyone"
BASE_URL = "https://discord.com/api/v10"


def configure_discord(org: int, settings: DiscordSettings) -> bool:
    """Set an organisation's application; return whether anything changed."""
    if settings.token and not environment.is_reference(settings.token):
        raise NotAReference(setting="discord.token")
    return keeping.keep(DiscordSetting, org, _as_json(settings))


def discord_settings(org: int) -> DiscordSettings:
    """Return an organisation's settings, with references as they were written."""
    row = DiscordSetting.objects.filter(org_id=org).first()
    if row is None:
        return DiscordSettings()
    values: dict[str, Any] = dict(row.definition)
    values["who"] = tuple(
        Who(each["role"], each["user"], tuple(each["may"])) for each in values["who"]
    )
    values["stock"] = tuple(Stock(**each) for each in values["stock"])
    return DiscordSettings(**values)


def _as_json(settings: DiscordSettings) -> dict[str, Any]:
    values = asdict(settings)
    for each in values["who"]:
        each["may"] = list(each["may"])
    values["who"], values["stock"] = list(values["who"]), list(values["stock"])
    return values


def permissions(
    settings: DiscordSettings, *, user: str, roles: Collection[str], guild: str
) -> frozenset[str]:
    """Return what a Discord user may; somebody whom nothing names may nothing.

    `guild` is the server it is asked in: in a private message there are no roles, and everyone
    means those in the server that the playbook names.
    """
    ours = environment.resolve(settings.guild)
    granted: set[str] = set()
    for line in settings.who:
        role = _known(line.role)
        if role == EVERYONE:
            mine = bool(ours) and guild == ours
        else:
            mine = bool(guild and role) and role in roles
        named = _known(line.user)
        if mine or (named and named == user):
            granted.update(line.may)
    return frozenset(granted) & orgs.PERMISSIONS


def _known(text: str) -> str:
    """A line whose variable is not set fits nobody, and holds up no other line."""
    return "" if environment.missing(text) else environment.resolve(text)


def base_url(settings: DiscordSettings) -> str:
    """Return the address of Discord's API."""
    return (environment.resolve(settings.base_url) or BASE_URL).rstrip("/")
