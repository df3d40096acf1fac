"""`postlude report promotions`: what each promotion did."""

from pathlib import Path
from typing import Annotated

import typer

from postlude.kernel.money import Money
from postlude.reports import api as reports
from postlude.reports.types.promotions import Number, Promotions, Purse, RuleLine, Turnover
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen
from postlude.wiring.cli.files import write

_COLUMNS = (
    Number.PREVIEWED,
    Number.RESERVED,
    Number.CONFIRMED,
    Number.EXPIRED,
    Number.REVERSED,
    Number.REPEATED,
    Number.REFUSED,
)


def promotions(
    since: Annotated[str, typer.Option(help="First day of the orders, as 2026-11-01.")] = "",
    until: Annotated[str, typer.Option(help="Last day of the orders; it belongs.")] = "",
    csv: Annotated[
        Path | None, typer.Option(help="Write a line per rule and currency into this file.")
    ] = None,
    org: Org = None,
    json: Json = False,
) -> None:
    """Show what each promotion did: confirmed, refused and why, given, spent, still owed."""
    ref = chosen(org)
    found = reports.promotions(ref.id, reports.days(since, until))
    if csv is not None:
        write(csv, reports.promotions_as_csv(found))
    if json:
        output.emit(reports.promotions_as_json(found))
        return
    _print(found)
    if csv is not None:
        output.out.print(f"[green]✓[/] {len(found.rules)} rules in {csv}")


def _print(found: Promotions) -> None:
    output.table(
        "Promotions",
        ["rule", *[each.value.replace("_", " ") for each in _COLUMNS], "kept out most by"],
        [
            (line.rule, *(str(line.count(each)) for each in _COLUMNS), _worst(line))
            for line in found.rules
        ],
    )
    money = [(line.rule, *_money(each)) for line in found.rules for each in line.turnover]
    if money:
        output.table("Paid in", ["rule", "paid in", "bonus kept", "share"], money)
    purses = [(line.rule, *_purse(each)) for line in found.rules for each in line.purses]
    if purses:
        columns = ["rule", "currency", "given", "spent", "burnt", "taken back", "live", "owed"]
        output.table("Rewards", columns, purses)


def _worst(line: RuleLine) -> str:
    if not line.refusals:
        return "–"
    first = line.refusals[0]
    return f"{first.leaf or first.words} {first.detail or first.why} ×{first.count}"


def _money(each: Turnover) -> tuple[str, ...]:
    share = "–" if each.share is None else f"{each.share * 100:.1f} %"
    paid, bonus = Money(each.paid_in, each.currency), Money(each.bonus, each.currency)
    return (str(paid), str(bonus), share)


def _purse(each: Purse) -> tuple[str, ...]:
    figures = (each.given, each.spent, each.burnt, each.taken_back, each.live, each.owed)
    _kind, _colon, currency = each.currency.partition(":")
    if not currency:
        return (each.currency, *map(str, figures))
    return (each.currency, *(str(Money(units, currency)) for units in figures))
