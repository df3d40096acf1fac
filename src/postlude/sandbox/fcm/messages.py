"""What FCM wants of a message, and how it refuses one."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

from postlude.sandbox.simulator import Json

_TARGETS = ("token", "topic", "condition", "fid")
_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_BIGGEST = 4096


class Refused(Exception):
    """FCM does not take it. `code` is FCM's own, beside the status that all of Google has."""

    def __init__(self, status: int, name: str, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.name = name
        self.message = message
        self.code = code

    def answer(self, headers: dict[str, str] | None = None) -> JSONResponse:
        """The refusal as FCM writes it."""
        error: Json = {"code": self.status, "message": self.message, "status": self.name}
        if self.code:
            error["details"] = [{"@type": _ERROR, "errorCode": self.code}]
        return JSONResponse({"error": error}, status_code=self.status, headers=headers)


def device(message: Json) -> str:
    """Return the one device that a message names; raise Refused."""
    given = [name for name in _TARGETS if message.get(name)]
    if len(given) != 1:
        raise invalid("Exactly one of token, topic, condition or fid is required.")
    return str(message[given[0]])


def check(message: Json) -> None:
    """Refuse what is not written as it must be."""
    data: Any = message.get("data", {})
    if not isinstance(data, dict) or not all(isinstance(each, str) for each in data.values()):
        raise invalid("Invalid value at 'message.data' (TYPE_STRING).")
    shown = message.get("notification", {})
    if len(str(shown).encode()) + len(str(data).encode()) > _BIGGEST:
        raise invalid("Message is too big.")


def invalid(words: str) -> Refused:
    """400."""
    return Refused(400, "INVALID_ARGUMENT", words, "INVALID_ARGUMENT")
