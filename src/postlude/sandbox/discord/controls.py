"""Controls of Discord: type a command, press a button, see what came of it, try it by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.discord.asking import Ask, Press
from postlude.sandbox.discord.try_page import TryPage
from postlude.sandbox.simulator import ControlError

if TYPE_CHECKING:
    from postlude.sandbox.discord.simulator import Discord


def control_routes(discord: Discord) -> list[BaseRoute]:
    """The routes below `/_sandbox/discord`."""

    async def ask(request: Request) -> Response:
        call = Ask.model_validate(await request.json())
        config = discord.config
        asked = await discord.people.ask(
            call, config.interactions_url, config.application, config.guild
        )
        return JSONResponse(asked.shown())

    async def press(request: Request) -> Response:
        call = Press.model_validate(await request.json())
        config = discord.config
        asked = await discord.people.press(
            call, config.interactions_url, config.application, config.guild
        )
        return JSONResponse(asked.shown())

    async def one(request: Request) -> Response:
        asked = discord.people.asked.get(request.path_params["number"])
        if asked is None:
            raise ControlError("no such interaction", 404)
        return JSONResponse(asked.shown())

    async def kill(request: Request) -> Response:
        asked = discord.people.asked.get(request.path_params["number"])
        if asked is None:
            raise ControlError("no such interaction", 404)
        asked.dead = True
        return JSONResponse({"ok": True})

    async def commands(_: Request) -> Response:
        return JSONResponse(discord.applications.commands)

    page = TryPage(discord)
    return [
        Route("/try", page.show, methods=["GET"]),
        Route("/try", page.ask, methods=["POST"]),
        Route("/try/press", page.press, methods=["POST"]),
        Route("/try/{number}/file", page.file, methods=["GET"]),
        Route("/ask", ask, methods=["POST"]),
        Route("/press", press, methods=["POST"]),
        Route("/interactions/{number}", one, methods=["GET"]),
        Route("/interactions/{number}/token", kill, methods=["DELETE"]),
        Route("/commands", commands, methods=["GET"]),
    ]
