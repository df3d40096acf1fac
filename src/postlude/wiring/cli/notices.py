"""`postlude report notices`: what each notice brought back."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape

from postlude.kernel.money import Money
from postlude.reports import api as reports
from postlude.reports.types.notices import (
    Comparison,
    Count,
    Group,
    Lift,
    Line,
    Notices,
    Tally,
    Unit,
)
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen
from postlude.wiring.cli.files import write

_BRANCH = "branch"
_COUNTS = (
    Count.SENT,
    Count.UNKNOWN,
    Count.BLOCKED,
    Count.FAILED,
    Count.HELD_OUT,
    Count.REACTED,
    Count.CREDITED,
    Count.NO_REACTION,
    Count.WAITING,
)
_COLUMNS = [
    "kind",
    "action",
    "version",
    "week",
    _BRANCH,
    *[each.value.replace("_", " ") for each in _COUNTS],
    "rate",
    "days",
    "redeemed",
]


def notices(  # noqa: PLR0913, PLR0917 - the options of a command
    kind: Annotated[str, typer.Option(help="One kind of notice; empty: all of them.")] = "",
    since: Annotated[str, typer.Option(help="First day of writing, as 2026-11-01.")] = "",
    until: Annotated[str, typer.Option(help="Last day of writing; it belongs.")] = "",
    branch: Annotated[str, typer.Option(help="One branch, by its slug; empty: all.")] = "",
    by: Annotated[
        str, typer.Option(help="`branch` splits every line by branch.", metavar="branch")
    ] = "",
    csv: Annotated[
        Path | None, typer.Option(help="Write a line per kind, action, version and week into it.")
    ] = None,
    org: Org = None,
    json: Json = False,
) -> None:
    """Show who reacted to which notice: by action, version and week, and which action is better."""
    ref = chosen(org)
    which = reports.notices_asked(
        ref.id, since=since, until=until, kind=kind, branch=branch, by_branch=_by_branch(by)
    )
    found = reports.notices(ref.id, which)
    if csv is not None:
        write(csv, reports.notices_as_csv(found))
    if json:
        output.emit(reports.notices_as_json(found))
        return
    _print(found)
    if csv is not None:
        output.out.print(f"[green]✓[/] {len(found.weeks)} lines and the total in {csv}")


def _by_branch(by: str) -> bool:
    if by not in {"", _BRANCH}:
        raise typer.BadParameter("only `branch` splits the lines", param_hint="--by")
    return by == _BRANCH


def _print(found: Notices) -> None:
    every = [*found.weeks, *found.actions]
    output.table("Notices", _COLUMNS, [_counts(each) for each in every])
    money = [row for each in found.actions for row in _money(each, found)]
    if money:
        columns = [
            "kind",
            "action",
            "version",
            "branch",
            "revenue",
            "given",
            "spent",
            "burnt",
            "cost",
        ]
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
    at = found.now.astimezone(ZoneInfo(found.zone))
    output.out.print(f"as of {at:%Y-%m-%d %H:%M:%S}, {found.zone}")
    for code, orders in sorted(found.untold.items()):
        output.out.print(f"{escape(code)}: redeemed {orders} times more, without being told")


def _counts(line: Line) -> tuple[str, ...]:
    group, tally = line.group, line.tally
    week = group.week.isoformat() if group.week else "all"
    days = "–" if tally.median_days is None else f"{tally.median_days:.1f}"
    figures = [str(tally.count(each)) for each in _COUNTS]
    place = (group.kind, group.action or "–", str(group.version), week, _branch(group))
    return (*place, *figures, _rate(tally), days, str(tally.redeemed))


def _branch(group: Group) -> str:
    return "all" if group.branch is None else group.branch or "–"


def _rate(tally: Tally) -> str:
    rate = tally.share.rate
    return "–" if rate is None else f"{rate:.2%}"


def _money(line: Line, found: Notices) -> Iterable[tuple[str, ...]]:
    group, tally = line.group, line.tally
    points = [str(tally.points.get(each, 0)) for each in (Unit.GIVEN, Unit.SPENT, Unit.BURNT)]
    cost = "–" if tally.cost is None else str(Money(tally.cost, found.currency))
    revenue = [str(Money(minor, name)) for name, minor in tally.revenue.items()]
    if revenue or tally.points or tally.cost is not None:
        names = (group.kind, group.action, str(group.version), _branch(group))
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
