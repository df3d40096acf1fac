"""Commands about how touches are measured: which of them count, and since when."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from postlude.kernel import clock
from postlude.orgs import api as orgs
from postlude.orgs.types import Counts, Identity, Measuring
from postlude.tracking import api as tracking
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen

_NAMES = ("counts", "identity", "trap", "needs_consent", "too_soon_ms", "every_link_s")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    measuring = typer.Typer(help="Which opens and clicks count.", no_args_is_help=True)
    measuring.command("show")(show_measuring)
    measuring.command("set")(set_measuring)
    measuring.command("passed-on")(passed_on)
    app.add_typer(measuring, name="measuring")


def show_measuring(org: Org = None, json: Json = False) -> None:
    """Show how opens and clicks are measured, and from which day on."""
    _show(orgs.measuring(chosen(org).id), json=json)


def set_measuring(  # noqa: PLR0913, PLR0917 - each is a setting
    since: Annotated[
        datetime,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day, such as 2026-04-01."),
    ],
    counts: Annotated[
        Counts | None,
        typer.Option(help="seed: human clicks and all opens; filtered: without signs; raw: all."),
    ] = None,
    identity: Annotated[
        Identity | None,
        typer.Option(help="Whose a click is that came from somebody else's browser."),
    ] = None,
    trap: Annotated[
        bool | None, typer.Option(help="Mails carry a link that no person sees.")
    ] = None,
    needs_consent: Annotated[
        bool | None, typer.Option(help="Who was never asked is only counted.")
    ] = None,
    too_soon_ms: Annotated[
        int | None, typer.Option(help="Sooner after the sending nobody reads.")
    ] = None,
    every_link_s: Annotated[
        int | None, typer.Option(help="All links within so many seconds nobody follows.")
    ] = None,
    org: Org = None,
    json: Json = False,
) -> None:
    """Let opens and clicks be measured otherwise from a day on; days before keep their rule."""
    given: dict[str, Any] = {
        "counts": counts,
        "identity": identity,
        "trap": trap,
        "needs_consent": needs_consent,
        "too_soon_ms": too_soon_ms,
        "every_link_s": every_link_s,
    }
    ref = chosen(org)
    changes = {name: value for name, value in given.items() if value is not None}
    orgs.set_measuring(ref.id, from_day=since.date(), actor="cli", now=clock.now(), **changes)
    _show(orgs.measuring(ref.id), json=json)


def passed_on(
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")],
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last; else today.")
    ] = None,
    org: Org = None,
    json: Json = False,
) -> None:
    """Count the clicks that came from a browser of somebody other than the message was for."""
    ref = chosen(org)
    last = until.date() if until else orgs.local_day(ref.id, clock.now())
    begin, end = orgs.day_bounds(ref.id, since.date())[0], orgs.day_bounds(ref.id, last)[1]
    found = tracking.passed_on(ref.id, begin, end - timedelta(microseconds=1))
    if json:
        output.emit({"passed_on": found})
        return
    output.out.print(f"{found} clicks came from somebody else's browser")


def _show(rules: tuple[Measuring, ...], *, json: bool) -> None:
    if json:
        output.emit({"measuring": [asdict(each) for each in rules]})
        return
    rows = [
        (
            "always" if each.from_day is None else each.from_day.isoformat(),
            *(str(getattr(each, name)) for name in _NAMES),
        )
        for each in rules
    ]
    output.table("How opens and clicks are measured", ("from", *_NAMES), rows)
