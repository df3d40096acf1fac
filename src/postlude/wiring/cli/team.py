"""Commands about who may do what: staff, API keys, branches."""

from typing import Annotated

import typer

from postlude.kernel import clock
from postlude.kernel.errors import NotFound
from postlude.orgs import api as orgs
from postlude.orgs.types import KeyRef
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen

_ROLES = ", ".join(orgs.Role)
Username = Annotated[str, typer.Argument(help="Name to log in with.")]
RoleName = Annotated[str, typer.Option(help=_ROLES)]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    staff = typer.Typer(help="Who may use the console.", no_args_is_help=True)
    staff.command("list")(list_staff)
    staff.command("add")(add_staff)
    staff.command("role")(give_role)
    staff.command("remove")(remove_staff)
    app.add_typer(staff, name="staff")
    keys = typer.Typer(help="API keys.", no_args_is_help=True)
    keys.command("list")(list_keys)
    keys.command("issue")(issue_key)
    keys.command("revoke")(revoke_key)
    app.add_typer(keys, name="keys")
    branches = typer.Typer(help="The branches of an organisation.", no_args_is_help=True)
    branches.command("list")(list_branches)
    branches.command("add")(add_branch)
    app.add_typer(branches, name="branches")


def list_staff(org: Org = None, json: Json = False) -> None:
    """Show who may use the console, and as what."""
    people = orgs.staff(chosen(org).id)
    if json:
        output.emit({"staff": people})
    else:
        output.table("Staff", ("name", "role"), [(each.username, each.role) for each in people])


def add_staff(username: Username, role: RoleName, org: Org = None) -> None:
    """Let a person log in to the console; asks for the password."""
    where = chosen(org).id
    orgs.check_role(role)  # before anybody thinks of a password in vain
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    orgs.add_staff(where, username, password, role)
    output.out.print(f"{username} may now log in as {role}")


def give_role(username: Username, role: RoleName, org: Org = None) -> None:
    """Give somebody who can log in this role, in place of the one they had."""
    orgs.give_role(chosen(org).id, username, role)
    output.out.print(f"{username} is now {role}")


def remove_staff(username: Username, org: Org = None) -> None:
    """Take the role away; what they did stays written down."""
    removed = orgs.dismiss(chosen(org).id, username)
    output.out.print(f"{username} is out" if removed else f"{username} had no role here")


def list_keys(org: Org = None, json: Json = False) -> None:
    """Show the API keys by their prefix, never their secret."""
    found = orgs.keys(chosen(org).id)
    if json:
        output.emit({"keys": found})
        return
    rows = [(each.id, each.name, ", ".join(sorted(each.scopes)), _state(each)) for each in found]
    output.table("API keys", ("prefix", "what for", "may", "state"), rows)


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
    name = prefix.removeprefix("pl_").partition("_")[0]  # so that a whole key may be pasted
    if not orgs.revoke_key(chosen(org).id, name, now=clock.now()):
        raise NotFound(
            "There is no such key in force.", hint="`postlude keys list` shows the prefixes."
        )
    output.out.print("revoked")


def list_branches(org: Org = None, json: Json = False) -> None:
    """Show the branches and the zone each lives in."""
    found = orgs.branches(chosen(org).id)
    if json:
        output.emit({"branches": found})
    else:
        rows = [(each.slug, each.name, each.zone) for each in found]
        output.table("Branches", ("slug", "name", "zone"), rows)


def add_branch(
    slug: Annotated[str, typer.Argument(help="Short name for URLs and files.")],
    name: Annotated[str, typer.Argument(help="Name that people read.")],
    zone: Annotated[str, typer.Option(help="IANA zone; the organisation's by default.")] = "",
    org: Org = None,
) -> None:
    """Add a branch."""
    added = orgs.add_branch(chosen(org).id, slug, name, zone=zone)
    output.out.print(f"{added.name} ({added.slug}), {added.zone}")


def _state(key: KeyRef) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires is not None and key.expires <= clock.now():
        return "expired"
    return "in use" if key.last_used_at else "never used"
