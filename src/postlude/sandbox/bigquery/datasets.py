"""Datasets and tables: their resources as JSON, their rows in DuckDB."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import duckdb

from postlude.sandbox.bigquery.answers import Refused
from postlude.sandbox.bigquery.dialect import TYPES, quote, schema_name, table_name
from postlude.sandbox.now import epoch
from postlude.sandbox.simulator import Json

TableKey = tuple[str, str, str]
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "threads": 1,
}


class Datasets:
    """What the account holds. Names are (project, dataset[, table])."""

    def __init__(self) -> None:
        self.engine = duckdb.connect(config=_CONFIG)
        self.datasets: dict[tuple[str, str], Json] = {}
        self.tables: dict[TableKey, Json] = {}

    def close(self) -> None:
        """Give the memory back."""
        self.engine.close()

    # Datasets

    def add(self, project: str, body: Json) -> Json:
        """Create a dataset; its location never changes."""
        name = str(body["datasetReference"]["datasetId"])
        if (project, name) in self.datasets:
            raise Refused("duplicate", f"Already Exists: Dataset {project}:{name}")
        resource = {"kind": "bigquery#dataset", **body, "id": f"{project}:{name}"}
        resource["location"] = str(body.get("location") or "US")
        self.datasets[project, name] = resource
        self.engine.execute(f"CREATE SCHEMA {quote(schema_name(project, name))}")
        return resource

    def dataset(self, project: str, name: str) -> Json:
        """Return a dataset's resource."""
        if (project, name) not in self.datasets:
            raise Refused("notFound", f"Not found: Dataset {project}:{name}")
        return self.datasets[project, name]

    def drop(self, project: str, name: str) -> None:
        """Delete a dataset with all that is in it."""
        self.dataset(project, name)
        for key in [key for key in self.tables if key[:2] == (project, name)]:
            self.drop_table(key)
        self.engine.execute(f"DROP SCHEMA {quote(schema_name(project, name))} CASCADE")
        del self.datasets[project, name]

    # Tables

    def add_table(self, key: TableKey, body: Json) -> Json:
        """Create a table with its schema."""
        self.dataset(*key[:2])
        self._expire()
        if key in self.tables:
            raise Refused("duplicate", "Already Exists: Table {}:{}.{}".format(*key))
        fields = body.get("schema", {}).get("fields", [])
        columns = ", ".join(_column(field) for field in fields)
        self.engine.execute(f"CREATE TABLE {table_name(*key)} ({columns})")
        project, dataset, table = key
        self.tables[key] = {
            "kind": "bigquery#table",
            **body,
            "id": f"{project}:{dataset}.{table}",
            "type": "TABLE",
            "etag": f"e{len(fields)}",
        }
        return self.tables[key]

    def table(self, key: TableKey) -> Json:
        """Return a table's resource; one whose time is over is gone."""
        self.dataset(*key[:2])
        self._expire()
        if key not in self.tables:
            raise Refused("notFound", "Not found: Table {}:{}.{}".format(*key))
        rows = self.engine.execute(f"SELECT count(*) FROM {table_name(*key)}").fetchone()  # noqa: S608
        return {**self.tables[key], "numRows": str(rows[0] if rows else 0)}

    def in_dataset(self, project: str, name: str) -> list[Json]:
        """Return the tables of a dataset."""
        self.dataset(project, name)
        self._expire()
        return [body for key, body in sorted(self.tables.items()) if key[:2] == (project, name)]

    def patch_table(self, key: TableKey, body: Json) -> Json:
        """Change a table; its schema may only grow, by columns that may be null."""
        resource = self.table(key)
        old = {field["name"]: field for field in self.fields(key)}
        new = body.get("schema", {}).get("fields", list(old.values()))
        for field in new:
            known = old.pop(field["name"], None)
            if known is None:
                if field.get("mode", "NULLABLE") == "REQUIRED":
                    raise Refused("invalid", f"Cannot add required field {field['name']}")
                column = f"ADD COLUMN {_column(field)}"
                self.engine.execute(f"ALTER TABLE {table_name(*key)} {column}")
            elif TYPES[known["type"]] != TYPES[field["type"]]:
                raise Refused("invalid", f"Field {field['name']} has changed type")
        if old:
            raise Refused("invalid", f"Provided Schema does not match: missing {min(old)}")
        self.tables[key] = {**resource, **body, "etag": f"e{len(new)}"}
        return self.tables[key]

    def drop_table(self, key: TableKey) -> None:
        """Delete a table."""
        self.dataset(*key[:2])
        if self.tables.pop(key, None) is None:
            raise Refused("notFound", "Not found: Table {}:{}.{}".format(*key))
        self.engine.execute(f"DROP TABLE {table_name(*key)}")

    def fields(self, key: TableKey) -> list[Json]:
        """Return the columns of a table."""
        found: list[Json] = self.tables[key].get("schema", {}).get("fields", [])
        return found

    def all_rows(self, key: TableKey) -> list[Json]:
        """Return what a table holds, for whoever looks from outside."""
        found = self.engine.execute(f"SELECT * FROM {table_name(*key)}")  # noqa: S608
        names = [column[0] for column in found.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        shown: list[Json] = json.loads(json.dumps(rows, default=str))
        return shown

    def _expire(self) -> None:
        due = epoch() * 1000
        for key, body in list(self.tables.items()):
            if float(body.get("expirationTime") or due + 1) < due:
                self.drop_table(key)

    # Rows

    def insert(self, key: TableKey, lines: Iterable[str], *, truncate: bool) -> int:
        """Write newline-delimited JSON, all lines or none; say which line is wrong, and why."""
        fields = {field["name"]: field for field in self.fields(key)}
        rows = [_row(number, line, fields) for number, line in enumerate(lines, start=1)]
        marks = ", ".join(["?"] * len(fields))
        name = table_name(*key)
        self.engine.begin()
        try:
            if truncate:
                self.engine.execute(f"DELETE FROM {name}")  # noqa: S608
            for row in rows:
                self.engine.execute(f"INSERT INTO {name} VALUES ({marks})", row)  # noqa: S608
        except duckdb.Error as error:
            self.engine.rollback()
            raise Refused("invalid", f"Error while reading data: {error}") from error
        self.engine.commit()
        return len(rows)


def _column(field: Json) -> str:
    if field["type"] not in TYPES:
        raise Refused("invalid", f"Invalid value for type: {field['type']} is not a valid value")
    return f"{quote(field['name'])} {TYPES[field['type']]}"


def _row(number: int, line: str, fields: dict[str, Json]) -> list[Any]:
    try:
        values = json.loads(line)
    except ValueError:
        raise _bad(number, "Failed to parse JSON") from None
    unknown = values.keys() - fields.keys()
    if unknown:
        raise _bad(number, f"No such field: {min(unknown)}")
    for name, field in fields.items():
        if field.get("mode") == "REQUIRED" and values.get(name) is None:
            raise _bad(number, f"Missing required field: {name}")
    return [_value(number, field, values.get(name)) for name, field in fields.items()]


def _value(number: int, field: Json, value: Any) -> Any:
    if value is not None and field["type"] == "TIMESTAMP":
        try:
            return datetime.fromisoformat(str(value)).replace(tzinfo=None)
        except ValueError:
            raise _bad(number, f"Could not parse as TIMESTAMP: field {field['name']}") from None
    return value


def _bad(number: int, words: str) -> Refused:
    return Refused(
        "invalid",
        "Error while reading data, error message: JSON table encountered too many errors, giving "
        f"up. Rows: {number}; errors: 1. {words}",
        "line",
    )
