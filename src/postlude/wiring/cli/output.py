"""What the command line prints: for people with rich, for scripts one JSON object."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any, Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from postlude.kernel.errors import AppError
from postlude.warehouse.types import WarehouseStatus
from postlude.wiring.cli import narrow

OK = 0
UNEXPECTED = 1
USAGE = 2
BAD_INPUT = 3
UNREACHABLE = 4
FINDINGS = 5
BAD_CONFIGURATION = 6
INTERRUPTED = 130
CONFIGURATION = frozenset({"missing_setting", "bad_secret_keys"})  # codes of errors

out = Console()
err = Console(stderr=True)


def plain(value: Any) -> Any:
    """Return `value` as something JSON can hold."""
    if is_dataclass(value) and not isinstance(value, type):
        return {key: plain(each) for key, each in asdict(value).items()}
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str | int | float | bool | type(None)):
        return value
    return str(value)


def emit(value: Any) -> None:
    """Print one JSON object on standard output."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False) + "\n")
    sys.stdout.flush()


def fail(error: Exception, *, as_json: bool) -> None:
    """Print an error: what, and what to do."""
    if as_json:
        body = (
            error.as_json()
            if isinstance(error, AppError)
            else {"error": {"code": "error", "message": str(error), "hint": "", "fields": {}}}
        )
        emit(body)
        return
    text = error.text() if isinstance(error, AppError) else str(error)
    err.print(f"[bold red]✗[/] {escape(text)}", highlight=False, soft_wrap=True)
    if isinstance(error, AppError) and error.hint:
        err.print(f"  [dim]→[/] {escape(error.hint)}", highlight=False, soft_wrap=True)


class Marked(str):
    """Words with rich's marks in them, which we wrote ourselves: all others are as they stand."""

    __slots__ = ()


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table on standard output, one thing below another where it is too wide.

    What stands in a cell may be anybody's: `[bold]` is six letters there, unless it is Marked.
    """
    cells = [[_shown(cell) for cell in row] for row in rows]
    out.print(narrow.table(_shown(title), columns, cells, out.width), highlight=False)


def _shown(cell: Any) -> str:
    if cell is None:
        return "–"
    return cell if isinstance(cell, Marked) else escape(str(cell))


class Advance(Protocol):
    """Tell how far the work is."""

    def __call__(self, done: int, total: int) -> None: ...


@contextmanager
def progress(what: str, *, shown: bool = True) -> Iterator[Advance]:
    """Show a progress bar on standard error while the block runs."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not shown) as bar:
        task = bar.add_task(what, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield advance


def exit_code_of(error: AppError) -> int:
    """Return the exit code that an error ends a command with."""
    if error.http_status in {502, 503, 504}:
        return UNREACHABLE
    if error.code in CONFIGURATION:
        return BAD_CONFIGURATION
    return BAD_INPUT if error.http_status < 500 else UNEXPECTED  # noqa: PLR2004 - HTTP


def sync_report(report: Any) -> None:
    """Print what `sync` did."""
    table(
        f"{report.org}: {report.did} steps done, {report.left} left, {report.seconds:.1f} s",
        ["source", "ok", "events", "listed", "fetched", "changes", "error"],
        [
            (
                each.source,
                "yes" if each.ok else "no",
                each.events,
                each.listed,
                each.fetched,
                ", ".join(f"{count} {what}" for what, count in each.changes.items()) or "–",
                each.error or "–",
            )
            for each in report.polls
        ],
    )


def import_report(report: Any) -> None:
    """Print what an import did; errors and warnings by row, with what to do."""
    if report.errors:
        table("Errors", ["file", "row", "column", "what", "value", "do"], map(_note, report.errors))
    if report.warnings:
        shown = report.warnings[:_NOTES]
        table("Warnings", ["file", "row", "column", "what", "value", "do"], map(_note, shown))
        if len(report.warnings) > _NOTES:
            out.print(f"… and {len(report.warnings) - _NOTES} more; --json lists them all")
    if not report.imported:
        out.print("[bold red]Nothing was imported.[/] Mend the rows, or use --skip-bad-rows.")
        return
    changes = ", ".join(f"{count} {what}" for what, count in report.changes.items())
    out.print(
        f"[green]✓[/] {report.event}: {report.orders} orders, {report.tickets} tickets ({changes})"
    )


def guest_report(report: Any) -> None:
    """Print what an import of guests did, or would do."""
    for title, notes in (("Errors", report.errors), ("Warnings", report.warnings)):
        if notes:
            table(title, ["file", "row", "column", "what", "value", "do"], map(_note, notes))
    if report.errors:
        out.print("[bold red]Nothing was imported.[/] Mend the rows and try again.")
        return
    done = "would be" if report.dry_run else "are"
    out.print(
        f"[green]✓[/] {report.conference}, {report.kind}: {report.rows} guests; {report.new} "
        f"{done} new, {report.changed} changed, {report.known} known before"
    )
    if report.revoked:
        out.print(f"{report.revoked} were not in the file: their access ends")
    elif report.missing:
        out.print(
            f"{report.missing} are not in the file and keep access (--revoke-missing ends it)"
        )


_NOTES = 20


def _note(note: Any) -> tuple[Any, ...]:
    return note.file, note.row, note.column, note.words, note.masked, note.hint


def warehouse_status(status: WarehouseStatus) -> None:
    """Print how far the warehouse is, what it keeps out, and what to do about it."""
    where = f"{status.back_end} · {status.target} · schema {status.schema_version} · {status.mode}"
    rows = [
        (status.names[name], count, status.refunded[name]) for name, count in status.rows.items()
    ]
    table(where, ["table", "rows", "refunded"], rows)
    loaded = f"{status.last_loaded_at:%Y-%m-%d %H:%M:%S %Z}" if status.last_loaded_at else "never"
    out.print(f"last batch  {(status.last_batch or '–')[:12]}, {loaded}", highlight=False)
    out.print(f"waiting     {status.pending} tickets, {status.lag_seconds:.0f} s behind")
    if status.erasures_waiting:
        out.print(f"to forget   {status.erasures_waiting} people")
    if status.replay_wanted:
        out.print("[yellow]The rules have changed:[/] the next load writes every row anew.")
    if status.dead:
        out.print(f"[bold red]✗[/] {status.dead} rows were given up: `postlude doctor` names them.")
    if status.problem is not None:
        out.print(f"[bold red]✗[/] {status.problem.words}", highlight=False)
        out.print(f"  [dim]→[/] {status.problem.hint}", highlight=False)
    if status.dropped_labels:
        labels = [
            (each.label, "if you list it" if each.allowable else "never")
            for each in status.dropped_labels
        ]
        table("Answers that stay out", ["label of the form", "may leave"], labels)
        out.print("  [dim]→[/] List a label in the playbook's `warehouse` part, and apply it.")
