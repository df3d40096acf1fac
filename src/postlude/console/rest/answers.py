"""Every error in the one shape; what was sent is never repeated in it."""

import re
from http import HTTPStatus
from typing import Any

from ninja.errors import AuthenticationError, HttpError, ValidationError

from postlude.console.rest import own_keys
from postlude.console.rest.amounts import HINTS
from postlude.console.rest.errors import KeyUsed
from postlude.kernel.errors import AppError, BadInput, NotFound
from postlude.rewards.errors import KeyReused, KeyTaken

_OWN_NAME = re.compile(r"[a-z_]{1,40}")
# What pydantic puts into a place for the branch of a union that it tried: no name of a body.
_BRANCH = re.compile(
    r"str|ByEmail|ByPhone|ByNumber|constrained-str|function-.*|opened|closed|cancelled"
)


def known(error: Exception) -> AppError:
    """Return an error as one that has a code, a status and a hint."""
    if isinstance(error, (KeyTaken, KeyReused)):
        return KeyUsed()
    if isinstance(error, AppError):
        fields = error.fields.items()
        error.fields = {name: own_keys.without(str(value)) for name, value in fields}
        return error
    if isinstance(error, AuthenticationError):
        made = AppError("A key is needed.", hint="Send the header Authorization: Bearer pl_…")
        made.code, made.http_status = "key_needed", 401
        return made
    if isinstance(error, ValidationError):
        return _invalid(error.errors)
    if isinstance(error, HttpError):
        return _of_http(error)
    return NotFound()


def _of_http(error: HttpError) -> AppError:
    if error.status_code == HTTPStatus.BAD_REQUEST:
        bad = BadInput(
            "The body cannot be read.",
            hint="Send JSON in UTF-8, without NaN, a name twice, or a text with NUL in it.",
        )
        bad.code = "bad_body"
        return bad
    made = AppError(str(error))
    made.code, made.http_status = "http_error", error.status_code
    return made


def _invalid(faults: list[dict[str, Any]]) -> BadInput:
    """Name each place: a JSON pointer into the body, or the name of a parameter."""
    places = {_place(each): str(each["type"]) for each in faults}
    hints = [HINTS[kind] for kind in dict.fromkeys(places.values()) if kind in HINTS]
    return BadInput("The request cannot be used.", hint=" ".join(hints), **places)


def _place(fault: dict[str, Any]) -> str:
    source, *path = fault["loc"]
    if source != "body":
        return str(path[-1]) if path else str(source)
    inside = [str(each) for each in path[1:] if not _BRANCH.fullmatch(str(each))]
    if fault["type"] == "extra_forbidden" and not _OWN_NAME.fullmatch(inside[-1]):
        inside.pop()  # a name that somebody made up may say anything
    return "".join(f"/{each}" for each in inside) or "/"
