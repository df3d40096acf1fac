"""`postlude report notices`: what each notice brought back."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from postlude.kernel.money import Money
from postlude.reports import api as reports
from postlude.reports.types.notices import Comparison, Count, Lift, Line, Notices, Tally, Unit
from postlude.wiring.cli import output
from postlude.wiring.cli.data import Json, Org, chosen
from postlude.wiring.cli.files import write

_COUNTS = (
    Count.SENT,
    Count.UNKNOWN,
    Count.BLOCKED,
    Count.FAILED,
    Count.HELD_OUT,
    Count.REACTED,
    Count.NO_REACTION,
    Count.WAITING,
)
_COLUMNS = [
    "kind",
    "action",
    "version",
    "week",
    *[each.value.replace("_", " ") for each in _COUNTS],
    "rate",
    "days",
]


def notices(  # noqa: PLR0913, PLR0917 - the options of a command
    kind: Annotated[str, typer.Option(help="One kind of notice; empty: all of them.")] = "",
    since: Annotated[str, typer.Option(help="First day of writing, as 2026-11-01.")] = "",
    until: Annotated[str, typer.Option(help="Last day of writing; it belongs.")] = "",
    csv: Annotated[
        Path | None, typer.Option(help="Write a line per kind, action, version and week into it.")
    ] = None,
    org: Org = None,
    json: Json = False,
) -> None:
    """Show who reacted to which notice: by action, version and week, and which action is better."""
    ref = chosen(org)
    which = reports.notices_asked(ref.id, since=since, until=until, kind=kind)
    found = reports.notices(ref.id, which)
    if csv is not None:
        write(csv, reports.notices_as_csv(found))
    if json:
        output.emit(reports.notices_as_json(found))
        return
    _print(found)
    if csv is not None:
        output.out.print(f"[green]✓[/] {len(found.weeks)} lines and the total in {csv}")


def _print(found: Notices) -> None:
    every = [*found.weeks, *found.actions]
    output.table("Notices", _COLUMNS, [_counts(each) for each in every])
    money = [row for each in found.actions for row in _money(each, found)]
    if money:
        columns = ["kind", "action", "version", "revenue", "given", "spent", "burnt", "cost"]
        output.table("Money and points", columns, money)
    if found.comparisons:
        columns = ["kind", "version", "actions", "difference", "from", "to", "winner"]
        output.table("Actions compared", columns, _compared(found.comparisons))
    if found.lifts:
        columns = ["kind", "version", "written to", "held out", "lift", "from", "to", "sure"]
        output.table("Against the hold-out", columns, _lifts(found.lifts))
    total = found.total
    output.out.print(
        f"{total.count(Count.ENTERED)} entered: "
        + ", ".join(f"{total.count(each)} {each.value}" for each in _COUNTS)
        + f"; {found.under_way} more under way"
    )


def _counts(line: Line) -> tuple[str, ...]:
    group, tally = line.group, line.tally
    week = group.week.isoformat() if group.week else "all"
    days = "–" if tally.median_days is None else f"{tally.median_days:.1f}"
    figures = [str(tally.count(each)) for each in _COUNTS]
    return (group.kind, group.action or "–", str(group.version), week, *figures, _rate(tally), days)


def _rate(tally: Tally) -> str:
    rate = tally.share.rate
    return "–" if rate is None else f"{rate:.2%}"


def _money(line: Line, found: Notices) -> Iterable[tuple[str, ...]]:
    group, tally = line.group, line.tally
    points = [str(tally.points.get(each, 0)) for each in (Unit.GIVEN, Unit.SPENT, Unit.BURNT)]
    cost = "–" if tally.cost is None else str(Money(tally.cost, found.currency))
    revenue = [str(Money(minor, name)) for name, minor in tally.revenue.items()]
    if revenue or tally.points or tally.cost is not None:
        names = (group.kind, group.action, str(group.version))
        yield (*names, ", ".join(revenue) or "–", *points, cost)


def _compared(some: Iterable[Comparison]) -> Iterable[tuple[str, ...]]:
    for each in some:
        it = each.difference
        figures = [f"{part * 100:+.2f}" for part in (it.points, it.low, it.high)]
        better = each.first if it.is_sure else "nobody yet"
        yield (each.kind, str(each.version), f"{each.first} – {each.second}", *figures, better)


def _lifts(some: Iterable[Lift]) -> Iterable[tuple[str, ...]]:
    for each in some:
        it = each.difference
        rates = [
            f"{share.rate or 0:.2%} of {share.total}" for share in (each.written_to, each.held_out)
        ]
        figures = [f"{part * 100:+.2f}" for part in (it.points, it.low, it.high)]
        yield (each.kind, str(each.version), *rates, *figures, "yes" if it.is_sure else "not yet")
