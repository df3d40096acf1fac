"""Is Discord set up as it should be? What `postlude discord doctor` and `doctor` look at."""

from typing import Any

from django.conf import settings as django_settings

from postlude.chatops import requests, team
from postlude.chatops.discord import registration
from postlude.chatops.errors import DiscordFailed
from postlude.chatops.types import DiscordSettings
from postlude.kernel import environment
from postlude.kernel.doctor import Finding
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef

_CHECK = "discord"
_HEX_KEY = 64


def doctor(online: bool) -> list[Finding]:  # noqa: FBT001 - the shape of a check
    """Look at every organisation that has an application."""
    found: list[Finding] = []
    for org in orgs.all_orgs():
        settings = team.discord_settings(org.id)
        if _resolved(settings.application):
            found += examine(org, settings, online=online)
    return found


def examine(org: OrgRef, settings: DiscordSettings, *, online: bool) -> list[Finding]:
    """Return every finding of one organisation's application."""
    found = [*_values(settings), *_who(settings), *_unanswered(org)]
    if online and not any(each.level == "problem" for each in found):
        found += _asked(org, settings)
    return found or [Finding(_CHECK, "ok", f"{org.slug}: the application is set up")]


def interactions_url(org: str) -> str:
    """Return the address that goes into Discord's developer portal."""
    return f"{django_settings.POSTLUDE_BASE_URL}/hooks/discord/{org}"


def _resolved(text: str) -> str:
    return "" if environment.missing(text) else environment.resolve(text)


def _problem(what: str, fix: str) -> Finding:
    return Finding(_CHECK, "problem", what, fix)


def _values(settings: DiscordSettings) -> list[Finding]:
    found = []
    for name in ("application", "public_key", "token"):
        if not _resolved(getattr(settings, name)):
            missing = environment.missing(getattr(settings, name))
            named = missing[0] if missing else f"discord.{name}"
            found.append(_problem(f"{named} is not set", "docs/howto/discord.md says where it is."))
    key = _resolved(settings.public_key)
    if key and not _is_key(key):
        found.append(_problem("the public key is not 64 hex digits", "Copy it from the portal."))
    if not _resolved(settings.guild):
        fix = "Set `guild`, so that other servers are refused and `everyone` means your team."
        found.append(Finding(_CHECK, "warning", "no server is named", fix))
    return found


def _is_key(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) * 2 == _HEX_KEY
    except ValueError:
        return False


def _who(settings: DiscordSettings) -> list[Finding]:
    named = [each for each in settings.who if _resolved(each.role) or _resolved(each.user)]
    if named:
        return []
    fix = "Name a role or a user under `discord: who:` in the playbook."
    return [Finding(_CHECK, "warning", "nobody may ask anything", fix)]


def _unanswered(org: OrgRef) -> list[Finding]:
    failed = requests.failed(org.id)
    if not failed:
        return []
    newest = failed[0]
    what = (
        f"{len(failed)} answers did not reach Discord; the newest: /event {newest.command}, "
        f"{newest.created_at:%Y-%m-%d %H:%M} UTC, {newest.words}"
    )
    return [Finding(_CHECK, "warning", what, "Is a worker running? Ask the command again.")]


def _asked(org: OrgRef, settings: DiscordSettings) -> list[Finding]:
    try:
        found = _account(org, settings, registration.account_of(settings))
        ours = not any("another application" in each.what for each in found)
        return [*found, *(_commands(registration.registered(settings)) if ours else [])]
    except DiscordFailed as error:
        return [_problem(error.text(), error.hint)]


def _account(org: OrgRef, settings: DiscordSettings, me: dict[str, Any]) -> list[Finding]:
    found = []
    if str(me.get("id")) != me["expected"]:
        found.append(_problem("the token is of another application", "Copy both from one page."))
    elif str(me.get("verify_key", "")).lower() != _resolved(settings.public_key).lower():
        found.append(
            _problem("the public key is not this application's", "Copy it from the portal.")
        )
    wanted, told = interactions_url(org.slug), me.get("interactions_endpoint_url") or ""
    if told != wanted:
        what = f"Discord posts to {told or 'nowhere'}"
        found.append(_problem(what, f"Set the interactions endpoint URL to {wanted}"))
    return found


def _commands(found: list[dict[str, Any]]) -> list[Finding]:
    there = {part["name"] for each in found for part in each.get("options", [])}
    wanted = {part["name"] for part in registration.definition()[0]["options"]}
    if not wanted - there:
        return []
    names = ", ".join(sorted(wanted - there))
    return [_problem(f"commands are not registered: {names}", "postlude discord register --guild")]
