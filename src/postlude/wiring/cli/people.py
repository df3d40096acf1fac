"""Commands about buyers: their timeline, and forgetting them."""

from typing import Annotated

import typer

from postlude.console import api as console
from postlude.kernel import clock
from postlude.kernel.errors import NotFound
from postlude.people import api as people
from postlude.wiring.cli import output
from postlude.wiring.cli.data import Json, Org, chosen
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
