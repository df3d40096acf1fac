"""Bodies as JSON means them: no NaN, no name twice, no text that a database cannot keep."""

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.parser import Parser

_LONGEST_NUMBER = 40


class StrictParser(Parser):
    """Reads a request's body; what cannot be read is one 400, without what was sent."""

    def parse_body(self, request: HttpRequest) -> Any:
        return read(request.body)


def read(body: bytes) -> Any:
    """Return a body as Python values. Raises ValueError or RecursionError."""
    value = json.loads(body, parse_constant=_refuse, parse_int=_whole, object_pairs_hook=_once_each)
    _check_texts(value)
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError("too many digits")
    return int(digits)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values under one name nobody knows which is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name twice")
    return found


def _check_texts(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= each <= "\udfff" for each in value):
            raise ValueError("a text that cannot be kept")
    elif isinstance(value, dict):
        for name, each in value.items():
            _check_texts(name)
            _check_texts(each)
    elif isinstance(value, list):
        for each in value:
            _check_texts(each)
