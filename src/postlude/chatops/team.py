"""Who of the team may do what from Discord: its roles and users become our permissions."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from postlude.chatops.errors import NotAReference
from postlude.chatops.models import DiscordSetting
from postlude.chatops.types import DiscordSettings, Stock, Who
from postlude.kernel import environment, ids, store
from postlude.orgs import api as orgs

EVERYONE = "everyone"
BASE_URL = "https://discord.com/api/v10"


def configure_discord(org: int, settings: DiscordSettings) -> bool:
    """Set an organisation's application; return whether anything changed."""
    if settings.token and not environment.is_reference(settings.token):
        raise NotAReference(setting="discord.token")
    definition = _as_json(settings)
    with store.write():
        row = DiscordSetting.objects.filter(org_id=org).first()
        if row is None:
            DiscordSetting.objects.create(id=ids.new_id(), org_id=org, definition=definition)
            return True
        if row.definition == definition:
            return False
        row.definition = definition
        row.save(update_fields=["definition"])
        return True


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
    settings: DiscordSettings, *, user: str, roles: Collection[str], inside: bool
) -> frozenset[str]:
    """Return what a Discord user may; somebody whom nothing names may nothing.

    `inside`: asked in a server, where there are roles; in a private message users alone count.
    """
    granted: set[str] = set()
    for line in settings.who:
        role = environment.resolve(line.role)
        mine = inside and bool(role) and (role == EVERYONE or role in roles)
        if mine or (line.user and environment.resolve(line.user) == user):
            granted.update(line.may)
    return frozenset(granted) & orgs.PERMISSIONS


def base_url(settings: DiscordSettings) -> str:
    """Return the address of Discord's API."""
    return (environment.resolve(settings.base_url) or BASE_URL).rstrip("/")
