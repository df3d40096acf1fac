"""Errors and results in the shapes of the REST API; its numbers are strings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from postlude.sandbox.simulator import Json

_STATUS = {
    "accessDenied": 403,
    "duplicate": 409,
    "invalid": 400,
    "invalidQuery": 400,
    "notFound": 404,
    "quotaExceeded": 403,
    "rateLimitExceeded": 403,
    "backendError": 503,
}


class Refused(Exception):
    """What BigQuery says no to: a reason of its list, and words."""

    def __init__(self, reason: str, message: str, location: str = "") -> None:
        super().__init__(message)
        self.reason, self.message, self.location = reason, message, location

    def error(self) -> Json:
        """The error as it stands in a job's status."""
        found = {"reason": self.reason, "message": self.message}
        return {**found, "location": self.location} if self.location else found

    def answer(self) -> Response:
        """The error as an HTTP answer."""
        return refusal(self.reason, self.message, _STATUS.get(self.reason, 400))


def refusal(reason: str, message: str, status: int, headers: Json | None = None) -> Response:
    """One error in the API's envelope."""
    error = {"domain": "global", "reason": reason, "message": message}
    body = {"error": {"code": status, "message": message, "errors": [error], "status": reason}}
    return JSONResponse(body, status_code=status, headers=headers)


def cell(value: object) -> Json:
    """One value of a result: null, or text; instants are microseconds since 1970."""
    if value is None or isinstance(value, str):
        return {"v": value}
    if isinstance(value, bool):
        return {"v": "true" if value else "false"}
    if isinstance(value, datetime):
        return {"v": str(int(value.replace(tzinfo=UTC).timestamp() * 1_000_000))}
    if isinstance(value, date):
        return {"v": value.isoformat()}
    return {"v": str(value)}


def rows(found: Sequence[Sequence[Any]]) -> list[Json]:
    """Rows of a result: `{"f": [{"v": …}]}`."""
    return [{"f": [cell(value) for value in row]} for row in found]
