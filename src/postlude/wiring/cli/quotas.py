"""`postlude quotas`: how full everything scarce is."""

import typer
from rich.markup import escape

from postlude.kernel import clock
from postlude.kernel.money import Money
from postlude.rewards import api as rewards
from postlude.rewards.types.quotas import Level, Window
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen

_WIDTH = 12
_NEARLY = 0.9


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("quotas")(quotas)


def quotas(org: Org = None, json: Json = False) -> None:
    """Show how full places, budgets and coupons are, in the window of this moment."""
    ref = chosen(org)
    found = rewards.levels(ref.id, clock.now())
    if json:
        output.emit({"items": [{**output.plain(each), "left": each.left} for each in found]})
        return
    columns = ["what", "", "used", "left", "each", "a person"]
    output.table(ref.slug, columns, [_row(each) for each in found])


def _row(level: Level) -> tuple[object, ...]:
    each = "" if level.window is Window.TOTAL else level.window.value
    closed = "" if level.open else " [dim](closed)[/]"
    name = output.Marked(escape(level.resource) + closed)
    used = f"{level.used} of {level.limit}"
    left = str(level.left)
    if level.currency:
        used = f"{Money(level.used, level.currency)} of {Money(level.limit, level.currency)}"
        left = str(Money(level.left, level.currency))
    return (name, bar(level), used, left, each, level.per_person)


def bar(level: Level) -> output.Marked:
    """Return a bar as long as the part that is used; nothing of nothing is full."""
    share = min(1.0, level.used / level.limit) if level.limit else 1.0
    full = _WIDTH if level.left == 0 else min(_WIDTH - 1, round(share * _WIDTH))
    colour = "red" if level.left == 0 else "yellow" if share >= _NEARLY else "green"
    return output.Marked(f"[{colour}]{'█' * full}[/][dim]{'░' * (_WIDTH - full)}[/]")
