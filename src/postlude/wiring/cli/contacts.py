"""Commands about who is one person: the ledger of joinings, conflicts, and the rules for both."""

from typing import Annotated, Literal

import typer

from postlude.console import api as console
from postlude.kernel import clock
from postlude.kernel.errors import NotFound
from postlude.orgs import api as orgs
from postlude.orgs.api import IdentityRules
from postlude.people import api as people
from postlude.people.types import Joined, Merged
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen
from postlude.wiring.cli.operate import CLI

Who = Annotated[
    str,
    typer.Argument(
        help="E-mail, phone, your number of the customer, an order, or id:NUMBER as `show` says."
    ),
]
Why = Annotated[str, typer.Option("--why", help="Why; it is kept.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, change nothing.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(help="Who is one person, and who is not.", no_args_is_help=True)
    group.command("show")(show)
    group.command("merge")(merge)
    group.command("unmerge")(unmerge)
    group.command("merge-placeholders")(merge_placeholders)
    group.command("conflicts")(list_conflicts)
    group.command("apart")(keep_apart)
    group.command("rules")(rules)
    app.add_typer(group, name="contacts")


def show(who: Who, org: Org = None, json: Json = False) -> None:
    """Show all numbers of one person, and every joining and parting there ever was."""
    ref = chosen(org)
    contact = _named(ref.id, who)
    everyone = people.family(ref.id, contact)
    lines = people.joinings(ref.id, contact)
    bare = bool(people.headless(ref.id, [contact]))
    if json:
        output.emit(
            {"contact": everyone[0], "also": everyone[1:], "placeholder": bare, "ledger": lines}
        )
        return
    kind = "placeholder" if bare else "person"
    also = ", ".join(f"id:{each}" for each in everyone[1:])
    output.out.print(f"{kind} id:{everyone[0]}" + (f", also {also}" if also else ""))
    if lines:
        columns = ("joined", "to", "when", "why", "parted")
        output.table("The ledger", columns, [_line(each) for each in lines])


def _line(line: Joined) -> tuple[str, ...]:
    parted = f"{line.undone_at:%Y-%m-%d %H:%M} {line.undone_why}" if line.undone_at else ""
    why = f"{line.reason} {line.why}".strip()
    when = f"{line.at:%Y-%m-%d %H:%M}"
    return f"id:{line.child}", f"id:{line.parent}", when, why, parted


def merge(  # noqa: PLR0913, PLR0917 - the options of a command
    who: Who,
    into: Annotated[str, typer.Argument(help="Who speaks for both from now on.")],
    why: Why,
    org: Org = None,
    dry_run: Dry = False,
    json: Json = False,
) -> None:
    """Say that two contacts are one person. `unmerge` takes it back."""
    ref = chosen(org)
    done = people.merge(
        ref.id,
        _named(ref.id, who),
        _named(ref.id, into),
        why=why,
        actor=CLI,
        now=clock.now(),
        dry_run=dry_run,
    )
    _tell(done, "would be joined to" if dry_run else "joined to", json=json, dry_run=dry_run)


def unmerge(
    who: Who,
    why: Why,
    org: Org = None,
    dry_run: Dry = False,
    json: Json = False,
) -> None:
    """Take a joining back: both are whole again, and each has what it had before."""
    ref = chosen(org)
    contact = _named(ref.id, who)
    done = people.unmerge(ref.id, contact, why=why, actor=CLI, now=clock.now(), dry_run=dry_run)
    _tell(done, "would be parted from" if dry_run else "parted from", json=json, dry_run=dry_run)


def _tell(done: Merged, words: str, *, json: bool, dry_run: bool) -> None:
    if json:
        output.emit({"done": done, "dry_run": dry_run})
    elif not done.changed:
        output.out.print(f"they are one already: id:{done.contact}")
    else:
        output.out.print(f"id:{done.joined} {words} id:{done.contact}")


def merge_placeholders(
    by: Annotated[Literal["phone", "line"], typer.Option(help="What they share.")],
    org: Org = None,
    dry_run: Dry = False,
    json: Json = False,
) -> None:
    """Merge contacts of whom only a phone is known into the member who has it too.

    Where several members have it nothing is merged: `conflicts` shows them.
    """
    ref = chosen(org)
    done = people.merge_placeholders(ref.id, by, actor=CLI, now=clock.now(), dry_run=dry_run)
    if json:
        output.emit({"merged": done.pairs, "conflicts": done.conflicts, "dry_run": dry_run})
        return
    words = "to merge" if dry_run else "merged"
    output.out.print(f"{len(done.pairs)} {words}, {len(done.conflicts)} conflicts")


def list_conflicts(
    org: Org = None,
    all_: Annotated[bool, typer.Option("--all", help="Also those that were resolved.")] = False,
    json: Json = False,
) -> None:
    """Show members who share a phone, an e-mail or a chat id: are they one person?"""
    found = people.conflicts(chosen(org).id, resolved=all_)
    if json:
        output.emit({"conflicts": found})
        return
    rows = [
        (
            str(each.id),
            each.kind,
            f"id:{each.one}",
            f"id:{each.other}",
            f"{each.since:%Y-%m-%d}",
            each.resolution or "open",
        )
        for each in found
    ]
    output.table("Conflicts", ("number", "share", "one", "other", "since", "state"), rows)


def keep_apart(
    number: Annotated[int, typer.Argument(help="Of the conflict.")],
    why: Why,
    org: Org = None,
    json: Json = False,
) -> None:
    """Say that the two of a conflict are two people; nobody is asked about them again."""
    told = people.keep_apart(chosen(org).id, number, why=why, actor=CLI, now=clock.now())
    if json:
        output.emit({"conflict": told})
        return
    output.out.print(f"id:{told.one} and id:{told.other} stay two people")


def rules(
    org: Org = None,
    merge_by_phone: Annotated[
        bool | None,
        typer.Option(help="Who is known by a phone alone is merged into the member who shows it."),
    ] = None,
    anonymous_after_logout: Annotated[
        bool | None,
        typer.Option(help="After a logout the next hit is of a visitor nobody knows."),
    ] = None,
    json: Json = False,
) -> None:
    """Show or change what the organisation wants where it is not certain who somebody is."""
    ref = chosen(org)
    held = orgs.identity(ref.id)
    wanted = IdentityRules(
        held.merge_by_phone if merge_by_phone is None else merge_by_phone,
        held.anonymous_after_logout if anonymous_after_logout is None else anonymous_after_logout,
    )
    if wanted != held:
        orgs.configure(ref.id, identity=wanted)
    if json:
        output.emit({"rules": wanted})
        return
    for name, on in (
        ("merge by phone", wanted.merge_by_phone),
        ("anonymous after logout", wanted.anonymous_after_logout),
    ):
        output.out.print(f"{name}: {'yes' if on else 'no'}")


def _named(org: int, who: str) -> int:
    contact = console.find(org, who)
    if contact is None:
        raise NotFound(
            "Nobody here has this address, phone, number or order.",
            hint="`postlude contacts show` takes id:NUMBER as well.",
        )
    return contact
