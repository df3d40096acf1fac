"""Commands about the beacon: the write keys of an organisation's sites."""

from typing import Annotated

import typer
from django.conf import settings

from postlude.kernel import clock
from postlude.kernel.errors import NotFound
from postlude.orgs import api as orgs
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    beacon = typer.Typer(help="Sites that tell what their visitors do.", no_args_is_help=True)
    beacon.command("keys")(list_write_keys)
    beacon.command("add")(add_write_key)
    beacon.command("revoke")(revoke_write_key)
    app.add_typer(beacon, name="beacon")


def list_write_keys(org: Org = None, json: Json = False) -> None:
    """Show the write keys, and from which origins each may send."""
    found = orgs.write_keys(chosen(org).id)
    if json:
        output.emit({"keys": found})
        return
    rows = [
        (
            each.key,
            each.name,
            ", ".join(sorted(each.origins)),
            "closed" if each.orders_close else "opened",
            "revoked" if each.revoked_at else "in force",
        )
        for each in found
    ]
    output.table("Write keys", ("key", "what for", "origins", "orders are", "state"), rows)


def add_write_key(
    name: Annotated[str, typer.Argument(help="What the key is for, such as the site's name.")],
    origin: Annotated[list[str], typer.Option(help="https://shop.example; repeat for more.")],
    orders_close: Annotated[
        bool,
        typer.Option(
            "--orders-close",
            help="What a page says was ordered counts, without the shop's own word.",
        ),
    ] = False,
    org: Org = None,
    json: Json = False,
) -> None:
    """Make a write key for a site, and show what to paste into its pages."""
    key = orgs.issue_write_key(chosen(org).id, name, origin, orders_close=orders_close)
    base = settings.POSTLUDE_BASE_URL
    early = (
        "<script>window.postlude=window.postlude||function(){"
        "(postlude.q=postlude.q||[]).push(arguments)}</script>"
    )
    snippet = f'{early}\n<script async src="{base}/postlude.js" data-key="{key.key}"></script>'
    if json:
        output.emit({"key": key.key, "origins": sorted(key.origins), "snippet": snippet})
    else:
        output.out.print(snippet, highlight=False, soft_wrap=True, markup=False)


def revoke_write_key(
    key: Annotated[str, typer.Argument(help="The key, `plw_…`.")], org: Org = None
) -> None:
    """Make a write key useless; a collector may know it for half a minute more."""
    if not orgs.revoke_write_key(chosen(org).id, key, now=clock.now()):
        raise NotFound(
            "There is no such write key in force.", hint="`postlude beacon keys` shows them."
        )
    output.out.print("revoked")
