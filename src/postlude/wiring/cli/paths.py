"""Journeys in steps at the command line: their people, step by step."""

from datetime import datetime
from zoneinfo import ZoneInfo

from rich.markup import escape

from postlude.journeys import api as journeys
from postlude.orgs.types import OrgRef
from postlude.wiring.cli import output

_COLUMNS = [
    "step",
    "does",
    "entered",
    "passed",
    "waiting",
    "sent",
    "blocked",
    "failed",
    "unknown",
    "held out",
    "ended",
    "goal",
]


def table(found: list[journeys.PathFact]) -> None:
    """Print the journeys in steps, a line each."""
    columns = ["journey", "version", "begins", "once per", "entered", "on the way", "goal", ""]
    output.table("Journeys in steps", columns, [_line(each) for each in found])


def show(slug: str, versions: list[journeys.VersionFact]) -> None:
    """Print each version's steps, and what became of whoever came there."""
    for it in versions:
        title = (
            f"{slug}, version {it.number}: {it.entered} entered, {it.walking} on the way, "
            f"{it.done} through, {it.stopped} stopped, {it.goal} reached the goal"
        )
        output.table(title, _COLUMNS, [_row(each) for each in it.steps])


def expected(found: list[journeys.Expected], ref: OrgRef) -> None:
    """Print whether each would take somebody in, and where they stand."""
    rows = [
        (
            each.path,
            each.begins,
            each.why_not.replace("_", " ") or "would take them in",
            _at(each.walked_at, ref),
            each.stands_at,
            _at(each.since, ref),
        )
        for each in found
    ]
    columns = ["journey", "begins", "", "when", "stands at", "since"]
    output.table("Journeys in steps", columns, rows)


def switched(slug: str, *, paused: bool, changed: bool) -> None:
    """Say whether it rests now."""
    state = "paused" if paused else "on"
    output.out.print(f"{escape(slug)}: {state}{'' if changed else ' (as before)'}")


def names(org: int) -> set[str]:
    """Return what the journeys in steps are called."""
    return {each.slug for each in journeys.paths(org)}


def _line(it: journeys.PathFact) -> tuple[object, ...]:
    state = _rests(it.paused_at, active=it.active)
    return (it.slug, it.version, it.begins, it.once_per, it.entered, it.walking, it.goal, state)


def _at(when: datetime | None, ref: OrgRef) -> str:
    return f"{when.astimezone(ZoneInfo(ref.zone)):%Y-%m-%d %H:%M}" if when else ""


def _rests(paused_at: datetime | None, *, active: bool) -> str:
    if paused_at is not None:
        return "paused"
    return "" if active else "off"


def _row(it: journeys.StepFact) -> tuple[object, ...]:
    return (
        it.name,
        it.does.replace("_", " "),
        it.entered,
        it.passed,
        it.waiting,
        it.sent,
        ", ".join(f"{reason} {count}" for reason, count in it.blocked.items()) or 0,
        it.failed,
        it.unknown,
        it.held_out,
        it.ended,
        it.goal,
    )
