"""`postlude reports`: what reports are made of is counted again, or compared with the facts."""

from typing import Annotated

import typer

from postlude.reports import api as reports
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen

_SHOWN = 50


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(help="What reports are made of.", no_args_is_help=True)
    group.callback()(lambda: None)
    group.command("rebuild")(rebuild)
    app.add_typer(group, name="reports")


def rebuild(
    check: Annotated[
        bool, typer.Option("--check", help="Only compare with the facts; change nothing.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="From the beginning, also if one was cut off.")
    ] = False,
    org: Org = None,
    json: Json = False,
) -> None:
    """Count everything again that reports are made of; cut off, it goes on where it was."""
    ref = chosen(org)
    if check:
        _compare(ref.id, json=json)
        return
    with output.progress("counting", shown=not json) as advance:
        parts = reports.rebuild(ref.id, again=again, tell=advance, hands=reports.HANDS)
        done = sum(1 for _ in parts)
    if json:
        output.emit({"parts": done})
        return
    output.out.print(f"[green]✓[/] {done} parts counted again")


def _compare(org: int, *, json: bool) -> None:
    with output.progress("comparing", shown=not json) as advance:
        found = list(reports.differences(org, tell=advance))
    if json:
        output.emit(
            {
                "differences": [
                    {
                        "node": each.node,
                        "day": each.day.isoformat(),
                        "what": each.what,
                        "rollup": each.rollup,
                        "facts": each.facts,
                    }
                    for each in found
                ]
            }
        )
    elif found:
        rows = [
            (each.node or "–", each.day.isoformat(), each.what, each.rollup, each.facts)
            for each in found[:_SHOWN]
        ]
        output.table("Not as the facts say", ["node", "day", "what", "rollup", "facts"], rows)
        output.out.print(f"{len(found)} differences; `postlude reports rebuild` mends them")
    else:
        output.out.print("[green]✓[/] everything is as the facts say")
    if found:
        raise typer.Exit(output.FINDINGS)
