"""Commands about who is let in by hand: the queue, "done", and back to the vendor."""

import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from postlude.access import api as access
from postlude.access.types import ManualQueue, QueueEntry
from postlude.kernel import clock
from postlude.kernel.errors import BadInput
from postlude.orders import api as orders
from postlude.people import api as people
from postlude.people.types import PersonShown
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen
from postlude.wiring.cli.operate import CLI

_BY = f"{CLI.kind}:{CLI.id}"
_EVERYBODY = 1_000_000
_NAME = re.compile(r"([0-9]{1,19})[.]([0-9]{1,5})")
_IDS_END = 2**63
_HOW = (
    "`access done 123.1 456.1`, as `postlude access queue` names them, "
    "or `access done --list FILE` after `access queue --save FILE`."
)
# As many as a line to copy may name; more of them go through a file.
_MOST_IN_A_LINE = 20
Resource = Annotated[
    str | None, typer.Option(help="Only this resource (its name in the playbook).")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(help="Who is let in by hand.", no_args_is_help=True)
    group.command("queue")(show_queue)
    group.command("done")(done)
    group.command("hand-back")(hand_back)
    app.add_typer(group, name="access")


def show_queue(
    org: Org = None,
    resource: Resource = None,
    reveal: Annotated[
        str, typer.Option(help="Show clear e-mails; say why, it is written down.")
    ] = "",
    save: Annotated[
        Path | None,
        typer.Option(help="Write who was listed to this file, for `access done --list`."),
    ] = None,
    json: Json = False,
) -> None:
    """List who waits for a person to let them in, by resource.

    Each is named NUMBER.EDITION: the grant, and how often its address had changed when listed.
    """
    ref, now = chosen(org), clock.now()
    queues = access.manual_queue(ref.id, resource=resource, limit=_EVERYBODY)
    contacts = {entry.contact for queue in queues for entry in queue.entries}
    shown = people.show(
        ref.id,
        contacts,
        actor=CLI,
        permissions={"people.view_contact"} if reveal else frozenset(),
        purpose=reveal or "list",
        now=now,
    )
    names = [_name(entry) for queue in queues for entry in queue.entries]
    if save is not None:
        save.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
    if json:
        output.emit({"listed_at": now, "queues": [_plain(each, shown) for each in queues]})
        return
    for queue in queues:
        _print(queue, shown)
    output.out.print(_next(names, save), highlight=False, soft_wrap=True)


def _next(names: Sequence[str], save: Path | None) -> str:
    if not names:
        return "Nobody waits for a person."
    if save is not None:
        return f"When they are in: postlude access done --list {shlex.quote(str(save))}"
    if len(names) <= _MOST_IN_A_LINE:
        return f"When they are in: postlude access done {' '.join(names)}"
    return "To say later that they are in, list them with --save FILE."


def _name(entry: QueueEntry) -> str:
    return f"{entry.grant}.{entry.edition}"


def _plain(queue: ManualQueue, shown: dict[int, PersonShown]) -> dict[str, Any]:
    plain = output.plain(queue)
    entries = [
        {**output.plain(each), "name": _name(each), "email": _email(each, shown)}
        for each in queue.entries
    ]
    return {**plain, "entries": entries}


def _email(entry: QueueEntry, shown: dict[int, PersonShown]) -> str:
    person = shown.get(entry.contact)
    return (person.email or person.email_as_given) if person else ""


def _print(queue: ManualQueue, shown: dict[int, PersonShown]) -> None:
    output.table(
        f"{queue.title} ({queue.resource}, {queue.kind}): {queue.count}",
        ["grant", "e-mail", "since", "why"],
        [
            (_name(each), _email(each, shown), each.since, each.words or each.reason)
            for each in queue.entries
        ],
    )


def done(
    grants: Annotated[
        list[str] | None, typer.Argument(help="Grants, as `access queue` names them.")
    ] = None,
    listed: Annotated[
        Path | None,
        typer.Option(
            "--list",
            help="All of the file that `access queue --save` wrote; who came later stays.",
            allow_dash=True,
        ),
    ] = None,
    org: Org = None,
    json: Json = False,
) -> None:
    """Say that these people have been let in; their invitations follow. Safe to repeat.

    Whoever was refunded or has another address since the list was made is listed for removal.
    """
    ref = chosen(org)
    editions = dict(_named(each) for each in _wanted(grants or [], listed))
    count = access.mark_done(ref.id, editions, actor=_BY, now=clock.now(), editions=editions)
    leaving = access.count_overtaken(ref.id, editions)
    if json:
        output.emit({"done": count, "to_remove_by_hand": leaving})
        return
    output.out.print(f"{count} done")
    if leaving:
        output.out.print(
            f"To remove by hand, since a refund or a new address was faster: {leaving}"
        )


def _wanted(grants: Sequence[str], listed: Path | None) -> list[str]:
    if bool(grants) == (listed is not None):
        raise BadInput("Name the grants, or the file of a list.", hint=_HOW)
    if listed is None:
        return list(grants)
    if str(listed) == "-":
        return sys.stdin.read().split()
    try:
        return listed.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        raise BadInput("{file} cannot be read.", hint=_HOW, file=listed) from None


def _named(name: str) -> tuple[int, int]:
    found = _NAME.fullmatch(name)
    if found is None or int(found[1]) >= _IDS_END:
        raise BadInput("{name} is no name of a grant.", hint=_HOW, name=name)
    return int(found[1]), int(found[2])


def hand_back(org: Org = None, resource: Resource = None, json: Json = False) -> None:
    """The vendor works again: let it try those whom a person was to let in instead."""
    ref, now = chosen(org), clock.now()
    count = sum(
        access.regrant(ref.id, each.id, resource=resource, actor=_BY, now=now)
        for each in orders.conferences(ref.id)
    )
    if json:
        output.emit({"handed_back": count})
    else:
        output.out.print(f"{count} are asked for again")
