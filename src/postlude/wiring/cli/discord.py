"""Commands for Discord: register, doctor."""

from typing import Annotated

import typer

from postlude.chatops import api as chatops
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import chosen
from postlude.wiring.cli.operate import MARKS, Json

Org = Annotated[str | None, typer.Option(help="Organisation; needed when there are several.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(help="The team's commands on Discord.", no_args_is_help=True)
    group.command("register")(register)
    group.command("doctor")(doctor)
    app.add_typer(group, name="discord")


def register(
    org: Org = None,
    guild: Annotated[
        bool, typer.Option("--guild", help="In the playbook's server only; there at once.")
    ] = False,
    guild_id: Annotated[str, typer.Option(help="In this server, by its id.")] = "",
    json: Json = False,
) -> None:
    """Tell Discord our commands, in place of those it knew; safe to repeat."""
    ref = chosen(org)
    where = guild_id if guild or guild_id else None
    names = chatops.register_commands(ref.id, guild=where)
    if json:
        output.emit({"org": ref.slug, "guild": where is not None, "commands": names})
        return
    place = "in the server" if where is not None else "everywhere (it may take an hour)"
    output.out.print(f"[green]✓[/] {ref.slug}: {len(names)} commands, {place}")
    for name in names:
        output.out.print(f"  {name}", highlight=False)
    output.out.print(
        f"  [dim]→[/] Interactions endpoint URL: {chatops.interactions_url(ref.slug)}",
        highlight=False,
        soft_wrap=True,
    )


def doctor(
    org: Org = None,
    json: Json = False,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask Discord.")] = False,
) -> int:
    """Check the application, its key, its address and its commands, and say what to fix."""
    findings = chatops.examine_discord(chosen(org), online=not offline)
    if json:
        output.emit({"findings": findings})
    else:
        for each in findings:
            output.out.print(f"{MARKS[each.level]} [bold]{each.check}[/] {each.what}")
            if each.fix:
                output.out.print(f"    [dim]→[/] {each.fix}", highlight=False, soft_wrap=True)
    bad = any(each.level == "problem" for each in findings)
    return output.FINDINGS if bad else output.OK
