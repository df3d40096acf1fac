"""Commands about messages: lists of them, and one with why it was sent and what came back."""

import csv as csv_files
import io
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from postlude.console import api as console
from postlude.console.api import MessageLine, MessagesAsked, MessageTold
from postlude.kernel import clock, tokens
from postlude.kernel.errors import BadInput
from postlude.kernel.money import Money
from postlude.orgs.types import OrgRef
from postlude.reports import api as reports
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen
from postlude.wiring.cli.files import write
from postlude.wiring.cli.operate import CLI
from postlude.wiring.cli.points import contact_of

_PAGE = 500


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(help="Every text to every person.", no_args_is_help=True)
    group.command("list")(list_messages)
    group.command("show")(show)
    app.add_typer(group, name="messages")


def list_messages(  # noqa: PLR0913, PLR0917 - the options of a command
    kind: Annotated[str, typer.Option(help="A notice or a journey.")] = "",
    action: Annotated[str, typer.Option(help="One of its actions.")] = "",
    channel: Annotated[str, typer.Option(help="email, sms, push, line, …")] = "",
    state: Annotated[str, typer.Option(help="accepted, unknown, failed, blocked, …")] = "",
    reaction: Annotated[str, typer.Option(help="reacted, none, waiting or unmeasured.")] = "",
    branch: Annotated[str, typer.Option(help="A branch of the playbook.")] = "",
    since: Annotated[str, typer.Option(help="First day of writing, as 2026-11-01.")] = "",
    until: Annotated[str, typer.Option(help="Last day of writing; it belongs.")] = "",
    contact: Annotated[
        str, typer.Option(help="An address, a ticket, an order number or a contact's id.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 50,
    before: Annotated[int | None, typer.Option(help="Where the next page begins.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write them into this file.")] = None,
    org: Org = None,
    json: Json = False,
) -> None:
    """Show messages, the newest first; the people in them are masked."""
    ref = chosen(org)
    given = {
        "kind": kind,
        "action": action,
        "channel": channel,
        "state": state,
        "reaction": reaction,
        "branch": branch,
        "since": since,
        "until": until,
        "contact": tokens.seal("contact", contact_of(ref, contact)) if contact else "",
    }
    found, following = _found(ref, _asked(given), limit, before)
    if csv is not None:
        write(csv, _as_csv(found))
    if json:
        output.emit({"items": found, "next_before": following})
        return
    columns = ["id", "made", "what", "by", "state", "reaction", "to"]
    output.table(ref.slug, columns, [_row(each, ref) for each in found])
    if following is not None:
        output.out.print(f"More: --before {following}", highlight=False)


def show(
    message: Annotated[int, typer.Argument(help="The id of a message, as `messages list` tells.")],
    org: Org = None,
    reveal: Annotated[
        str, typer.Option(help="Show the text as it was read; say why, it is written down.")
    ] = "",
    json: Json = False,
) -> None:
    """Show why a message was sent or not, with what, what the provider said and what came back."""
    ref = chosen(org)
    permissions = frozenset({"sales.view"} | ({"people.view_contact"} if reveal else set()))
    told = console.message(
        ref,
        message,
        actor=CLI,
        permissions=permissions,
        purpose=reveal or "message",
        now=clock.now(),
    )
    if json:
        output.emit(told)
        return
    for part in _parts(told, ref):
        output.out.print(part, highlight=False, markup=False, soft_wrap=False)


def _asked(given: dict[str, str]) -> MessagesAsked:
    """Refuse what the page would leave out: a script must not get more than it asked for."""
    asked = MessagesAsked.of(given)
    for name, word in given.items():
        if getattr(asked, name) != word.strip():
            hint = "A day is written as 2026-11-01; states and reactions as `--help` names them."
            raise BadInput("There is no {name} “{word}”.", name=name, word=word, hint=hint)
    return asked


def _found(
    ref: OrgRef, asked: MessagesAsked, limit: int, before: int | None
) -> tuple[list[MessageLine], int | None]:
    lines: list[MessageLine] = []
    following = before
    while len(lines) < limit:
        some, following = console.messages(
            ref, asked, limit=min(_PAGE, limit - len(lines)), before=following
        )
        lines += some
        if following is None:
            break
    return lines, following


def _as_csv(lines: list[MessageLine]) -> str:
    out = io.StringIO()
    writer = csv_files.writer(out, lineterminator="\r\n")
    writer.writerow([each.name for each in fields(MessageLine)])
    for line in lines:
        writer.writerow([reports.safe_cell(value) for value in asdict(line).values()])
    return reports.CSV_BEGINS + out.getvalue()


def _row(it: MessageLine, ref: OrgRef) -> tuple[object, ...]:
    reason = f" ({it.reason})" if it.reason else ""
    return (
        it.id,
        f"{it.at.astimezone(ZoneInfo(ref.zone)):%Y-%m-%d %H:%M}",
        f"{it.kind} · {it.action}" if it.kind else it.node,
        it.channel,
        f"{it.state}{reason}",
        it.reaction,
        it.to,
    )


def _parts(told: MessageTold, ref: OrgRef) -> Iterator[str]:
    line, zone = told.line, ZoneInfo(ref.zone)
    yield f"{line.kind or line.node}{' · ' if line.action else ''}{line.action} to {line.to or '–'}"
    for entry in told.entries:
        detail = f": {entry.detail}" if entry.detail else ""
        yield f"  {entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}  {entry.title}{detail}"
    for label, value in told.facts:
        yield f"  {label}: {value}"
    if told.points:
        yield f"  Points: {told.points}"
    if told.back is not None and told.back.answer.label:
        yield f"  Reaction: {told.back.answer.label}. {told.back.sentence}"
    if len(told.turn) > 1:
        yield "The turn:"
        for each in told.turn:
            cost = "" if each.cost is None else f", {Money(each.cost, ref.currency)}"
            yield f"  {each.id}  {each.channel}  {each.state}{cost}"
    if told.text is not None:
        yield f"Text:\n{told.text}"
