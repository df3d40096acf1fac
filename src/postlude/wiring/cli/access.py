"""Commands about who is let in by hand: the queue, "done", and back to the vendor."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from postlude.access import api as access
from postlude.access.types import ManualQueue, QueueEntry
from postlude.kernel import clock
from postlude.kernel.errors import BadInput
from postlude.orders import api as orders
from postlude.orgs.types import OrgRef
from postlude.people import api as people
from postlude.people.types import PersonShown
from postlude.wiring.cli import output
from postlude.wiring.cli.data import Json, Org, chosen
from postlude.wiring.cli.operate import CLI

_BY = f"{CLI.kind}:{CLI.id}"
_EVERYBODY = 1_000_000
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
    json: Json = False,
) -> None:
    """List who waits for a person to let them in, by resource."""
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
    if json:
        output.emit({"listed_at": now, "queues": [_plain(each, shown) for each in queues]})
        return
    for queue in queues:
        _print(queue, shown)
    if not queues:
        output.out.print("Nobody waits for a person.")
        return
    output.out.print(
        f"When they are in: postlude access done --all --listed-at {now.isoformat()}",
        highlight=False,
        soft_wrap=True,
    )


def _plain(queue: ManualQueue, shown: dict[int, PersonShown]) -> dict[str, Any]:
    plain = output.plain(queue)
    entries = [{**output.plain(each), "email": _email(each, shown)} for each in queue.entries]
    return {**plain, "entries": entries}


def _email(entry: QueueEntry, shown: dict[int, PersonShown]) -> str:
    person = shown.get(entry.contact)
    return (person.email or person.email_as_given) if person else ""


def _print(queue: ManualQueue, shown: dict[int, PersonShown]) -> None:
    output.table(
        f"{queue.title} ({queue.resource}, {queue.kind}): {queue.count}",
        ["grant", "e-mail", "since", "why"],
        [
            (each.grant, _email(each, shown), each.since, each.words or each.reason)
            for each in queue.entries
        ],
    )


def done(  # noqa: PLR0913, PLR0917 - the options of a command
    grants: Annotated[
        list[int] | None, typer.Argument(help="Grants, as `access queue` names them.")
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="All that were listed.")] = False,
    listed_at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"],
            help="With --all: when the list was made. Who came later stays in the queue.",
        ),
    ] = None,
    org: Org = None,
    resource: Resource = None,
    json: Json = False,
) -> None:
    """Say that these people have been let in; their invitations follow. Safe to repeat."""
    ref = chosen(org)
    wanted = _wanted(ref, grants or [], everybody=everybody, at=listed_at, resource=resource)
    count = access.mark_done(ref.id, wanted, actor=_BY, now=clock.now())
    output.emit({"done": count}) if json else output.out.print(f"{count} done")


def _wanted(
    ref: OrgRef,
    grants: Sequence[int],
    *,
    everybody: bool,
    at: datetime | None,
    resource: str | None,
) -> list[int]:
    if bool(grants) == everybody or everybody != (at is not None):
        raise BadInput(
            "Name the grants, or all of a list.",
            hint="`access done 123 456`, or `access done --all --listed-at TIME`, "
            "as `postlude access queue` prints it.",
        )
    if at is None:
        return list(grants)
    queues = access.manual_queue(ref.id, resource=resource, limit=_EVERYBODY)
    return [each.grant for queue in queues for each in queue.entries if each.since <= at]


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
