"""Writing files that are whole or not there: written beside, kept, then given their name."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from postlude.warehouse.exporting.tables import Column

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": "256MB",
    "threads": 1,
}
_CHUNK = 1 << 20
_spell = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a path to write to; what is there at the end of the block gets its name, or nothing."""
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_lines(out: IO[str], rows: Sequence[dict[str, Any]]) -> None:
    """Write rows as NDJSON."""
    out.writelines(f"{_spell(row)}\n" for row in rows)


def to_parquet(lines: Path, parquet: Path, columns: Sequence[Column]) -> None:
    """Turn a file of NDJSON into Parquet, with the types of the columns."""
    types = ", ".join(f"'{each.name}': '{each.type}'" for each in columns)
    names = ", ".join(f'"{each.name}"' for each in columns)
    import duckdb  # noqa: PLC0415 - every command would wait for it, few write Parquet

    with duckdb.connect(config={**_CONFIG, "temp_directory": str(parquet.parent)}) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute(
            f"COPY (SELECT {names} FROM read_json(?, format = 'newline_delimited', "  # noqa: S608 - our own words
            f"columns = {{{types}}})) TO '{_quoted(parquet)}' (FORMAT parquet, COMPRESSION zstd)",
            [str(lines)],
        )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            found.update(piece)
    return found.hexdigest()
