"""Commands that bring facts in and out as files: load, export."""

from collections import Counter
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from postlude.kernel import clock
from postlude.kernel.errors import BadInput
from postlude.sources import api as sources
from postlude.sources.api import LoadReport
from postlude.warehouse import api as warehouse
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen

_STDIN = "-"
_MOST = 1_000
_DAY = ["%Y-%m-%d"]


class Format(StrEnum):
    """What files are written as."""

    NDJSON = "ndjson"
    PARQUET = "parquet"


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("load")(load)
    app.command("export")(export)


def load(  # noqa: PLR0913, PLR0917 - the options of a command
    files: Annotated[
        list[str],
        typer.Argument(help="Files of facts, .ndjson or .ndjson.gz; - is standard input."),
    ],
    org: Org = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen; write nothing.")
    ] = False,
    limit_errors: Annotated[
        int, typer.Option(help="Stop when more lines than this are wrong; 0: never.")
    ] = _MOST,
    rejects: Annotated[
        Path | None,
        typer.Option(help="Where lines go that are not in; FILE.rejects.ndjson if left out."),
    ] = None,
    json: Json = False,
) -> int:
    """Load the history of another system; nothing is sent because of it. Safe to repeat."""
    if rejects is not None and len(files) > 1:
        raise BadInput("--rejects is one file, and {count} are loaded.", count=len(files))
    home = chosen(org)
    reports = []
    for name in files:
        path = None if name == _STDIN else Path(name)
        try:
            with output.progress(f"loading {name}", shown=not json) as advance:
                report = sources.load_facts(
                    home.id,
                    path,
                    now=clock.now(),
                    progress=advance,
                    dry_run=dry_run,
                    most_mistakes=limit_errors,
                    rejects_to=rejects or _beside(name),
                )
        except (OSError, EOFError) as error:
            raise BadInput(
                "{name} cannot be read: {words}",
                name=name,
                words=str(error),
                hint="Is the path right, and the file whole? Nothing of it was loaded.",
            ) from error
        reports.append(report)
        if not json:
            _show(report)
        if report.stopped:
            break
    if json:
        output.emit({"files": reports})
    if any(each.stopped for each in reports):
        return output.BAD_INPUT
    return output.FINDINGS if any(each.rejected or each.warned for each in reports) else output.OK


def _beside(name: str) -> Path:
    if name == _STDIN:
        return Path("stdin.rejects.ndjson")
    path = Path(name)
    bare = path.name.removesuffix(".gz").removesuffix(".ndjson")
    return path.with_name(f"{bare}.rejects.ndjson")


def _show(report: LoadReport) -> None:
    if report.first:
        output.table("Lines", ["line", "field", "what", "do"], map(_line, report.first))
    if report.repeated:
        output.out.print(f"[green]✓[/] {escape(report.file)} is in already; nothing was done")
        return
    kinds = [
        (kind, report.new.get(kind, 0), report.known.get(kind, 0))
        for kind in sorted({*report.new, *report.known})
    ]
    words = "would be new" if report.dry_run else "new"
    output.table(f"{report.file}: {report.lines} lines", ["kind", words, "known"], kinds)
    wrong = Counter(report.rejected)
    if wrong:
        codes = ", ".join(f"{count} {code}" for code, count in wrong.most_common())
        output.out.print(f"[bold red]✗[/] {wrong.total()} lines are not in: {codes}")
    if report.warned:
        codes = ", ".join(f"{count} {code}" for code, count in report.warned.items())
        output.out.print(f"[yellow]![/] in, without a field: {codes}")
    if report.rejects:
        output.out.print(f"  [dim]→[/] {escape(report.rejects)} has these lines, and why")
    if report.stopped:
        output.out.print(
            "[bold red]Stopped.[/] Mend the lines, or allow more with --limit-errors; "
            "the same file goes on where it stopped."
        )


def _line(mistake: Any) -> tuple[Any, ...]:
    what = f"{mistake.code}: {mistake.message}"
    return mistake.line, mistake.field or "–", what, mistake.hint


def export(  # noqa: PLR0913, PLR0917 - the options of a command
    out: Annotated[Path, typer.Option(help="The folder that the files go to.")],
    form: Annotated[Format, typer.Option("--format", help="ndjson or parquet.")] = Format.NDJSON,
    since: Annotated[datetime | None, typer.Option(help="The first day.", formats=_DAY)] = None,
    until: Annotated[datetime | None, typer.Option(help="The last day.", formats=_DAY)] = None,
    kinds: Annotated[
        str, typer.Option(help="Kinds of facts, such as message,touch,order; all if left out.")
    ] = "",
    org: Org = None,
    json: Json = False,
) -> int:
    """Write all facts as files, people as pseudonyms, with a manifest."""
    home = chosen(org)
    with output.progress("exporting", shown=not json) as advance:
        report = warehouse.export(
            home.id,
            out,
            now=clock.now(),
            format="parquet" if form is Format.PARQUET else "ndjson",
            kinds=[each.strip() for each in kinds.split(",") if each.strip()],
            since=_day(since),
            until=_day(until),
            progress=advance,
        )
    if json:
        output.emit(report)
        return output.OK
    rows = [(each.name, each.rows, each.bytes, each.sha256[:12]) for each in report.files]
    title = f"{out}: schema {report.schema}"
    output.table(title, ["file", "rows", "bytes", "sha256"], rows)
    return output.OK


def _day(given: datetime | None) -> date | None:
    return None if given is None else given.date()
