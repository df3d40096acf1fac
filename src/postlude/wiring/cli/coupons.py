"""Commands about coupons: codes from a file, codes of our own, and who holds which."""

from pathlib import Path
from typing import Annotated

import typer

from postlude.kernel import clock
from postlude.kernel.errors import BadInput
from postlude.rewards import api as rewards
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen
from postlude.wiring.cli.points import Who, contact_of

List = Annotated[str, typer.Argument(metavar="LIST", help="A list of coupons of the playbook.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(help="Coupons: codes, and who holds them.", no_args_is_help=True)
    group.command("generate")(generate)
    group.command("held")(held)
    group.command("upload")(upload)
    app.add_typer(group, name="coupons")


def upload(
    coupons: List,
    file: Annotated[Path, typer.Argument(help="A CSV: one code a line, or a column `code`.")],
    org: Org = None,
    json: Json = False,
) -> int:
    """Add the codes of a file to a list, all or none of them; safe to repeat."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("{file} is not in UTF-8.", file=file.name) from None
    done = rewards.upload_codes(chosen(org).id, coupons, text)
    if json:
        output.emit(done)
    elif done.errors:
        rows = [(each.line, each.words) for each in done.errors]
        output.table("Nothing was added: mend these lines", ["line", "what"], rows)
    else:
        output.out.print(f"[green]✓[/] {done.added} codes added, {done.known} were there before")
    return output.BAD_INPUT if done.errors else output.OK


def generate(
    coupons: List,
    total: Annotated[int, typer.Argument(help="How many generated codes there are to be in all.")],
    org: Org = None,
    json: Json = False,
) -> None:
    """See to it that a list has so many codes of our own; asking again adds nothing."""
    added = rewards.generate_codes(chosen(org).id, coupons, total)
    if json:
        output.emit({"added": added})
    else:
        output.out.print(f"[green]✓[/] {added} codes added")


def held(contact: Who, org: Org = None, json: Json = False) -> None:
    """Show the coupons that somebody was given, used and expired ones too."""
    ref = chosen(org)
    found = rewards.held(ref.id, contact_of(ref, contact), clock.now())
    if json:
        output.emit({"items": found})
        return
    rows = [
        (
            each.list,
            each.code,
            "expired" if each.expired and each.state == "issued" else each.state.value,
            f"{each.expires_at:%Y-%m-%d %H:%M %Z}" if each.expires_at else None,
        )
        for each in found
    ]
    output.table(ref.slug, ["list", "code", "state", "until"], rows)
