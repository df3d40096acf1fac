"""Commands for support: another address for a buyer, and forgetting again after a restore."""

import json as json_module
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from postlude.console import api as console
from postlude.kernel import clock
from postlude.kernel.errors import BadInput, NotFound
from postlude.people import api as people
from postlude.people.types import ErasureRecord
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen
from postlude.wiring.cli.operate import CLI
from postlude.wiring.cli.people import backfill_last_order


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(help="Buyers and guests.", no_args_is_help=True)
    group.callback()(lambda: None)
    group.command("backfill-last-order")(backfill_last_order)
    group.command("change-email")(change_email)
    app.add_typer(group, name="people")
    erasures = typer.Typer(help="People who asked to be forgotten.", no_args_is_help=True)
    erasures.command("export")(export)
    erasures.command("replay")(replay)
    app.add_typer(erasures, name="erasures")


def change_email(
    who: Annotated[str, typer.Argument(help="An e-mail address, a ticket or an order number.")],
    email: Annotated[str, typer.Argument(help="The right address.")],
    org: Org = None,
    join: Annotated[
        bool, typer.Option("--join", help="It is another contact's, and they are one person.")
    ] = False,
    json: Json = False,
) -> int:
    """Correct a buyer's address: let in and invited once there; the old one's links die."""
    ref = chosen(org)
    contact = console.find(ref.id, who)
    if contact is None:
        raise NotFound("Nobody here has this address, ticket or order.")
    found = people.change_email(ref.id, contact, email, actor=CLI, now=clock.now(), join=join)
    if found.problem is not None:
        hint = f"{found.problem.hint} (--join)" if found.problem.code == "taken" else ""
        raise BadInput(found.problem.message, hint=hint or found.problem.hint)
    joined = found.contact != contact
    if json:
        output.emit({"changed": True, "joined": joined})
    else:
        told = "joined with the contact who has it" if joined else "changed"
        output.out.print(f"{told}; the invitation follows once access is granted")
    return output.OK


def export(
    file: Annotated[Path, typer.Argument(help="Where to write; keep it beside the backups.")],
    org: Org = None,
    json: Json = False,
) -> None:
    """Write the list of erasures (keyed hashes, no personal value), one JSON object a line."""
    records = people.erasures_to_replay(chosen(org).id)
    lines = [json_module.dumps({**asdict(each), "at": each.at.isoformat()}) for each in records]
    part = file.with_name(f"{file.name}.part")
    part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    part.replace(file)  # a list that is cut off would bring people back
    output.emit({"written": len(records)}) if json else output.out.print(f"{len(records)} written")


def replay(
    file: Annotated[Path, typer.Argument(help="What `erasures export` wrote last.")],
    org: Org = None,
    json: Json = False,
) -> None:
    """Forget again whom a restored backup remembers, before anything is sent; safe to repeat."""
    ref = chosen(org)
    records = list(_records(file))
    again = people.replay_erasures(ref.id, records, now=clock.now())
    told = {"listed": len(records), "forgotten": len(again)}
    if json:
        output.emit(told)
    else:
        output.out.print(f"{told['listed']} listed, {told['forgotten']} forgotten again")


def _records(file: Path) -> Iterator[ErasureRecord]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            given = json_module.loads(line)
            hashes = tuple((str(kind), str(each)) for kind, each in given["hashes"])
            at = datetime.fromisoformat(given["at"]).astimezone(UTC)
            yield ErasureRecord(int(given["contact"]), hashes, at)
        except (ValueError, KeyError, TypeError):
            raise BadInput(
                "Line {line} of the list of erasures cannot be read; nothing was replayed.",
                line=number,
                hint="Use a file that `postlude erasures export` wrote, whole.",
            ) from None
