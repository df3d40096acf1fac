"""Commands about hits that the collector kept and could not take in."""

import json as json_module
from typing import Annotated

import typer

from postlude.collector import api as collector
from postlude.kernel import clock
from postlude.kernel.errors import BadInput
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json
from postlude.wiring.cli.operate import CLI

Hits = Annotated[list[int] | None, typer.Argument(help="Their ids, as `hits list` shows them.")]
All = Annotated[bool, typer.Option("--all", help="Every hit that lies.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(help="Hits that could not be taken in.", no_args_is_help=True)
    group.command("list")(list_hits)
    group.command("show")(show)
    group.command("again")(again)
    group.command("drop")(drop)
    group.command("log")(log)
    app.add_typer(group, name="hits")


def list_hits(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    after: Annotated[int, typer.Option(help="Go on behind this id.")] = 0,
    json: Json = False,
) -> None:
    """List what could not be taken in, the oldest first, with the code of what went wrong."""
    found, total = collector.lying(limit=limit, after=after), collector.left_lying()
    if json:
        output.emit({"total": total, "hits": found})
        return
    rows = [
        (each.id, each.kind, f"{each.since:%Y-%m-%d %H:%M:%S}", each.error, each.size)
        for each in found
    ]
    output.table(f"{total} hits lie", ["hit", "kind", "since (UTC)", "error", "letters"], rows)


def show(
    hit: Annotated[int, typer.Argument(help="Its id, as `hits list` shows it.")],
    json: Json = False,
) -> None:
    """Show what was read of one, without e-mails, numbers and tokens."""
    found = collector.content(hit)
    if json:
        output.emit(found)
        return
    words = json_module.dumps(found, ensure_ascii=False, indent=2)
    output.out.print(words, markup=False, highlight=False, soft_wrap=True)


def again(
    hits: Hits = None,
    every: All = False,
    reason: Annotated[str, typer.Option(help="Why, for the log.")] = "",
    json: Json = False,
) -> None:
    """Let the workers try them again; what fails five times lies again."""
    wanted = _wanted(hits, every=every)
    done = collector.again(wanted, actor=CLI.id, reason=reason, now=clock.now())
    if json:
        output.emit({"again": done})
    else:
        output.out.print(f"{done} will be tried again")


def drop(
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    hits: Hits = None,
    every: All = False,
    json: Json = False,
) -> None:
    """Forget them for good; who did so, when and why is kept. They are counted nowhere."""
    wanted = _wanted(hits, every=every)
    done = collector.drop(wanted, actor=CLI.id, reason=reason, now=clock.now())
    if json:
        output.emit({"dropped": done})
    else:
        output.out.print(f"{done} dropped")


def log(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    json: Json = False,
) -> None:
    """Show what was decided of which hit, by whom and why, the newest first."""
    found = collector.decided(limit=limit)
    if json:
        output.emit({"decided": found})
        return
    rows = [
        (f"{each.at:%Y-%m-%d %H:%M:%S}", each.hit, each.decision, each.reason, each.actor)
        for each in found
    ]
    output.table("Decided", ["at (UTC)", "hit", "what", "why", "who"], rows)


def _wanted(hits: list[int] | None, *, every: bool) -> list[int] | None:
    if bool(hits) == every:
        raise BadInput("Which hits?", hint="Name their ids, or say --all.")
    return None if every else hits
