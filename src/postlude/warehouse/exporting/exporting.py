"""Exporting all facts of an organisation into a folder: a file a kind, then what they are."""

import json
from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from postlude import __version__
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.warehouse.errors import BadExport
from postlude.warehouse.exporting import files, pages
from postlude.warehouse.exporting.tables import SCHEMA, TABLES, Table
from postlude.warehouse.types import ExportedFile, ExportReport

MANIFEST = "manifest.json"
Format = Literal["ndjson", "parquet"]
Progress = Callable[[int, int], None]


def export(  # noqa: PLR0913 - what, where, and how
    org: int,
    folder: Path,
    *,
    now: datetime,
    format: Format = "ndjson",  # noqa: A002 - the word people know
    kinds: Collection[str] = (),
    since: date | None = None,
    until: date | None = None,
    progress: Progress = lambda _done, _total: None,
) -> ExportReport:
    """Write the facts of an organisation into a folder; people and browsers are pseudonyms.

    `since` and `until` are local days, both included; `kinds`: only these, empty: all. Each file
    is whole or not there; the manifest is taken away first and written last, so where it lies, it
    is true. Facts that are told meanwhile may be in or not. Raises BadExport and OSError.
    """
    unknown = sorted(set(kinds) - TABLES.keys())
    if unknown:
        raise BadExport(words=f"{', '.join(unknown)} is no kind of facts")
    if since and until and until < since:
        raise BadExport(words="it ends before it begins")
    home = orgs.get(org)
    begin = orgs.day_bounds(org, since)[0] if since else None
    end = orgs.day_bounds(org, until + timedelta(days=1))[0] if until else None
    wanted = [table for kind, table in TABLES.items() if not kinds or kind in kinds]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    totals = [pages.count(home, table, begin, end) for table in wanted]
    done, written = 0, []
    for table in wanted:
        written.append(_write(home, folder, table, format, begin, end, done, sum(totals), progress))
        done += written[-1].rows
    report = ExportReport(SCHEMA, home.slug, now, format, since, until, tuple(written))
    _write_manifest(folder, report)
    return report


def _write(  # noqa: PLR0913, PLR0917 - see `export`
    org: OrgRef,
    folder: Path,
    table: Table,
    format: Format,  # noqa: A002 - the word people know
    begin: datetime | None,
    end: datetime | None,
    before: int,
    total: int,
    progress: Progress,
) -> ExportedFile:
    path = folder / f"{table.kind}.{format}"
    rows = 0
    with files.whole(path) as part:
        lines = part if format == "ndjson" else part.with_suffix(".lines")
        try:
            with lines.open("w", encoding="utf-8") as out:
                for page in pages.pages(org, table, begin, end):
                    files.write_lines(out, page)
                    rows += len(page)
                    progress(before + rows, max(total, before + rows))
            if format == "parquet":
                files.to_parquet(lines, part, table.columns)
        finally:
            if format == "parquet":
                lines.unlink(missing_ok=True)
    return ExportedFile(path.name, table.kind, rows, path.stat().st_size, files.digest(path))


def _write_manifest(folder: Path, report: ExportReport) -> None:
    told: dict[str, Any] = {
        **asdict(report),
        "postlude": __version__,
        "columns": {
            each.kind: {column.name: column.type for column in TABLES[each.kind].columns}
            for each in report.files
        },
    }
    with files.whole(folder / MANIFEST) as part:
        part.write_text(
            json.dumps(told, ensure_ascii=False, indent=2, default=lambda each: each.isoformat())
            + "\n",
            encoding="utf-8",
        )
