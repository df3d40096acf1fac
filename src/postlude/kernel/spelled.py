"""Whole tables as COPY of PostgreSQL reads them, spelled a column at a time.

The driver asks each value what it is; that took longer than to send them. A column is asked once:
it is of one type mostly, and few texts need a second look.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

NULL = "\\N"
_SPECIAL = re.compile("[\\\\\n\r\t]")
_ESCAPED = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def table(columns: Sequence[Sequence[Any]]) -> str | None:
    """Spell rows, given as columns, as COPY reads text; None where a value is of another kind."""
    spelled = [_column(values) for values in columns]
    lines = [each for each in spelled if each is not None]
    if len(lines) < len(spelled):
        return None
    return "\n".join(map("\t".join, zip(*lines, strict=True))) + "\n"


def _column(values: Sequence[Any]) -> Sequence[str] | None:
    kinds = set(map(type, values))
    if len(kinds) > 1 and type(None) in kinds:
        return _with_nulls(values)
    if len(kinds) != 1:
        return None
    (kind,) = kinds
    if kind is int:
        return list(map(str, values))
    if kind is str:
        return _texts(values)
    spell = _SPELLINGS.get(kind)
    if spell is None:
        return None
    known = {value: spell(value) for value in set(values)}
    return [known[value] for value in values]


def _with_nulls(values: Sequence[Any]) -> Sequence[str] | None:
    told = _column([value for value in values if value is not None])
    if told is None:
        return None
    rest = iter(told)
    return [NULL if value is None else next(rest) for value in values]


def _texts(values: Sequence[str]) -> Sequence[str]:
    if not _SPECIAL.search("".join(values)):
        return values
    return [_SPECIAL.sub(lambda found: _ESCAPED[found[0]], value) for value in values]


_SPELLINGS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: NULL,
    bool: lambda value: "t" if value else "f",
    datetime: datetime.isoformat,
    date: date.isoformat,
    float: repr,
}
