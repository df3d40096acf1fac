"""`postlude report popup`: what the popups of some days brought."""

from pathlib import Path
from typing import Annotated

import typer

from postlude.kernel.money import Money
from postlude.reports import api as reports
from postlude.reports.types.popups import PopupNumber, Popups, PopupTally, Side
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen
from postlude.wiring.cli.files import write

_COLUMNS = ("popup", "who", "shown", "held out", "clicked", "rate", "converted", "rate", "revenue")


def popup(  # noqa: PLR0913, PLR0917 - the options of a command
    name: Annotated[str, typer.Option("--popup", help="Name of a popup; empty: all of them.")] = "",
    since: Annotated[str, typer.Option(help="First day of the shows, as 2026-11-01.")] = "",
    until: Annotated[str, typer.Option(help="Last day of the shows; it belongs.")] = "",
    csv: Annotated[Path | None, typer.Option(help="Write a line per popup into this file.")] = None,
    org: Org = None,
    json: Json = False,
) -> None:
    """Show what popups brought: shown, held out, clicked, converted, of members and of strangers.

    Who is a member is said as of now; converted are closed orders credited to a click.
    """
    ref = chosen(org)
    which = reports.popups_asked(ref.id, since=since, until=until, popup=name)
    found = reports.popups(ref.id, which)
    if csv is not None:
        write(csv, reports.popups_as_csv(found))
    if json:
        output.emit(reports.popups_as_json(found))
        return
    _print(found)
    if csv is not None:
        output.out.print(f"[green]✓[/] {len(found.lines)} popups in {csv}")


def _print(found: Popups) -> None:
    rows = [
        (line.popup, *_line(line.tally, side, found.currency))
        for line in found.lines
        for side in (*Side, None)
    ]
    rows += [("total", *_line(found.total, side, found.currency)) for side in (*Side, None)]
    output.table("Popups", list(_COLUMNS), rows)
    output.out.print(f"as of {found.now:%Y-%m-%d %H:%M} UTC; days are those of {found.zone}")


def _line(tally: PopupTally, side: Side | None, currency: str) -> tuple[str, ...]:
    return (
        side.value if side else "all",
        str(tally.count(PopupNumber.SHOWN, side)),
        str(tally.count(PopupNumber.HELD_OUT, side)),
        str(tally.count(PopupNumber.CLICKED, side)),
        _percent(tally.click_rate(side)),
        str(tally.count(PopupNumber.CONVERTED, side)),
        _percent(tally.conversion_rate(side)),
        str(Money(tally.paid(side), currency)),
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.2f} %"
