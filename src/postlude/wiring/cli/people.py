"""Commands about persons: timeline, staff, keys."""

from typing import Annotated

import typer

from postlude.console import api as console
from postlude.kernel import clock
from postlude.kernel.errors import NotFound
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.wiring.cli import output
from postlude.wiring.cli.data import Json, Org, chosen
from postlude.wiring.cli.operate import CLI


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(timeline)
    app.command()(erase)
    staff = typer.Typer(help="Who may use the console.", no_args_is_help=True)
    staff.callback()(lambda: None)
    staff.command("add")(add_staff)
    app.add_typer(staff, name="staff")
    keys = typer.Typer(help="API keys.", no_args_is_help=True)
    keys.command("issue")(issue_key)
    keys.command("revoke")(revoke_key)
    app.add_typer(keys, name="keys")


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


def add_staff(
    username: Annotated[str, typer.Argument(help="Name to log in with.")],
    role: Annotated[str, typer.Option(help="owner, organiser, marketer, engineer, viewer")],
    org: Org = None,
) -> None:
    """Let a person log in to the console; asks for the password."""
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    orgs.add_staff(chosen(org).id, username, password, role)
    output.out.print(f"{username} may now log in as {role}")


def issue_key(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[list[str], typer.Option(help="A permission; repeat for more.")],
    org: Org = None,
    json: Json = False,
) -> None:
    """Make an API key; it is shown once and never again."""
    secret, key = orgs.issue_key(chosen(org).id, name, scope, expires=None)
    if json:
        output.emit({"key": secret, "prefix": key.id, "scopes": sorted(key.scopes)})
    else:
        output.out.print(f"[bold]{secret}[/]", highlight=False, soft_wrap=True)
        output.err.print("Keep it now: it is not shown again.")


def revoke_key(
    prefix: Annotated[str, typer.Argument(help="The first letters of the key, `pl_…`.")],
    org: Org = None,
) -> None:
    """Make an API key useless at once."""
    orgs.revoke_key(chosen(org).id, prefix, now=clock.now())
    output.out.print("revoked")
