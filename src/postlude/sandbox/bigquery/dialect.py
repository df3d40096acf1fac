"""From the little of BigQuery's SQL that a loader speaks to DuckDB's: names and parameters.

Nothing else is translated: MERGE, transactions, IF and ERROR are spelled alike.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from postlude.sandbox.bigquery.answers import Refused
from postlude.sandbox.simulator import Json

TYPES = {
    "STRING": "VARCHAR",
    "INT64": "BIGINT",
    "INTEGER": "BIGINT",
    "BOOL": "BOOLEAN",
    "BOOLEAN": "BOOLEAN",
    "NUMERIC": "DECIMAL(38,9)",
    "FLOAT64": "DOUBLE",
    "FLOAT": "DOUBLE",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP",
}
_FIELD_TYPES = {
    "VARCHAR": "STRING",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP",
    "DOUBLE": "FLOAT",
}
_QUOTED = re.compile(r"`([^`]+)`")
_MEMBER = re.compile(r"([\w.]+)\s+IN\s+UNNEST\(@(\w+)\)", re.IGNORECASE)
_PARAMETER = re.compile(r"@(\w+)")
_PIECES = re.compile(r"'(?:[^'\\]|\\.)*'|[^;']+|;")
_READ: dict[str, Any] = {
    "INT64": int,
    "BOOL": lambda text: text == "true",
    "NUMERIC": Decimal,
    "TIMESTAMP": lambda text: datetime.fromisoformat(text).replace(tzinfo=None),
}


def schema_name(project: str, dataset: str) -> str:
    """Name the DuckDB schema that holds a dataset."""
    return f"{project}/{dataset}"


def quote(name: str) -> str:
    """Quote an identifier for DuckDB."""
    return '"' + name.replace('"', '""') + '"'


def table_name(project: str, dataset: str, table: str) -> str:
    """Name a table for DuckDB."""
    return f"{quote(schema_name(project, dataset))}.{quote(table)}"


def named_tables(sql: str) -> list[tuple[str, str, str]]:
    """Return every `project.dataset.table` of a query."""
    found = [tuple(name.split(".")) for name in _QUOTED.findall(sql)]
    return [(each[0], each[1], each[2]) for each in found if len(each) == 3]  # noqa: PLR2004


def statements(sql: str) -> list[str]:
    """Split a script at its semicolons, and translate each statement."""
    found, current = [], ""
    for piece in _PIECES.findall(sql):
        if piece == ";":
            found.append(current)
            current = ""
        else:
            current += piece
    return [_translated(each) for each in (*found, current) if each.strip()]


def _translated(sql: str) -> str:
    def name(match: re.Match[str]) -> str:
        parts = match.group(1).split(".")
        if len(parts) == 3:  # noqa: PLR2004
            return table_name(*parts)
        return quote(match.group(1))

    named = _QUOTED.sub(name, sql)
    members = _MEMBER.sub(r"list_contains($\2, \1)", named)
    return _PARAMETER.sub(r"$\1", members).strip()


def parameters(listed: list[Json]) -> dict[str, Any]:
    """Read `queryParameters`: named ones, scalars and arrays of scalars."""
    found = {}
    for each in listed:
        kind, value = each["parameterType"], each["parameterValue"]
        if kind["type"] == "ARRAY":
            member = kind["arrayType"]["type"]
            found[each["name"]] = [_scalar(member, one) for one in value.get("arrayValues", [])]
        else:
            found[each["name"]] = _scalar(kind["type"], value)
    return found


def _scalar(kind: str, value: Json) -> Any:
    text = value.get("value")
    return None if text is None else _READ.get(kind, str)(text)


def used(sql: str, values: dict[str, Any]) -> dict[str, Any]:
    """Keep the parameters of one statement: DuckDB takes no others."""
    names = set(re.findall(r"\$(\w+)", sql))
    missing = names - values.keys()
    if missing:
        raise Refused("invalidQuery", f"Query parameter '{min(missing)}' not found")
    return {name: values[name] for name in names}


def field_type(duckdb_type: str) -> str:
    """Name a result's type the way the REST API does."""
    if duckdb_type.startswith("DECIMAL"):
        return "NUMERIC"
    return _FIELD_TYPES.get(duckdb_type, "INTEGER")
