"""Commands about how long hits are kept."""

from typing import Annotated

import typer

from postlude.kernel import clock
from postlude.kernel.errors import BadInput
from postlude.kernel.jobs import Budget
from postlude.orgs import api as orgs
from postlude.reports import api as reports
from postlude.reports.api import Kept, Waits
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen

_SECONDS = 600.0
_WHY = {
    Waits.NEW: "it holds for less than a week; say otherwise if you mind",
    Waits.RESTORED: "the database was restored: decide first of what it would send",
    Waits.DUE: "it goes a week after it was first due",
    Waits.LOADING: "history was loaded within a week: its other files may be on their way",
    Waits.NEWS: "news of hits is waiting to be worked off; run it again in a moment",
    Waits.CLICKS: "clicks of then are not judged yet",
    Waits.ORDERS: "orders of then are about to be judged anew",
    Waits.REBUILD: "reports are being counted anew",
}


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(
        help="How long opens, clicks and page views are kept.", no_args_is_help=True
    )
    group.command("show")(show)
    group.command("set")(set_)
    group.command("run")(run)
    app.add_typer(group, name="retention")


def show(org: Org = None, json: Json = False) -> None:
    """Show how long hits are kept, what is final, and what is about to go."""
    _show(reports.kept(chosen(org), clock.now()), json=json)


def set_(
    months: Annotated[int | None, typer.Option(help="So many months, 3 to 120.")] = None,
    for_ever: Annotated[bool, typer.Option("--for-ever", help="Delete nothing.")] = False,
    org: Org = None,
    json: Json = False,
) -> None:
    """Say how long hits are kept; 13 months unless said otherwise. What is gone stays gone."""
    if (months is None) is not for_ever:
        raise BadInput("Say for how long.", hint="--months 24, or --for-ever.")
    ref = chosen(org)
    orgs.set_retention(ref.id, months, actor="cli", now=clock.now())
    _show(reports.kept(ref, clock.now()), json=json)


def run(
    seconds: Annotated[float, typer.Option(min=1, help="Stop after so long.")] = _SECONDS,
    org: Org = None,
    json: Json = False,
) -> None:
    """Let hits go that are due, as every hour; what was cut off goes on where it was."""
    ref = chosen(org)
    deleted = reports.retain_org(ref, Budget(seconds))
    found = reports.kept(ref, clock.now())
    if json:
        output.emit({"deleted": deleted, "retention": found})
        return
    output.out.print(f"{deleted} deleted")
    _show(found, json=False)


def _show(found: Kept, *, json: bool) -> None:
    if json:
        output.emit({"retention": found})
        return
    said = found.said
    rows = [
        ("kept for", "ever" if said.months is None else f"{said.months} months"),
        ("to be kept from", found.wanted or "the beginning"),
        ("taken in from", said.closed or "the beginning"),
        ("final before", said.horizon or "–"),
        ("touches of before", found.touches),
        ("page views and events of before", found.activities),
    ]
    output.table("Hits", ["", ""], rows)
    if found.waits is not None:
        output.out.print(f"[yellow]waits[/]: {_WHY[found.waits]}")
