"""Commands that bring facts in and out: sync, import, warehouse."""

from pathlib import Path
from typing import Annotated

import typer

from postlude.kernel import clock, jobs
from postlude.sources import api as sources
from postlude.warehouse import api as warehouse
from postlude.wiring import pipeline
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen

_LOAD_SECONDS = 240


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    sync = typer.Typer(help="Fetch from a source now.", no_args_is_help=True)
    sync.callback()(lambda: None)
    sync.command("kktix")(sync_kktix)
    app.add_typer(sync, name="sync")
    importing = typer.Typer(help="Bring files in.", no_args_is_help=True)
    importing.callback()(lambda: None)
    importing.command("kktix-csv")(import_kktix_csv)
    importing.command("guests")(import_guests)
    app.add_typer(importing, name="import")
    store = typer.Typer(help="The warehouse.", no_args_is_help=True)
    store.command("status")(warehouse_status)
    store.command("load")(warehouse_load)
    store.command("replay")(warehouse_replay)
    app.add_typer(store, name="warehouse")


def sync_kktix(
    org: Org = None,
    once: Annotated[
        bool,
        typer.Option("--once", help="Poll, do everything that follows, and exit (for cron)."),
    ] = False,
    json: Json = False,
) -> int:
    """Poll KKTIX; with --once the whole pipeline runs until it is idle."""
    return pipeline.sync(chosen(org), once=once, emit=output.emit if json else None)


def import_kktix_csv(  # noqa: PLR0913, PLR0917 - the options of a command
    attendees: Annotated[Path, typer.Argument(help="The attendee export.")],
    orders: Annotated[Path | None, typer.Argument(help="The order export.")] = None,
    event: Annotated[str, typer.Option(help="Slug of the KKTIX event.")] = "",
    kind: Annotated[
        str, typer.Option(help="individual, corporate, reserved; empty: by the event's name.")
    ] = "",
    name: Annotated[str, typer.Option(help="Name of the event, when it is new.")] = "",
    org: Org = None,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Import the good rows of a bad file.")
    ] = False,
    json: Json = False,
) -> int:
    """Import KKTIX exports (Chinese or English headers); safe to repeat."""
    if not event:
        raise typer.BadParameter("--event SLUG is needed: which event are these tickets for?")
    with output.progress("importing", shown=not json) as advance:
        report = sources.import_csv(
            chosen(org).id,
            attendees=attendees,
            orders=orders,
            event_slug=event,
            event_name=name or None,
            kind=kind or None,
            skip_bad_rows=skip_bad_rows,
            now=clock.now(),
            progress=advance,
        )
    if json:
        output.emit(report)
    else:
        output.import_report(report)
    return output.FINDINGS if report.warnings or report.errors else output.OK


def import_guests(  # noqa: PLR0913, PLR0917 - the options of a command
    file: Annotated[Path, typer.Argument(help="A CSV: email, and name, phone, role, locale.")],
    conference: Annotated[str, typer.Option(help="Slug of the conference in the playbook.")],
    kind: Annotated[str, typer.Option(help="What they are: speaker, sponsor, staff, …")],
    org: Org = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen; write nothing.")
    ] = False,
    revoke_missing: Annotated[
        bool,
        typer.Option("--revoke-missing", help="End the access of those who are not in the file."),
    ] = False,
    json: Json = False,
) -> int:
    """Invite guests without a ticket (speakers, sponsors, staff) from a file; safe to repeat."""
    report = sources.import_guests(
        chosen(org).id,
        file=file,
        conference=conference,
        kind=kind,
        now=clock.now(),
        dry_run=dry_run,
        revoke_missing=revoke_missing,
    )
    output.emit(report) if json else output.guest_report(report)
    return output.FINDINGS if report.warnings or report.errors else output.OK


def warehouse_status(org: Org = None, json: Json = False) -> None:
    """Show the tables, the last batch, what waits and what was dropped."""
    status = warehouse.status(chosen(org).id, now=clock.now())
    if json:
        output.emit(status)
    else:
        output.warehouse_status(status)


def warehouse_load(org: Org = None, json: Json = False) -> None:
    """Load what waits, now."""
    with output.progress("loading", shown=not json):
        did = warehouse.load_now(jobs.Budget(_LOAD_SECONDS))
    status = warehouse.status(chosen(org).id, now=clock.now())
    output.emit({"loaded": did, "status": status}) if json else output.warehouse_status(status)


def warehouse_replay(org: Org = None, json: Json = False) -> None:
    """Rebuild the tables from the facts; the same facts give the same rows."""
    with output.progress("replaying", shown=not json) as advance:
        report = warehouse.replay(chosen(org).id, progress=advance, now=clock.now())
    output.emit(report) if json else output.out.print(report)
