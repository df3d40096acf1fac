"""Commands for operators: doctor, apply, jobs."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from postlude.kernel import claims, clock, jobs, one_shot
from postlude.kernel.one_shot import Errand
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks
from postlude.wiring import examination
from postlude.wiring.cli import differences, output

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "problem": "[bold red]✗[/]"}
_SLOT_SECONDS = claims.LEASE_SECONDS + 1  # what a process that died holds is free by then
CLI = Actor(kind="cli", id="postlude")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(doctor)
    app.command()(apply)
    group = typer.Typer(help="The jobs that `up` and `worker` run.", no_args_is_help=True)
    group.command("list")(list_jobs)
    group.command("run")(run_job)
    app.add_typer(group, name="jobs")


def doctor(
    json: Json = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody outside.")] = False,
) -> int:
    """Check configuration, keys, reachability and clock, and say what to fix."""
    findings = examination.examine(online=not offline, more=examination.ROOMS)
    if json:
        output.emit({"findings": findings})
    else:
        for each in findings:
            output.out.print(f"{MARKS[each.level]} [bold]{each.check}[/] {each.what}")
            if each.fix:
                output.out.print(f"    [dim]→[/] {each.fix}", highlight=False)
    bad = any(each.level == "problem" for each in findings)
    return output.FINDINGS if bad else output.OK


def apply(
    playbook: Annotated[Path, typer.Argument(help="A playbook file.")],
    org: Annotated[str | None, typer.Option(help="Organisation, when not named inside.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change; change nothing.")
    ] = False,
    people: Annotated[
        bool,
        typer.Option(help="Count first whom changed notices would write to, at what cost."),
    ] = True,
    json: Json = False,
) -> int:
    """Check a playbook, say what it would mean for whom, and put it into force; safe to repeat."""
    found = differences.of(playbook, None, people=people, json=json)
    changing = [each for each in found if each.what != "same"]
    if not json:
        differences.show(changing, lines=False)
    report = playbooks.apply(playbook, org=org, actor=CLI, now=clock.now(), dry_run=dry_run)
    if json:
        output.emit({**asdict(report), "impact": changing})
    else:
        for line in report.lines():
            output.out.print(line, highlight=False, markup=False, soft_wrap=True)
    return output.OK


def list_jobs(json: Json = False) -> None:
    """Show each job and its last run."""
    rows = jobs.status()
    if json:
        output.emit({"jobs": rows})
        return
    output.table(
        "Jobs",
        ["job", "group", "last start", "last end", "did", "error"],
        [
            (
                each.name,
                each.group,
                each.last_started,
                each.last_finished,
                each.last_result,
                each.last_error,
            )
            for each in rows
        ],
    )


def run_job(
    name: Annotated[str, typer.Argument(help="A job's name, or `all` until nothing is left.")],
    seconds: Annotated[float, typer.Option(help="How long it may take.")] = 20,
    json: Json = False,
) -> int:
    """Run one job now (`all`: what is due, then everything); say what it did and what is left."""
    errand = Errand()
    if name == "all":
        errand = one_shot.run_all(seconds=seconds)
    else:
        errand.done[name] = jobs.run_once(name, seconds=seconds, wait=_SLOT_SECONDS)
        errand.left = one_shot.left()
    did = sum(errand.done.values())
    if json:
        output.emit({"job": name, "did": did, **asdict(errand)})
    else:
        output.out.print(f"{name}: {did} done, {errand.left} left")
        for job, words in errand.failed.items():
            output.err.print(f"{job}: {words}", markup=False)
    return output.FINDINGS if errand.failed or errand.left else output.OK
