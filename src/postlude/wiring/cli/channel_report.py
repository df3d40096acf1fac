"""`postlude report channel` and `postlude report cost`."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from postlude.kernel.money import Money
from postlude.reports import api as reports
from postlude.reports.types.channel import ChannelReport, Conversion, Line, Reading, Split, Tally
from postlude.reports.types.cost import Bill, CostReport
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen
from postlude.wiring.cli.files import write

_FROM = typer.Option("--from", help="First day, as 2026-03-01; empty: thirty days.")
_TO = typer.Option("--to", help="Last day; it belongs. Empty: today.")
_CHANNEL = typer.Option(
    "--channel", help="A channel (email, sms, line, push, …); again for more; without it, all."
)
_ORDERS = typer.Option(help="Which orders are counted: `shop`, `tickets`, or `all`.")
_FATES = ("entered", "sent", "blocked", "held_out", "waiting", "failed", "unknown")


def channel(  # noqa: PLR0913, PLR0917 - the options of a command
    since: Annotated[str, _FROM] = "",
    until: Annotated[str, _TO] = "",
    channels: Annotated[list[str] | None, _CHANNEL] = None,
    folder: Annotated[str, typer.Option(help="Journeys of one folder; empty: all.")] = "",
    journey: Annotated[str, typer.Option(help="One journey, by its slug; empty: all.")] = "",
    basis: Annotated[
        str,
        typer.Option(
            help="`send`: only of what was sent on these days; `touch`: of what was touched, too."
        ),
    ] = "touch",
    counts: Annotated[
        str,
        typer.Option(help="Which touches make the rates: `raw`, `human`, `filtered`; else as set."),
    ] = "",
    orders: Annotated[str, _ORDERS] = "all",
    csv: Annotated[
        Path | None, typer.Option(help="Write a line per node and template into this file.")
    ] = None,
    org: Org = None,
    json: Json = False,
) -> None:
    """Show what a channel sent, who opened and clicked it, and what was bought then."""
    ref = chosen(org)
    asked = reports.channel_asked(
        ref.id,
        since=since,
        until=until,
        channels=channels or (),
        folder=folder,
        journey=journey,
        basis=basis,
        counts=counts,
        orders=orders,
    )
    found = reports.channel(ref.id, asked)
    if csv is not None:
        write(csv, reports.channel_as_csv(found))
    if json:
        output.emit(reports.channel_as_json(found))
        return
    _print_channel(found)
    if csv is not None:
        output.out.print(f"[green]✓[/] {len(found.lines)} lines and the total in {csv}")


def cost(  # noqa: PLR0913, PLR0917 - the options of a command
    since: Annotated[str, _FROM] = "",
    until: Annotated[str, _TO] = "",
    channels: Annotated[list[str] | None, _CHANNEL] = None,
    basis: Annotated[
        str,
        typer.Option(help="`order`: revenue of these days; `send`: of what was sent on them."),
    ] = "order",
    orders: Annotated[str, _ORDERS] = "all",
    csv: Annotated[
        Path | None, typer.Option(help="Write a line per channel into this file.")
    ] = None,
    org: Org = None,
    json: Json = False,
) -> None:
    """Show what each channel cost, tests included, and what it brought for that."""
    ref = chosen(org)
    asked = reports.cost_asked(
        ref.id, since=since, until=until, channels=channels or (), basis=basis, orders=orders
    )
    found = reports.cost(ref.id, asked)
    if csv is not None:
        write(csv, reports.cost_as_csv(found))
    if json:
        output.emit(reports.cost_as_json(found))
        return
    _print_cost(found)
    if csv is not None:
        output.out.print(f"[green]✓[/] {len(found.channels)} channels and the total in {csv}")


def _print_channel(found: ChannelReport) -> None:
    asked = found.asked
    every = [*((_name(each), each.tally) for each in found.lines), ("total", found.total)]
    title = f"{asked.since} – {asked.until}, {', '.join(asked.channels) or 'all channels'}"
    output.table(
        f"Sent, {title}",
        ["", *[each.replace("_", " ") for each in _FATES], "delivered"],
        [
            (name, *(str(getattr(it, each)) for each in _FATES), _percent(it.delivered_rate))
            for name, it in every
        ],
    )
    output.table(
        f"Opened and clicked, by people ({asked.counts} counts)",
        ["", *[f"{what} {each}" for what in ("opens", "clicks") for each in Reading], "anonymous"],
        [(name, *_people(it, asked.counts)) for name, it in every],
    )
    output.table(
        "Bought after it",
        ["", "opened", "%", "$", "clicked", "%", "$", "in session", "%", "$", "anonymous"],
        [(name, *_bought(it, found)) for name, it in every],
    )
    _said(found.total)
    _as_of(found.now, found.zone)


def _name(line: Line) -> str:
    place = line.place
    return f"{place.channel or '–'} {place.node or '–'} {line.template or '–'}"


def _people(it: Tally, counts: Reading) -> Iterable[str]:
    yield from (str(it.opened(each).total) for each in Reading)
    yield from (str(it.clicked(each).total) for each in Reading)
    yield f"{it.opened(counts).anonymous} / {it.clicked(counts).anonymous}"


def _bought(it: Tally, found: ChannelReport) -> Iterable[str]:
    counts = found.asked.counts
    yield from _conversion(it.open_orders, it.opened(counts), found.currency)
    yield from _conversion(it.click_orders, it.clicked(counts), found.currency)
    yield from _conversion(it.session_orders, it.clicked(counts), found.currency)
    yield str(it.open_orders.orders.anonymous)


def _conversion(it: Conversion, people: Split, currency: str) -> tuple[str, str, str]:
    money = [str(Money(minor, name)) for name, minor in it.revenue.items()]
    revenue = ", ".join(money) or str(Money(0, currency))
    return str(it.orders.total), _percent(it.rate(people)), revenue


def _said(total: Tally) -> None:
    """Say that nobody was lost: who entered is the sum of all the others."""
    parts = " + ".join(f"{each.replace('_', ' ')} {getattr(total, each)}" for each in _FATES[1:])
    output.out.print(f"entered {total.entered} = {parts}")
    if total.blocked_by:
        reasons = ", ".join(f"{name} {n}" for name, n in total.blocked_by.items())
        output.out.print(f"blocked by: {reasons}")


def _print_cost(found: CostReport) -> None:
    asked = found.asked
    output.table(
        f"Cost, {asked.since} – {asked.until}",
        [
            "channel",
            "messages",
            "tests",
            "segments",
            "of tests",
            "fee",
            "cost",
            "orders",
            "revenue",
            "ROAS",
        ],
        [
            (name, *_bill(it, found.currency))
            for name, it in [*found.channels.items(), ("total", found.total)]
        ],
    )
    if any(it.is_usual_fee and it.messages for it in found.channels.values()):
        output.out.print("a fee with * is the usual one: nobody has set it")
    _as_of(found.now, found.zone)


def _bill(it: Bill, currency: str) -> tuple[str, ...]:
    fee = "–" if it.fee is None else f"{Money(it.fee, currency)}{'*' if it.is_usual_fee else ''}"
    return (
        str(it.messages),
        str(it.tests),
        str(it.segments) if it.segments else "–",
        str(it.test_segments) if it.segments else "–",
        fee,
        str(Money(it.cost, currency)),
        str(it.orders),
        str(Money(it.revenue, currency)),
        "–" if it.roas is None else f"{it.roas}%",
    )


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.2%}"


def _as_of(now: datetime, zone: str) -> None:
    at = now.astimezone(ZoneInfo(zone))
    output.out.print(f"as of {at:%Y-%m-%d %H:%M:%S}, {zone} · docs/reference/metrics.md")
