"""Commands about journeys: what there is, how the runs of notices went, and what would happen."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from postlude.journeys import api as journeys
from postlude.kernel import clock, jobs
from postlude.orgs.types import OrgRef
from postlude.people import api as people
from postlude.wiring.cli import differences, mails, output, paths
from postlude.wiring.cli.choosing import Json, Org, chosen
from postlude.wiring.cli.points import contact_of

Notice = Annotated[str, typer.Argument(help="The name of a notice or journey in the playbook.")]
_JOBS = ("journeys.freeze_runs", "journeys.walk_runs")
_WORK_SECONDS = 240.0
_IDS = 2**63


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(help="Journeys and notices on a timetable.", no_args_is_help=True)
    group.command("list")(list_journeys)
    group.command("show")(show)
    group.command("run")(run)
    group.command("pause")(pause)
    group.command("resume")(resume)
    group.command("preview")(preview)
    group.command("test")(send_test)
    group.command("diff")(diff)
    app.add_typer(group, name="journeys")


def list_journeys(org: Org = None, json: Json = False) -> None:
    """Show every notice with its next and its last run, the journeys in steps, and the others."""
    ref = chosen(org)
    found = journeys.notices(ref.id, now=clock.now())
    others = [
        {"slug": each.slug, "version": each.number, "trigger": trigger}
        for each in journeys.journeys(ref.id)
        for trigger in [journeys.definition(ref.id, each.id).trigger]
    ]
    if json:
        output.emit({"notices": found, "paths": journeys.paths(ref.id), "journeys": others})
        return
    columns = ["notice", "version", "runs", "once per", "next run", "last run"]
    output.table(ref.slug, columns, [_line(each, ref) for each in found])
    paths.table(journeys.paths(ref.id))
    rows = [(each["slug"], each["version"], each["trigger"]) for each in others]
    output.table("Other journeys", ["journey", "version", "started by"], rows)


def show(
    notice: Notice,
    runs: Annotated[int, typer.Option(help="How many of the newest runs.")] = 10,
    org: Org = None,
    json: Json = False,
) -> None:
    """Show the newest runs of a notice, or each step of a journey in steps: who came there, and
    what became of them.
    """
    ref = chosen(org)
    if notice in paths.names(ref.id):
        versions = journeys.path_versions(ref.id, notice)
        if json:
            output.emit({"journey": notice, "versions": versions})
        else:
            paths.show(notice, versions)
        return
    found = journeys.runs(ref.id, notice, limit=runs)
    if json:
        output.emit({"notice": notice, "runs": found})
        return
    columns = ["run", "state", "selected", "before", "selection", "entered", "sent", "blocked"]
    columns += ["failed", "waiting", "unknown", "held out"]
    output.table(notice, columns, [row for each in found for row in _rows(each, ref)])


def run(notice: Notice, org: Org = None, json: Json = False) -> int:
    """Begin a run now, whatever the timetable says, and decide it here; whoever was served in
    their period is not again. The running server sends what was decided.
    """
    ref = chosen(org)
    begun = journeys.begin_by_hand(ref.id, notice, now=clock.now(), actor="cli")
    if begun is None:
        output.out.print("A run was begun by hand this minute already.")
        return output.FINDINGS
    deadline = clock.monotonic() + _WORK_SECONDS
    while _newest(ref, notice).state is not journeys.RunState.DONE:
        did = sum(jobs.run_once(name) for name in _JOBS)
        if clock.monotonic() >= deadline or not did:
            break  # somebody else has it, or it is a long one: the server goes on
    it = _newest(ref, notice)
    if json:
        output.emit(it)
    else:
        show(notice, runs=1, org=ref.slug)
    return output.OK if it.state is journeys.RunState.DONE else output.FINDINGS


def pause(notice: Notice, org: Org = None, json: Json = False) -> None:
    """Let no run of a notice begin, or nobody enter or go on in a journey in steps, whatever is
    applied, until it is resumed.
    """
    _switch(chosen(org), notice, paused=True, json=json)


def resume(notice: Notice, org: Org = None, json: Json = False) -> None:
    """Let it go on; what was due meanwhile is not made up for."""
    _switch(chosen(org), notice, paused=False, json=json)


def preview(
    who: Annotated[str, typer.Option("--for", help="An address, a ticket, an order or an id.")],
    notice: Annotated[str, typer.Option(help="Only this one; else every one that is on.")] = "",
    org: Org = None,
    json: Json = False,
) -> None:
    """Show what each notice would do for one person now, and why not; whether each journey in steps
    would take them in, and where they stand. Nothing is sent.
    """
    ref = chosen(org)
    contact = contact_of(ref, who)
    stepped = notice in paths.names(ref.id)
    found = [] if stepped else journeys.foresee(ref.id, contact, now=clock.now(), slug=notice)
    expected = journeys.expect(ref.id, contact, now=clock.now(), slug=notice)
    if json:
        output.emit({"contact": contact, "items": found, "paths": expected})
        return
    rows = [
        (
            each.notice,
            each.selection,
            _would(each),
            _at(each.served_at, ref) if each.served_at else each.way,
            each.template,
            each.points or "",
        )
        for each in found
    ]
    columns = ["notice", "selection", "", "way, or when", "template", "points"]
    output.table(ref.slug, columns, rows)
    paths.expected(expected, ref)


def _would(it: journeys.Foreseen) -> str:
    if it.why_not:
        return it.why_not.replace("_", " ")
    passed = [f"not by {each.sender}: {each.why.replace('_', ' ')}" for each in it.passed]
    return "; ".join(["would get", *passed])


def send_test(  # noqa: PLR0913, PLR0917 - the options of a command
    notice: Notice,
    to: Annotated[
        str, typer.Option(help="Your own address or phone, as its sender needs; or a contact's id.")
    ],
    way: Annotated[str, typer.Option(help="Which of several actions; else the first.")] = "",
    selection: Annotated[str, typer.Option(help="Of which selection, if several have it.")] = "",
    org: Org = None,
    json: Json = False,
) -> None:
    """Send the text of a notice to yourself: no mark, no points, no turn, and nothing counts it.

    It is queued; the running server sends it. `{{ points.balance }}` is your own.
    """
    ref = chosen(org)
    queued = journeys.send_notice_test(
        ref.id,
        notice,
        to=to,
        contact=_known_contact(ref, to),
        way=way,
        selection=selection,
        source="cli",
        now=clock.now(),
    )
    if json:
        output.emit(queued)
        return
    output.out.print(mails.queued_words(ref, queued), highlight=False)


def _known_contact(ref: OrgRef, who: str) -> int | None:
    """Return the contact with this id; None for what is not one, an address or a phone."""
    if not who.isdecimal() or int(who) >= _IDS:
        return None
    return int(who) if int(who) in people.pseudonyms(ref.id, [int(who)]) else None


def diff(
    playbook: Annotated[Path, typer.Argument(help="A playbook file.")],
    people: Annotated[
        bool,
        typer.Option(help="Count whom changed notices would write to, and what that would cost."),
    ] = True,
    org: Org = None,
    json: Json = False,
) -> int:
    """Compare a file's journeys and notices with those in force; change nothing."""
    found = differences.of(playbook, chosen(org).id, people=people, json=json)
    if json:
        output.emit({"items": found})
    else:
        differences.show(found)
    return output.OK if all(each.what == "same" for each in found) else output.FINDINGS


