"""Commands about buyers: their timeline, forgetting them, and when each ordered last."""

from typing import Annotated

import typer

from postlude.console import api as console
from postlude.kernel import clock
from postlude.kernel.errors import NotFound
from postlude.orders import api as orders
from postlude.people import api as people
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen
from postlude.wiring.cli.operate import CLI


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(timeline)
    app.command()(erase)


def timeline(
    who: Annotated[str, typer.Argument(help="An e-mail address, a ticket or an order number.")],
    org: Org = None,
    reveal: Annotated[
        str, typer.Option(help="Show clear values; say why, it is written down.")
    ] = "",
    json: Json = False,
) -> None:
    """Show what happened to one buyer: bought, pseudonymised, granted, invited, opened."""
    permissions = frozenset({"sales.view"} | ({"people.view_contact"} if reveal else set()))
    ref = chosen(org)
    contact = console.find(ref.id, who)
    story = contact and console.timeline(
        ref.id,
        contact,
        actor=CLI,
        permissions=permissions,
        purpose=reveal or "timeline",
        now=clock.now(),
    )
    if not story:
        raise NotFound(
            "Nobody here has this address, ticket or order.",
            hint="Was the sale imported? `postlude sync kktix --once` polls now.",
        )
    output.emit(console.as_json(story)) if json else output.out.print(
        console.render(story, ref.zone)
    )


def erase(
    who: Annotated[str, typer.Argument(help="An e-mail address, a ticket or an order number.")],
    org: Org = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Forget a person: personal values go, the sale's numbers stay, nobody writes again."""
    ref = chosen(org)
    contact = console.find(ref.id, who)
    if contact is None:
        raise NotFound("Nobody here has this address, ticket or order.")
    if not yes:
        typer.confirm("This cannot be undone. Forget this person?", abort=True)
    erased = people.erase(ref.id, contact, actor=CLI, now=clock.now())
    if json:
        output.emit(erased)
    else:
        parts = ", ".join(f"{name}: {count}" for name, count in erased.shredded.items())
        output.out.print(f"forgotten ({parts or 'nothing was left'})")


def backfill_last_order(org: Org = None, json: Json = False) -> None:
    """Count everybody's orders anew: when the last one was, how many there are, what was spent.

    Sends nothing, tells nobody, starts no journey. Safe to stop and to repeat.
    """
    ref = chosen(org)
    with output.progress("buyers", shown=not json) as advance:
        changed = orders.recount_all(ref.id, advance)
    if json:
        output.emit({"org": ref.slug, "changed": changed})
        return
    output.out.print(f"counted; {changed} had to be put right" if changed else "all was right")
