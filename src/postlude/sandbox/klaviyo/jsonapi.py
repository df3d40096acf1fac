"""JSON:API as Klaviyo speaks it: documents, errors, filters and pages."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from postlude.sandbox.now import now

Json = dict[str, Any]
MEDIA_TYPE = "application/vnd.api+json"
_CALL = re.compile(r"([a-z-]+)\(((?:[^()\"']|\"[^\"]*\"|'[^']*')*)\)")
_TEXT = re.compile(r"\"([^\"]*)\"|'([^']*)'")


class Refusal(Exception):
    """An answer that says no, in Klaviyo's words."""

    def __init__(  # noqa: PLR0913 - an error object has these members
        self,
        status: int,
        code: str,
        title: str,
        detail: str = "",
        *,
        pointer: str = "/data",
        meta: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.headers = dict(headers or {})
        self.error: Json = {
            "id": secrets.token_hex(16),
            "status": status,
            "code": code,
            "title": title,
            "detail": detail or title,
            "source": {"pointer": pointer, "parameter": None},
        } | ({"meta": meta} if meta else {})


def refused(refusal: Refusal) -> Response:
    """The error document."""
    return answer({"errors": [refusal.error]}, refusal.status, refusal.headers)


def answer(body: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A document."""
    return JSONResponse(body, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def invalid(detail: str, pointer: str) -> Refusal:
    """A body that cannot be taken."""
    return Refusal(400, "invalid", "Invalid input.", detail, pointer=pointer)


def not_found(kind: str, identifier: str) -> Refusal:
    """No such thing."""
    return Refusal(404, "not_found", "Not found.", f"A {kind} with id {identifier} does not exist.")


async def read(request: Request, kind: str) -> Json:
    """The `data` member of a body of this type."""
    if not request.headers.get("content-type", "").startswith(MEDIA_TYPE):
        raise Refusal(415, "unsupported_media_type", f"The content type must be {MEDIA_TYPE}.")
    try:
        body = await request.json()
    except ValueError:
        raise Refusal(400, "malformed", "The body is no JSON.") from None
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict) or data.get("type") != kind:
        raise invalid(f"'type' must be {kind}", "/data/type")
    return data


def attributes(data: Json, *required: str) -> Json:
    """The attributes, with those that must be there."""
    found = data.get("attributes")
    given = found if isinstance(found, dict) else {}
    for name in required:
        if given.get(name) in (None, ""):
            raise invalid(f"'{name}' is a required field.", f"/data/attributes/{name}")
    return given


def filters(text: str) -> list[tuple[str, str, list[str]]]:
    """(operator, field, values) of a filter such as `equals(name,"a"),any(id,["b"])`."""
    found = []
    for operator, inside in _CALL.findall(text):
        field, _, rest = inside.partition(",")
        quoted = [a or b for a, b in _TEXT.findall(rest)]
        values = quoted or [rest.strip("[] ")]
        found.append((operator, field.strip(), values))
    if text and not found:
        raise Refusal(400, "invalid", "Invalid filter provided.", text)
    return found


def passes(text: str, value_of: Callable[[str], Any], allowed: Mapping[str, str]) -> bool:
    """Whether one row passes a filter; `allowed` is the operators of each field, in words."""
    for operator, field, values in filters(text):
        if operator not in allowed.get(field, "").split():
            raise Refusal(400, "invalid", "Invalid filter provided.", f"{operator} on {field}")
        if not _passes(operator, value_of(field), values):
            return False
    return True


def _passes(operator: str, value: Any, values: Sequence[str]) -> bool:
    if operator in ("equals", "any"):
        return str(value) in values
    if operator == "contains":
        return values[0] in str(value)
    edge: Any = float(values[0]) if isinstance(value, int | float) else values[0]
    if operator == "greater-than":
        return bool(value > edge)
    if operator == "greater-or-equal":
        return bool(value >= edge)
    return bool(value < edge if operator == "less-than" else value <= edge)


def page(request: Request, rows: Sequence[Json], size: int) -> tuple[list[Json], Json]:
    """One page of rows, and its links."""
    cursor = request.query_params.get("page[cursor]", "")
    try:
        start = int(base64.urlsafe_b64decode(cursor)) if cursor else 0
    except ValueError:
        raise Refusal(400, "invalid", "Invalid cursor.") from None
    asked = request.query_params.get("page[size]", str(size))
    size = min(size, int(asked)) if asked.isdecimal() else size
    end = start + size
    following = None
    if end < len(rows):
        kept = [(k, v) for k, v in request.query_params.multi_items() if k != "page[cursor]"]
        further = [*kept, ("page[cursor]", base64.urlsafe_b64encode(str(end).encode()).decode())]
        following = f"{str(request.url).partition('?')[0]}?{urlencode(further)}"
    return list(rows[start:end]), {"self": str(request.url), "next": following, "prev": None}


def stamp(at: float | None = None) -> str:
    """A moment as Klaviyo writes it."""
    moment = now() if at is None else datetime.fromtimestamp(at, UTC)
    return moment.isoformat(timespec="seconds")


def new_id(prefix: str = "") -> str:
    """Six letters, or an id with a prefix."""
    return prefix + secrets.token_hex(3 if not prefix else 12).upper()
