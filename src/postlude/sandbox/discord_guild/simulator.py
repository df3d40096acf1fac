"""A Discord server's members and roles, as a bot sees them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.discord import complaints
from postlude.sandbox.faults import HTTP_FAULTS, FaultBook, FaultKind
from postlude.sandbox.simulator import Json, Simulator, VendorConfig, emptied, retry_headers

_SNOWFLAKE = re.compile(r"\d{15,20}")
_MOST = 1000


class DiscordGuildConfig(VendorConfig):
    """One server; `members` are user names by id, `nicks` what they call themselves there.

    `may_manage_roles` false: the bot's own role stands below the one it should give.
    """

    bot_token: str = "sandbox-bot-token"  # noqa: S105 - made up
    guild: str = "200000000000000001"
    roles: tuple[str, ...] = ("300000000000000001",)
    members: Mapping[str, str] = Field(default_factory=dict)
    nicks: Mapping[str, str] = Field(default_factory=dict)
    may_manage_roles: bool = True


class DiscordGuild(Simulator):
    """The members of the team's server."""

    name = "discord_guild"
    faults_offered = HTTP_FAULTS | {FaultKind.EMPTY_LIST}
    config: DiscordGuildConfig

    def __init__(self, config: DiscordGuildConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)
        self._forget()

    def routes(self) -> list[BaseRoute]:
        """Search, give a role, take a role."""
        guild = "/api/v10/guilds/{guild}/members"
        role = guild + "/{user}/roles/{role}"
        return [
            Route(guild + "/search", self._search, methods=["GET"]),
            Route(role, self._give, methods=["PUT"]),
            Route(role, self._take, methods=["DELETE"]),
        ]

    def received(self, query: Mapping[str, str]) -> Json:  # noqa: ARG002 - nothing to filter
        """Who has which roles now, and how often each user was given or lost one."""
        return {
            "roles": {user: sorted(roles) for user, roles in self.held.items() if roles},
            "given": dict(self.given),
            "taken": dict(self.taken),
            "searches": self.searches,
            "agents": sorted(self.agents),
        }

    def summary(self) -> dict[str, object]:
        """How many members have a role."""
        return {
            "members": len(self.config.members),
            "with a role": sum(1 for roles in self.held.values() if roles),
        }

    def reset(self) -> None:
        """A server where nobody has a role."""
        super().reset()
        self._forget()

    def rate_limited(self, retry_after: float | None) -> Response:
        """Discord's 429 repeats the wait in its body, in fractions of a second."""
        body: Json = {"message": "You are being rate limited.", "global": False}
        if retry_after is not None:
            body["retry_after"] = retry_after
        return JSONResponse(body, status_code=429, headers=retry_headers(retry_after))

    def _forget(self) -> None:
        self.held: dict[str, set[str]] = defaultdict(set)
        self.given: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.agents: set[str] = set()
        self.searches = 0

    async def _search(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        query = request.query_params.get("query", "")
        limit = request.query_params.get("limit", "1")
        if not query or not limit.isdecimal() or not 1 <= int(limit) <= _MOST:
            return complaints.invalid("query and a limit of 1 to 1000 are needed")
        self.searches += 1
        if emptied(request):
            return JSONResponse([])
        found = [self._member(user) for user in self.config.members if self._fits(user, query)]
        return JSONResponse(found[: int(limit)])

    def _fits(self, user: str, query: str) -> bool:
        names = (self.config.members[user], self.config.nicks.get(user, ""))
        return any(name.casefold().startswith(query.casefold()) for name in names)

    def _member(self, user: str) -> Json:
        name, _, discriminator = self.config.members[user].partition("#")
        shown: dict[str, Any] = {
            "id": user,
            "username": name,
            "discriminator": discriminator or "0",
            "global_name": None,
        }
        roles = sorted(self.held.get(user, ()))
        return {"user": shown, "nick": self.config.nicks.get(user), "roles": roles, "flags": 0}

    async def _give(self, request: Request) -> Response:
        refusal = self._refusal(request) or self._cannot(request)
        if refusal is not None:
            return refusal
        user, role = request.path_params["user"], request.path_params["role"]
        self.given[user] += 1
        self.held[user].add(role)
        return Response(status_code=204)

    async def _take(self, request: Request) -> Response:
        refusal = self._refusal(request) or self._cannot(request)
        if refusal is not None:
            return refusal
        user, role = request.path_params["user"], request.path_params["role"]
        self.taken[user] += 1
        self.held[user].discard(role)
        return Response(status_code=204)

    def _refusal(self, request: Request) -> Response | None:
        self.agents.add(request.headers.get("user-agent", ""))
        if request.headers.get("authorization") != f"Bot {self.config.bot_token}":
            return complaints.error(0, "401: Unauthorized", 401)
        if request.path_params["guild"] != self.config.guild:
            return complaints.error(10004, "Unknown Guild", 404)
        return None

    def _cannot(self, request: Request) -> Response | None:
        user, role = request.path_params["user"], request.path_params["role"]
        if not _SNOWFLAKE.fullmatch(user):
            return complaints.invalid(f'Value "{user}" is not snowflake.')
        if role not in self.config.roles:
            return complaints.error(10011, "Unknown Role", 404)
        if user not in self.config.members:
            return complaints.error(10007, "Unknown Member", 404)
        if not self.config.may_manage_roles:
            return complaints.error(50013, "Missing Permissions", 403)
        return None
