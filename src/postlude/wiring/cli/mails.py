"""Commands about mails and texts: look at one, send it to yourself, end a sender's rest."""

from pathlib import Path
from typing import Annotated

import typer

from postlude.journeys import api as journeys
from postlude.kernel import clock
from postlude.kernel.money import Money
from postlude.messages import api as messages
from postlude.messages.types import Enqueued
from postlude.orgs.types import OrgRef
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen

Slug = Annotated[str, typer.Argument(help="The template's name in the playbook.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    templates = typer.Typer(help="The texts of mails and text messages.", no_args_is_help=True)
    templates.callback()(lambda: None)
    templates.command("preview")(preview)
    templates.command("test")(send_test)
    app.add_typer(templates, name="templates")
    senders = typer.Typer(help="The accounts that mails go through.", no_args_is_help=True)
    senders.command("list")(list_senders)
    senders.command("resume")(resume)
    app.add_typer(senders, name="senders")


def preview(
    template: Slug,
    org: Org = None,
    locale: Annotated[str, typer.Option(help="zh-Hant, en, …")] = "zh-Hant",
    html: Annotated[Path | None, typer.Option(help="Write the HTML to this file.")] = None,
    json: Json = False,
) -> None:
    """Render a template with sample values, by the engine that sends."""
    ref = chosen(org)
    shown = messages.preview(ref.id, messages.template(ref.id, template).id, locale)
    if html is not None:
        html.write_text(shown.html, encoding="utf-8")
    if json:
        output.emit(shown)
        return
    if shown.size is None:
        output.out.print(f"{shown.subject}\n\n{shown.text}", markup=False, highlight=False)
        return
    size = f"{shown.size.encoding}, {shown.size.units} of {shown.size.room}"
    words = f"{_segments(shown.size.count)} ({size}){_cost(ref, shown.cost)}"
    output.out.print(f"{shown.text}\n\n{words}", markup=False, highlight=False)


def send_test(
    template: Slug,
    to: Annotated[str, typer.Option(help="Your own address; for a text your phone.")],
    sender: Annotated[str, typer.Option(help="The sender's name in the playbook.")],
    org: Org = None,
    locale: Annotated[str, typer.Option(help="zh-Hant, en, …")] = "zh-Hant",
) -> None:
    """Send one real mail or text to yourself; no report and no cap ever counts it.

    It is queued; the running server sends it. It shows what you yourself hold: without a ticket of
    your own it has no tickets and no links.
    """
    ref = chosen(org)
    queued = journeys.send_test(
        ref.id, template, to=to, sender=sender, locale=locale, source="cli", now=clock.now()
    )
    output.out.print(queued_words(ref, queued))


def queued_words(ref: OrgRef, queued: Enqueued) -> str:
    """Say what became of a test, and what it takes."""
    takes = f": {_segments(queued.segments)}{_cost(ref, queued.cost)}" if queued.segments else ""
    stopped = f", stopped: {queued.blocked}" if queued.blocked else ""
    return f"queued{takes}{stopped}"


def _segments(count: int) -> str:
    return f"{count} segment{'' if count == 1 else 's'}"


def _cost(ref: OrgRef, minor: int | None) -> str:
    return "" if minor is None else f", {Money(minor, ref.currency)}"


def list_senders(org: Org = None, json: Json = False) -> None:
    """Show each sender: whether it rests and why, and what waits."""
    rows = messages.senders(chosen(org).id)
    if json:
        output.emit({"senders": rows})
        return
    output.table(
        "Senders",
        ["sender", "via", "rests until", "why", "breaker"],
        [(row.slug, row.channel, row.paused_until, row.pause_reason, row.breaker) for row in rows],
    )


def resume(
    sender: Annotated[str, typer.Argument(help="The sender's name in the playbook.")],
    org: Org = None,
) -> None:
    """End a sender's rest and close its breaker, once the cause is mended."""
    ref = chosen(org)
    messages.resume_sender(ref.id, messages.sender(ref.id, sender).id, now=clock.now())
    output.out.print(f"{sender} sends again")