def _switch(ref: OrgRef, notice: str, *, paused: bool, json: bool) -> None:
    stepped = notice in paths.names(ref.id)
    pause = journeys.pause_path if stepped else journeys.pause_notice
    changed = pause(ref.id, notice, paused=paused, now=clock.now())
    if json:
        output.emit({"notice": notice, "paused": paused, "changed": changed})
        return
    paths.switched(notice, paused=paused, changed=changed)


def _newest(ref: OrgRef, notice: str) -> journeys.RunFact:
    return journeys.runs(ref.id, notice, limit=1)[0]


def _line(it: journeys.NoticeFact, ref: OrgRef) -> tuple[object, ...]:
    off = "paused" if it.paused_at else "off"
    upcoming = _at(it.next_at, ref) if it.next_at else off
    last = it.last_run
    sent = sum(each.sent for each in last.books) if last else 0
    told = f"{_at(last.due_at, ref)}: {sent} sent" if last else None
    return (it.slug, it.version, it.every, it.once_per, upcoming, told)


def _rows(it: journeys.RunFact, ref: OrgRef) -> list[tuple[object, ...]]:
    due = f"{_at(it.due_at, ref)} {it.zone or ''}".rstrip()
    head = (due, it.state.value, it.selected, it.passed_over)
    if not it.books:
        return [(*head, *[""] * 8)]
    return [
        (
            *(head if not number else ("", "", "", "")),
            each.selection,
            each.entered,
            each.sent,
            ", ".join(f"{reason} {count}" for reason, count in each.blocked.items()) or 0,
            each.failed,
            each.waiting,
            each.unknown,
            each.held_out,
        )
        for number, each in enumerate(it.books)
    ]


def _at(when: datetime, ref: OrgRef) -> str:
    return f"{when.astimezone(ZoneInfo(ref.zone)):%Y-%m-%d %H:%M}"
