"""What LINE wants of a push, and how it refuses one."""

from __future__ import annotations

import re
import uuid
from typing import Any

from starlette.responses import JSONResponse

_USER = re.compile(r"U[0-9a-f]{32}")
_MOST_MESSAGES = 5
_MOST_UNITS = 5_000


class Refused(Exception):
    """LINE does not take it, and says why."""

    def __init__(self, status: int, message: str, *details: dict[str, str]) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details

    def answer(self) -> JSONResponse:
        """The refusal as LINE writes it."""
        body: dict[str, Any] = {"message": self.message}
        return JSONResponse(
            {**body, "details": list(self.details)} if self.details else body,
            status_code=self.status,
        )


def texts(given: object) -> list[str]:
    """Return the texts of a push's messages; raise Refused."""
    messages = given.get("messages") if isinstance(given, dict) else None
    if not isinstance(messages, list) or not 1 <= len(messages) <= _MOST_MESSAGES:
        raise _invalid({"message": "Size must be between 1 and 5", "property": "messages"})
    return [_text(each, f"messages[{number}]") for number, each in enumerate(messages)]


def user(given: dict[str, Any]) -> str:
    """Return whom it is for; raise Refused."""
    to = given.get("to")
    if not isinstance(to, str) or not _USER.fullmatch(to):
        words = "The property, 'to', in the request body is invalid (line: -, column: -)"
        raise Refused(400, words)
    return to


def key(given: str | None) -> str:
    """Return the retry key, or nothing; raise Refused for what is no UUID."""
    if given is None:
        return ""
    try:
        return str(uuid.UUID(given))
    except ValueError:
        raise Refused(400, "The retry key must be a UUID.") from None


def _text(message: object, where: str) -> str:
    if not isinstance(message, dict) or message.get("type") != "text":
        raise _invalid({"message": "Must be one of: text", "property": f"{where}.type"})
    text = message.get("text")
    if not isinstance(text, str) or not text.strip():
        raise _invalid({"message": "May not be empty", "property": f"{where}.text"})
    if len(text.encode("utf-16-le")) // 2 > _MOST_UNITS:
        words = f"Length must be between 0 and {_MOST_UNITS}"
        raise _invalid({"message": words, "property": f"{where}.text"})
    return text


def _invalid(detail: dict[str, str]) -> Refused:
    return Refused(400, "The request body has 1 error(s)", detail)
