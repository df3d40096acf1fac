"""Commands about the checks of the night: do stored figures say what the facts say?"""

from collections.abc import Callable
from typing import Annotated, Protocol

import typer

from postlude.attribution import api as attribution
from postlude.kernel import nightly
from postlude.orgs.types import OrgRef
from postlude.reports import api as reports
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen


class Check(Protocol):
    """Go on with a check; return how much was looked at."""

    def __call__(
        self, org: OrgRef, *, until: Callable[[], bool], whatever: bool = False
    ) -> int: ...


CHECKS: dict[str, tuple[Check, str]] = {
    "attribution": (attribution.check_orders, "postlude attribution recompute"),
    "reports": (reports.check_rollups, "postlude reports rebuild"),
}
"""Each check, and what mends what it finds."""


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(
        help="Do stored figures say what the facts say? Asked every night.", no_args_is_help=True
    )
    group.command("list")(list_checks)
    group.command("run")(run)
    app.add_typer(group, name="checks")


def list_checks(
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 14,
    org: Org = None,
    json: Json = False,
) -> None:
    """Show the checks of the last nights, what they found, and what mends it."""
    found = nightly.checks(chosen(org).id, limit=limit)
    if json:
        output.emit(
            {"checks": [{**output.plain(each), "mend": CHECKS[each.name][1]} for each in found]}
        )
        return
    rows = [
        (
            each.night,
            each.name,
            each.looked,
            each.differing,
            "ended" if each.ended_at else "under way",
        )
        for each in found
    ]
    output.table("Checks", ["night", "check", "looked at", "differ", ""], rows)
    for each in found:
        if each.differing and each in nightly.known(chosen(org).id):
            for example in each.examples:
                output.out.print(f"  {each.name}: {example}", markup=False, highlight=False)
            output.out.print(f"  → {CHECKS[each.name][1]}, then: postlude checks run")


def run(org: Org = None, json: Json = False) -> None:
    """Check everything now; what was begun goes on. Exit code 5 if anything differs."""
    ref = chosen(org)
    for check, _ in CHECKS.values():
        check(ref, until=lambda: False, whatever=True)
    found = nightly.known(ref.id)
    unfinished = [
        each.name for each in nightly.checks(ref.id, limit=len(CHECKS)) if not each.ended_at
    ]
    if json:
        output.emit({"checks": found, "unfinished": unfinished})
    else:
        for each in found:
            mark = "[bold red]✗[/]" if each.differing else "[green]✓[/]"
            output.out.print(
                f"{mark} {each.name}: {each.looked} looked at, {each.differing} differ"
            )
        if unfinished:
            words = "news is waiting to be worked off; run it again in a moment"
            output.out.print(f"[yellow]![/] {', '.join(unfinished)}: {words}")
    if unfinished or any(each.differing for each in found):
        raise typer.Exit(output.FINDINGS)
