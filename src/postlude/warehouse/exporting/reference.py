# ruff: noqa: E501
"""The reference of exports, written from the tables: `python -m` this module prints it."""

import sys

from postlude.warehouse.exporting.tables import SCHEMA, TABLES, Table

_INTRO = f"""\
# What an export holds

<!-- Written by `make docs` from the tables; a test compares. -->

[`postlude export`](../howto/export.md) writes a file a kind, `message.ndjson` or `message.parquet`, and `manifest.json`: the schema's
number ({SCHEMA}), the organisation, as of when, and of each file its rows, bytes, SHA-256 and columns. Columns are only added, at the end;
if one ever means something else, the number grows.

- **People and browsers are pseudonyms** (`k1:` and 64 hex digits, a keyed hash): the same person has the same one in each file, and
  in the [warehouse](../howto/warehouse.md). Who was joined to another is the other; who was forgotten is null.
- **Ids** are text. **Instants** are UTC with their zone. **Amounts** are in major units, as text in NDJSON.
- What is not known is null. In NDJSON each line also has its `kind`.

*Loads*: `postlude load` takes these lines again, [as facts](facts-file.md). The others are what Postlude itself decided, or
belongs to ledgers and sales that are not made from files.
"""


def render() -> str:
    """Return the page."""
    return _INTRO + "".join(_table(each) for each in TABLES.values())


def _table(table: Table) -> str:
    loads = "Loads." if table.loads else "Does not load."
    head = f"\n## `{table.kind}`\n\n{table.meaning[0].upper()}{table.meaning[1:]}. {loads}\n\n"
    rows = "".join(f"| `{each.name}` | {each.type} | {each.meaning} |\n" for each in table.columns)
    return f"{head}| column | type | meaning |\n|---|---|---|\n{rows}"


if __name__ == "__main__":
    sys.stdout.write(render())
