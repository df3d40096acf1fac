"""Commands about announcements: tell everybody who holds a ticket, and see how far it is."""

import time
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from postlude.channels import api as channels
from postlude.channels.types import Announcement
from postlude.kernel import clock, jobs
from postlude.kernel.errors import BadInput
from postlude.messages import api as messages
from postlude.messages.types import DispatchFact, DispatchState, Klass
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen

Name = Annotated[str, typer.Argument(help="Its name; used once.")]
_LONGEST = 60
_JOB = "channels.announce"
_SHOWN_EVERY_S = 0.5
_ENDED = {"accepted", "delivered", "bounced", "blocked", "failed", "cancelled", "expired"}


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(announce)
    group = typer.Typer(help="What was announced, and how far it is.", no_args_is_help=True)
    group.command("list")(list_announcements)
    group.command("show")(show)
    group.command("cancel")(cancel)
    app.add_typer(group, name="announcements")


def announce(  # noqa: PLR0913, PLR0917 - the options of a command
    name: Name,
    to: Annotated[str, typer.Option(help="The conference: everybody who holds a ticket of it.")],
    template: Annotated[str, typer.Option(help="The template's name in the playbook.")],
    sender: Annotated[str, typer.Option(help="A sender with `path: campaign`.")],
    klass: Annotated[
        Klass, typer.Option("--class", help="Marketing needs a yes; service heeds a no.")
    ] = Klass.SERVICE,
    locale: Annotated[str, typer.Option(help="zh-Hant, en, …; else the organisation's.")] = "",
    at: Annotated[
        str, typer.Option(help="When it leaves, such as 2026-12-01T09:00; else at once.")
    ] = "",
    wait: Annotated[bool, typer.Option("--wait", help="Work on it here until it is over.")] = False,
    org: Org = None,
    json: Json = False,
) -> int:
    """Write to everybody who holds a ticket of a conference, as one campaign; safe to repeat.

    The running server sends it; `--wait` does so here. Whoever must not get it does not:
    consent, suppression, caps and quiet hours are looked at again right before it leaves.
    """
    ref = chosen(org)
    wanted = Announcement(
        name=_checked(name),
        sender=sender,
        template=template,
        conference=to,
        actor="cli",
        klass=klass.value,
        locale=locale,
        send_at=_moment(at, ref.zone) if at else None,
    )
    with output.progress("writing it to everybody", shown=not json) as advance:
        it = channels.announce(ref.id, wanted, now=clock.now(), progress=advance)
    if wait:
        it = _until_over(it, shown=not json)
    _print(it, as_json=json)
    bad = it.state in {DispatchState.FAILED, DispatchState.CANCELLED}
    return output.FINDINGS if bad else output.OK


def list_announcements(org: Org = None, json: Json = False) -> None:
    """Show the newest announcements, and why one waits."""
    rows = messages.dispatches(chosen(org).id)
    if json:
        output.emit({"announcements": [_shown(row) for row in rows]})
        return
    output.table(
        "Announcements",
        ["name", "state", "next", "people", "to leave", "why"],
        [(row.key, row.state, row.step, row.count, row.send_at, row.reason) for row in rows],
    )


def show(name: Name, org: Org = None, json: Json = False) -> None:
    """Show one announcement: how far it is, what Klaviyo calls it, what became of its messages."""
    _print(messages.dispatch(chosen(org).id, name), as_json=json)


def cancel(name: Name, org: Org = None, json: Json = False) -> None:
    """Stop an announcement that has not been handed over yet."""
    it = messages.cancel_dispatch(chosen(org).id, name, actor="cli", now=clock.now())
    _print(it, as_json=json)


def _checked(name: str) -> str:
    if not name.strip() or len(name) > _LONGEST or set(name) & set('"\\\r\n'):
        raise BadInput(
            "This is no name for an announcement.",
            hint=f"Up to {_LONGEST} letters, without quotation marks and line breaks.",
        )
    return name


def _moment(text: str, zone: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            "{text} is no time.", text=text, hint="Write it as 2026-12-01T09:00."
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))


def _until_over(it: DispatchFact, *, shown: bool) -> DispatchFact:
    """Work on announcements here, like the server, until this one is over."""
    with output.progress("sending", shown=shown) as advance:
        while it.finished_at is None:
            jobs.run_once(_JOB)
            it = messages.dispatch(it.org, it.key)
            counts = messages.dispatch_counts(it)
            advance(sum(counts.get(state, 0) for state in _ENDED), it.count)
            if it.finished_at is None:
                time.sleep(_SHOWN_EVERY_S)
    return it


def _shown(it: DispatchFact) -> dict[str, object]:
    """Return an announcement for scripts: without what only the machine needs."""
    ours = {"template", "list", "campaign", "message"}
    return {
        "name": it.key,
        "state": it.state.value,
        "next": it.step,
        "why": it.reason,
        "class": it.klass.value,
        "people": it.count,
        "messages": messages.dispatch_counts(it),
        "klaviyo": {name: each for name, each in it.vendor.items() if name in ours},
        "created_at": it.created_at,
        "send_at": it.send_at,
        "looked_at_again": None if it.finished_at else it.due,
        "finished_at": it.finished_at,
    }


def _print(it: DispatchFact, *, as_json: bool) -> None:
    shown = _shown(it)
    if as_json:
        output.emit(shown)
        return
    output.table(it.key, ["", ""], [(name, each) for name, each in shown.items() if each])
