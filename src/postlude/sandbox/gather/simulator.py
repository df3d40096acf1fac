"""Gather's guest list: merged by e-mail, replaced when told to overwrite."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from postlude.sandbox.faults import HTTP_FAULTS, FaultBook, FaultKind
from postlude.sandbox.simulator import Json, Simulator, VendorConfig, emptied

_GUEST_KEYS = {"name", "role", "affiliation"}


class GatherConfig(VendorConfig):
    """Settings of the Gather simulator. What a set call answers is not documented: choose."""

    api_key: str = "sandbox-gather-key"
    spaces: tuple[str, ...] = ("sandbox0space\\Conference",)
    set_reply: Literal["guestlist", "ok"] = "guestlist"


class Gather(Simulator):
    """The online venue."""

    name = "gather"
    faults_offered = HTTP_FAULTS | {FaultKind.EMPTY_LIST}
    config: GatherConfig

    def __init__(self, config: GatherConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)
        self._forget()

    def routes(self) -> list[BaseRoute]:
        """Both calls."""
        return [
            Route("/api/getEmailGuestlist", self._get, methods=["GET"]),
            Route("/api/setEmailGuestlist", self._set, methods=["POST"]),
        ]

    def received(self, query: Mapping[str, str]) -> Json:  # noqa: ARG002 - nothing to filter
        """Guest lists by space, set calls by e-mail, and how often a list was replaced."""
        return {
            "spaces": self.guests,
            "set_calls": self.set_calls,
            "set_calls_by_email": dict(self.calls_by_email),
            "overwrites": self.overwrites,
        }

    def summary(self) -> dict[str, object]:
        """How many guests, by how many calls."""
        return {
            "guests": sum(len(guests) for guests in self.guests.values()),
            "set calls": self.set_calls,
            "overwrites": self.overwrites,
        }

    def reset(self) -> None:
        """Empty spaces."""
        super().reset()
        self._forget()

    def _forget(self) -> None:
        self.guests: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
        self.calls_by_email: Counter[str] = Counter()
        self.set_calls = 0
        self.overwrites = 0

    async def _get(self, request: Request) -> Response:
        key = request.query_params.get("apiKey") or request.headers.get("apikey")
        space = request.query_params.get("spaceId")
        refusal = self._refusal(key, space)
        if refusal is not None:
            return refusal
        return JSONResponse({} if emptied(request) else self.guests[str(space)])

    async def _set(self, request: Request) -> Response:
        try:
            body = json.loads(await request.body())
        except ValueError:
            return _error("Request body is not JSON", 400)
        if not isinstance(body, dict):
            return _error("Request body is not an object", 400)
        refusal = self._refusal(body.get("apiKey"), body.get("spaceId"))
        if refusal is not None:
            return refusal
        fault = _malformed(body.get("guestlist"))
        if fault is not None:
            return _error(fault, 400)
        overwrite = body.get("overwrite") is True
        return self._admit(str(body["spaceId"]), body["guestlist"], overwrite=overwrite)

    def _admit(
        self, space: str, guestlist: dict[str, dict[str, str]], *, overwrite: bool
    ) -> Response:
        self.set_calls += 1
        if overwrite:
            self.overwrites += 1
            self.guests[space] = {}
        for email, guest in guestlist.items():
            self.calls_by_email[email] += 1
            blank = {"name": "", "affiliation": "", "role": "guest"}
            self.guests[space][email] = {**blank, **self.guests[space].get(email, {}), **guest}
        short = self.config.set_reply == "ok"
        return JSONResponse({"success": True} if short else self.guests[space])

    def _refusal(self, key: object, space: object) -> Response | None:
        if key != self.config.api_key:
            return _error("This API key has no permission on the space", 403)
        if space not in self.config.spaces:
            return _error("Space not found", 404)
        return None


def _malformed(guestlist: Any) -> str | None:
    if not isinstance(guestlist, dict):
        return "guestlist must be an object keyed by e-mail"
    for email, guest in guestlist.items():
        if "@" not in email or any(character.isspace() for character in email):
            return f"not an e-mail address: {email}"
        if not isinstance(guest, dict) or not guest.keys() <= _GUEST_KEYS:
            return f"malformed guest: {email}"
    return None


def _error(message: str, status: int) -> Response:
    return JSONResponse({"message": message}, status_code=status)
