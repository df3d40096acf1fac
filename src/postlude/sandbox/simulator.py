"""The one shape every vendor's simulator has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from postlude.sandbox.faults import HTTP_FAULTS, FaultBook, FaultKind
from postlude.sandbox.journal import Journal

Json = dict[str, Any]

EMPTIED = "postlude.sandbox.emptied"
NOT_SENT = "postlude.sandbox.not_sent"
NOTES = "postlude.sandbox.notes"


class VendorConfig(BaseModel):
    """Settings of one simulator, changeable while it runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ControlError(Exception):
    """A control call asked for something that cannot be done; the text says why."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def emptied(request: Request) -> bool:
    """Whether this answer has to be an empty list by fault."""
    return bool(request.scope.get(EMPTIED, False))


def notes(request: Request) -> dict[str, bool]:
    """What the vendor notes of a call while it serves it, whatever the caller will be told."""
    found: dict[str, bool] = request.scope.setdefault(NOTES, {})
    return found


def not_sent(request: Request) -> bool:
    """Whether the vendor has to say by fault that it sent nothing, and send nothing."""
    return bool(request.scope.get(NOT_SENT, False))


class Simulator:
    """A vendor: routes that speak its contract, and controls that play its users and its faults."""

    name: ClassVar[str]
    faults_offered: ClassVar[frozenset[FaultKind]] = HTTP_FAULTS
    page: ClassVar[str] = ""  # to try it by hand
    config: VendorConfig

    def __init__(self, config: VendorConfig, faults: FaultBook) -> None:
        self.config = config
        self.faults = faults
        self.journal = Journal()
        self._first_config = config

    def routes(self) -> list[BaseRoute]:
        """The vendor's own endpoints, mounted below `/<name>`."""
        return []

    def control_routes(self) -> list[BaseRoute]:
        """Extra controls, mounted below `/_sandbox/<name>`."""
        return []

    def received(self, query: Mapping[str, str]) -> Json:  # noqa: ARG002 - for the vendors
        """What arrived, in the vendor's own terms."""
        return {}

    def summary(self) -> dict[str, object]:
        """A few numbers for the index page."""
        return {}

    def configure(self, patch: Json) -> None:
        """Change some settings; unknown names and bad values are refused."""
        merged = {**self.config.model_dump(), **patch}
        self.config = type(self.config).model_validate(merged)

    def reset(self) -> None:
        """Back to the first day: no memory, first settings."""
        self.config = self._first_config
        self.journal.clear()

    def overhear(self, body: bytes, status: int | None, noted: Mapping[str, bool]) -> None:
        """Learn how a call ended, also one that never came to the vendor; None is a cut line."""

    def rate_limited(self, retry_after: float | None) -> Response:
        """The vendor's way of saying *too many requests*."""
        return JSONResponse(
            {"message": "Too many requests"}, status_code=429, headers=retry_headers(retry_after)
        )

    def quota_exceeded(self) -> Response:
        """The vendor's way of saying *no more for today*; for those who have quotas."""
        return self.rate_limited(None)

    async def start(self) -> None:
        """Begin background work inside the running event loop."""

    async def stop(self) -> None:
        """End background work; nothing is left running."""


def retry_headers(retry_after: float | None) -> dict[str, str]:
    """`Retry-After` in whole seconds, or no header at all."""
    return {} if retry_after is None else {"Retry-After": str(-int(-retry_after // 1))}
