"""The console's own SQL, one question a file."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.dateparse import parse_datetime

from postlude.kernel import store

_FOLDER = Path(__file__).resolve().parents[1] / "queries"


@cache
def _text(name: str) -> str:
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def rows(name: str, params: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the answer to one of the questions."""
    return store.rows_sql(_text(name), params)


def instant(value: Any) -> datetime | None:
    """Return an aware instant from what either engine gives for a time."""
    found = parse_datetime(value) if isinstance(value, str) else value
    if found is None:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
