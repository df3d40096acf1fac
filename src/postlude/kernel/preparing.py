"""Rows as the engine takes them, a column at a time.

To ask each value of a million rows what it is costs more than to write them. A column is asked
once: most are plain already, and the instants and JSON of many rows are few.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from django.db.models import Field

_PLAIN = frozenset({int, str, bool, type(None)})


def adapt(value: Any) -> Any:
    """Turn an aware instant into what the engine stores; leave the rest alone."""
    if not isinstance(value, datetime):
        return value
    # What Django's own way comes to, much sooner.
    if value.tzinfo is UTC and connection.vendor == "sqlite":
        return str(value.replace(tzinfo=None))
    return connection.ops.adapt_datetimefield_value(value)


def prepared(
    fields: Sequence["Field[Any, Any]"], rows: Iterable[Sequence[Any]]
) -> list[tuple[Any, ...]]:
    """Return rows as the engine takes them. Raises ValueError where one is too short or long."""
    return list(zip(*prepared_columns(fields, rows), strict=True))


def prepared_columns(
    fields: Sequence["Field[Any, Any]"], rows: Iterable[Sequence[Any]]
) -> list[Sequence[Any]]:
    """Return the same turned round: the values of each field."""
    columns = list(zip(*rows, strict=True)) or [()] * len(fields)
    return [_column(field, values) for field, values in zip(fields, columns, strict=True)]


def array(values: Sequence[Any]) -> str | list[Any]:
    """Return values as PostgreSQL spells an array; a list of what only the driver can spell.

    The driver spells each value by a method of its own, at ten times the price.
    """
    kinds = frozenset(map(type, values))
    if kinds <= {int}:
        return f"{{{','.join(map(str, values))}}}"
    if not kinds <= _SPELLED.keys():
        return list(values)
    spelled = (_SPELLED[type(value)](value) for value in values)
    return f"{{{','.join(spelled)}}}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_SPELLED: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "NULL",
    bool: lambda value: "t" if value else "f",
    int: str,
    str: _quoted,
    datetime: lambda value: f'"{value.isoformat()}"',
    date: date.isoformat,
    bytes: lambda value: f'"\\\\x{value.hex()}"',
}


def _column(field: "Field[Any, Any]", values: Sequence[Any]) -> Sequence[Any]:
    kind = field.get_internal_type()
    if kind == "JSONField":
        return _documents(field, values)
    kinds = frozenset(map(type, values))
    if kind == "DateTimeField":
        if connection.vendor == "postgresql" and kinds <= {datetime, type(None)}:
            return values
        return _instants(field, values)
    if kinds <= _PLAIN or kinds <= {bytes}:
        return values
    if kind == "DateField":
        return _each_once(values, lambda value: field.get_db_prep_save(value, connection))
    return [
        value if type(value) in _PLAIN else field.get_db_prep_save(value, connection)
        for value in values
    ]


def _instant(field: "Field[Any, Any]", value: Any) -> Any:
    if type(value) is datetime and value.tzinfo is UTC:
        return adapt(value)
    return field.get_db_prep_save(value, connection)


def _instants(field: "Field[Any, Any]", values: Sequence[Any]) -> list[Any]:
    """Spell instants as the engine holds them; one that rows share is spelled once.

    Shared is what is the same object: an instant's hash costs as much as its text.
    """
    known = {id(value): value for value in values}
    if connection.vendor != "sqlite":
        spelled = {key: _instant(field, value) for key, value in known.items()}
    else:  # without asking for each which engine it is
        spelled = {
            key: str(value.replace(tzinfo=None))
            if type(value) is datetime and value.tzinfo is UTC
            else _instant(field, value)
            for key, value in known.items()
        }
    return [spelled[id(value)] for value in values]


def _each_once(values: Sequence[Any], prepare: Callable[[Any], Any]) -> list[Any]:
    known = {value: prepare(value) for value in set(values)}
    return [known[value] for value in values]


def _documents(field: "Field[Any, Any]", values: Sequence[Any]) -> list[Any]:
    """Spell each object once, however many rows share it; as text, which both engines take."""
    spell = (getattr(field, "encoder", None) or json.JSONEncoder)().encode
    known = {id(value): value for value in values}
    spelled = {key: None if value is None else spell(value) for key, value in known.items()}
    return [spelled[id(value)] for value in values]
