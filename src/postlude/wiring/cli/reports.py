"""Commands that count: what became of tickets, notices, promotions, and of what channels sent."""

from pathlib import Path
from typing import Annotated

import typer

from postlude.reports import api as reports
from postlude.reports.types.funnel import STEPS, Funnel, Line, Step, Tally
from postlude.wiring.cli import output
from postlude.wiring.cli.channel_report import channel, cost
from postlude.wiring.cli.choosing import Json, Org, chosen
from postlude.wiring.cli.files import write
from postlude.wiring.cli.notices import notices
from postlude.wiring.cli.popups import popup
from postlude.wiring.cli.promotions import promotions


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    report = typer.Typer(help="Count what happened.", no_args_is_help=True)
    report.callback()(lambda: None)
    report.command("channel")(channel)
    report.command("cost")(cost)
    report.command("funnel")(funnel)
    report.command("notices")(notices)
    report.command("promotions")(promotions)
    # What notices brought back goes by either name.
    report.command("reactions")(notices)
    report.command("popup")(popup)
    app.add_typer(report, name="report")


def funnel(  # noqa: PLR0913, PLR0917 - the options of a command
    event: Annotated[
        str, typer.Option(help="Slug of an event, or of a conference; empty: all of them.")
    ] = "",
    ticket_type: Annotated[
        str, typer.Option("--type", help="Name of a ticket type; empty: all of them.")
    ] = "",
    since: Annotated[str, typer.Option(help="First day of purchase, as 2023-09-01.")] = "",
    until: Annotated[str, typer.Option(help="Last day of purchase; it belongs.")] = "",
    csv: Annotated[
        Path | None, typer.Option(help="Write event × ticket type × day into this file.")
    ] = None,
    org: Org = None,
    json: Json = False,
) -> None:
    """Show how many tickets came how far: registered, paid, granted … access link used."""
    ref = chosen(org)
    scope = reports.scope(ref.id, event=event, ticket_type=ticket_type, since=since, until=until)
    found = reports.funnel(ref.id, scope)
    if csv is not None:
        write(csv, reports.as_csv(found))
    if json:
        output.emit(reports.as_json(found))
        return
    _print(found)
    if csv is not None:
        output.out.print(f"[green]✓[/] {len(found.cells)} lines and the total in {csv}")


def _print(found: Funnel) -> None:
    total = found.total
    output.table(
        f"{found.scope.event or 'all events'}: {total.counts[0]} tickets",
        ["step", "tickets", "of previous", "of first", "median wait"],
        [_step(total, each) for each in STEPS],
    )
    aside = zip(("unpaid", "cancelled", "refunded"), total.asides, strict=True)
    output.out.print("not counted from `paid` on: " + ", ".join(f"{n} {name}" for name, n in aside))
    if len(found.types) > 1:
        columns = ["event", "ticket type", *[each.value for each in STEPS], "refunded"]
        output.table("By event and ticket type", columns, [_line(each) for each in found.types])


def _step(total: Tally, step: Step) -> tuple[str, ...]:
    wait = total.median(step)
    return (
        step.value,
        str(total.count(step)),
        _percent(total.of_previous(step)),
        _percent(total.of_first(step)),
        "–" if wait is None else f"{wait:,.1f} s",
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"


def _line(line: Line) -> tuple[str, ...]:
    event = line.event.slug if line.event else ""
    return (event, line.ticket_type, *map(str, line.tally.counts), str(line.tally.asides[-1]))
