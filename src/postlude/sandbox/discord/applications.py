"""Discord's REST calls for an application: who am I, commands, answers to interactions."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.discord import complaints
from postlude.sandbox.discord.asking import TOKEN_LIVES_S, Asked
from postlude.sandbox.discord.reading import read_message
from postlude.sandbox.now import epoch
from postlude.sandbox.simulator import Json

if TYPE_CHECKING:
    from postlude.sandbox.discord.simulator import Discord

_NAME = re.compile(r"^[-_'\w]{1,32}$")
_MOST_OPTIONS, _LONGEST_DESCRIPTION, _MOST_COMMANDS = 25, 100, 100


class Applications:
    """The calls of an application about itself and about its interactions."""

    def __init__(self, discord: Discord) -> None:
        self._discord = discord
        self.commands: dict[str, list[Json]] = {}

    def routes(self) -> list[BaseRoute]:
        """Every path with the version in it."""
        home = "/api/v10/applications"
        verbs = ["GET", "PUT"]
        tail = "/api/v10/webhooks/{id}/{token}/messages/@original"
        return [
            Route(home + "/@me", self._me, methods=["GET"]),
            Route(home + "/{app}/commands", self._commands, methods=verbs),
            Route(home + "/{app}/guilds/{guild}/commands", self._commands, methods=verbs),
            Route(tail, self._edit, methods=["PATCH"]),
        ]

    async def _me(self, request: Request) -> Response:
        refused = self._refused(request)
        if refused is not None:
            return refused
        config = self._discord.config
        return JSONResponse(
            {
                "id": config.application,
                "name": "Postlude",
                "verify_key": config.public_key,
                "interactions_endpoint_url": config.interactions_url or None,
            }
        )

    async def _commands(self, request: Request) -> Response:
        refused = self._refused(request)
        if refused is not None:
            return refused
        guild = request.path_params.get("guild", "")
        if request.path_params["app"] != self._discord.config.application:
            return complaints.error(10002, "Unknown Application", 404)
        if guild and guild != self._discord.config.guild:
            return complaints.error(50001, "Missing Access", 403)
        if request.method == "PUT":
            wanted = json.loads(await request.body())
            wrong = _wrong(wanted)
            if wrong:
                return complaints.invalid(wrong)
            self.commands[guild] = [
                {**each, "id": str(400000000000000001 + index), "version": "1"}
                for index, each in enumerate(wanted)
            ]
        return JSONResponse(self.commands.get(guild, []))

    def _refused(self, request: Request) -> Response | None:
        given = request.headers.get("authorization", "")
        if not request.headers.get("user-agent", "").startswith("DiscordBot ("):
            return complaints.error(40333, "internal network error", 403)
        if given != f"Bot {self._discord.config.bot_token}":
            return JSONResponse({"message": "401: Unauthorized", "code": 0}, status_code=401)
        return None

    async def _edit(self, request: Request) -> Response:
        """Edit the original answer; the token in the path is all it needs."""
        if request.path_params["id"] != self._discord.config.application:
            return complaints.error(10015, "Unknown Webhook", 404)
        asked = self._discord.people.by_token(request.path_params["token"])
        if asked is None:
            return complaints.error(50027, "Invalid Webhook Token", 401)
        if asked.dead or epoch() - asked.at > TOKEN_LIVES_S:
            return complaints.error(10062, "Unknown interaction", 404)
        return await self._edited(request, asked)

    async def _edited(self, request: Request, asked: Asked) -> Response:
        try:
            payload, files = await read_message(request)
        except ValueError:
            return complaints.error(50109, "The request body contains invalid JSON.", 400)
        if any(int(str(file["size"])) > asked.ask["size_limit"] for file in files):
            return complaints.error(40005, "Request entity too large", 413)
        if len(str(payload.get("content") or "")) > complaints.LONGEST:
            return complaints.too_long()
        target = self._discord.people.messages_of(asked)
        target.message = {**target.message, **payload, "attachments": files, "loading": False}
        asked.edits += 1
        asked.answered_s = round(epoch() - asked.at, 4)
        return JSONResponse({"id": asked.number, "content": payload.get("content", "")})


def _wrong(commands: list[Json]) -> str:
    """What is wrong with a list of commands; nothing, if nothing is."""
    if len(commands) > _MOST_COMMANDS:
        return "too many commands"
    for each in commands:
        for part in _parts(each):
            if not _NAME.match(part.get("name", "")) or part["name"] != part["name"].lower():
                return f"name {part.get('name')!r}"
            if not 1 <= len(part.get("description", "")) <= _LONGEST_DESCRIPTION:
                return f"description of {part['name']}"
            if len(part.get("options", [])) > _MOST_OPTIONS:
                return f"options of {part['name']}"
    return ""


def _parts(command: Json) -> list[Json]:
    return [command, *(p for option in command.get("options", []) for p in _parts(option))]
