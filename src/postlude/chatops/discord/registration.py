"""The commands as Discord must know them, in the team's languages; safe to tell again."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from postlude.chatops import team
from postlude.chatops.commands.shape import NAME
from postlude.chatops.discord import rest
from postlude.chatops.errors import NotSetUp
from postlude.chatops.types import DiscordSettings
from postlude.kernel import environment
from postlude.kernel.errors import N_

_SUBCOMMAND, _TEXT = 1, 3
_LANGUAGES: Mapping[str, str] = {"zh-TW": "zh-hant", "ru": "ru"}
_DESCRIPTION = N_("Ticket sales")
_SLUG = ("slug", N_("The event; choose from the list"), True)
_EMAIL = ("email", N_("The buyer's e-mail"), True)
_COMMANDS: Mapping[str, tuple[str, tuple[tuple[str, str, bool], ...]]] = {
    "list": (N_("The events on sale"), ()),
    "status": (N_("How an event sells"), (_SLUG,)),
    "sales": (
        N_("What was sold by day, as a file"),
        (
            _SLUG,
            ("from", N_("First day, or both: 2022/03/05~2022/04/02"), False),
            ("to", N_("Last day"), False),
        ),
    ),
    "grant": (N_("Let a buyer in"), (_SLUG, _EMAIL)),
    "invite": (N_("Let a buyer in and send the invitation (again)"), (_SLUG, _EMAIL)),
    "queue": (N_("Who waits to be let in by hand, and done"), (_SLUG,)),
    "sync": (N_("Ask the ticket shop now"), ()),
    "buyer": (N_("Where is this person's invitation, and why"), (_EMAIL,)),
}


def definition() -> list[dict[str, Any]]:
    """Return what is registered: one command with its parts."""
    parts = [
        {
            "type": _SUBCOMMAND,
            "name": name,
            **_described(words),
            "options": [_option(*each) for each in options],
        }
        for name, (words, options) in _COMMANDS.items()
    ]
    return [{"type": 1, "name": NAME, **_described(_DESCRIPTION), "options": parts}]


def _option(name: str, words: str, required: bool) -> dict[str, Any]:  # noqa: FBT001 - as listed
    option = {"type": _TEXT, "name": name, **_described(words), "required": required}
    return {**option, "autocomplete": True} if name == "slug" else option


def _described(words: str) -> dict[str, Any]:
    localised = {}
    for theirs, ours in _LANGUAGES.items():
        with override(ours):
            localised[theirs] = _(words)
    with override("en"):
        return {"description": _(words), "description_localizations": localised}


def register(org: int, *, guild: str | None = None) -> list[str]:
    """Put our commands in the place of all that were there; return their names.

    Safe to repeat. With a `guild` (the playbook's, when empty) they are there at once, and in
    that server only; None registers for all servers. Raises DiscordFailed.
    """
    settings = team.discord_settings(org)
    application, token = _account(settings)
    path = f"/applications/{application}/commands"
    if guild is not None:
        server = guild or environment.resolve(settings.guild)
        if not server:
            raise NotSetUp(
                "There is no server to register in.",
                hint="Give --guild an id, or set `guild` in the playbook's `discord` part.",
            )
        path = f"/applications/{application}/guilds/{server}/commands"
    told = rest.call("PUT", team.base_url(settings), path, bot_token=token, body=definition())
    return [f"/{each['name']} {part['name']}" for each in told for part in each["options"]]


def account_of(settings: DiscordSettings) -> dict[str, Any]:
    """Return what Discord says of our application; raise DiscordFailed."""
    application, token = _account(settings)
    base_url = team.base_url(settings)
    me: dict[str, Any] = rest.call("GET", base_url, "/applications/@me", bot_token=token)
    return {**me, "expected": application}


def registered(settings: DiscordSettings) -> list[dict[str, Any]]:
    """Return the commands that are registered, in our server or else everywhere."""
    application, token = _account(settings)
    base_url, guild = team.base_url(settings), environment.resolve(settings.guild)
    found: list[dict[str, Any]] = []
    if guild:
        path = f"/applications/{application}/guilds/{guild}/commands"
        found = rest.call("GET", base_url, path, bot_token=token)
    path = f"/applications/{application}/commands"
    return found or list(rest.call("GET", base_url, path, bot_token=token))


def _account(settings: DiscordSettings) -> tuple[str, str]:
    application = environment.resolve(settings.application)
    token = environment.resolve(settings.token)
    if not (application and token):
        raise NotSetUp
    return application, token
