"""What a playbook file would change, as `journeys diff` and `apply` show it: never a name."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.markup import escape

from postlude.journeys import api as journeys
from postlude.kernel import clock
from postlude.kernel.money import Money
from postlude.playbooks import api as playbooks
from postlude.wiring.cli import output


def of(path: Path, org: int | None, *, people: bool, json: bool) -> list[playbooks.Difference]:
    """Compare a file with what is in force, with a bar on a terminal while people are counted."""
    with output.progress("Counting people", shown=output.err.is_terminal and not json) as tell:
        return playbooks.differences(path, org, now=clock.now(), people=people, tell=tell)


def show(found: Iterable[playbooks.Difference], *, lines: bool = True) -> None:
    """Print each difference: its lines, whom it would write to, and who stays where they are."""
    for each in found:
        output.out.print(f"[bold]{escape(each.slug)}[/]: {each.what}", highlight=False)
        told = [*(each.lines if lines else ()), *_told(each)]
        for line in told:
            output.out.print(line, highlight=False, markup=False, soft_wrap=True)


def _told(it: playbooks.Difference) -> Iterator[str]:
    if it.texts:
        yield f"  new words: {', '.join(it.texts)}"
    if it.impact is not None:
        yield from _people(it.impact)
    if it.judged_anew:
        yield f"  {it.judged_anew} orders are credited anew"
    if it.entering is not None:
        yield from _walking(it.entering)
    for each in it.in_flight:
        yield f"  stays on version {each.version}: {_flying(each)}"


def _people(it: playbooks.Foreseen) -> Iterator[str]:
    found = it.people
    if found.paused:
        yield "  paused by hand: neither version begins a run until it is resumed"
    for name, reach, run, day in (
        ("in force", found.before, it.run_before, it.day_before),
        ("the file", found.after, it.run_after, it.day_after),
    ):
        yield f"  {name}: {_reach(reach)}" if reach else f"  {name}: no run begins"
        if reach is not None:
            yield f"    a run now {_bill(run)}; a day later on about {_bill(day)}"
    yield f"  newly written to: {found.newly}{_sample(found.newly_sample)}"
    yield f"  no longer written to: {found.no_longer}{_sample(found.no_longer_sample)}"


def _walking(found: journeys.PathImpact) -> Iterator[str]:
    if found.paused:
        yield "  paused by hand: nobody enters or goes on until it is resumed"
    for name, it in (("in force", found.before), ("the file", found.after)):
        yield f"  {name}: {_taken_in(it)}" if it else f"  {name}: nobody enters"
    yield f"  newly taken in: {found.newly}{_sample(found.newly_sample)}"
    yield f"  no longer taken in: {found.no_longer}{_sample(found.no_longer_sample)}"


def _taken_in(it: journeys.Entering) -> str:
    chosen = "to whom it happened in the last day" if it.by_day else "selected now"
    parts = [f"{it.begins}: {it.selected} {chosen}", f"{it.walked} walked it or were in before"]
    parts += [f"{it.held_out} held out"] if it.held_out else []
    return f"{', '.join(parts)}; {it.entering} would enter"


def _reach(it: journeys.Reach) -> str:
    stopped = ", ".join(f"{reason.replace('_', ' ')} {n}" for reason, n in it.stopped.items())
    parts = [f"{it.selected} selected", f"{it.served} served in their period before"]
    parts += [f"stopped: {stopped}"] if stopped else []
    parts += [f"{it.held_out} held out"] if it.held_out else []
    unsure = "" if it.knows_reach else " (its sender is not there yet: nobody was asked who may)"
    return f"{', '.join(parts)}; {it.written} would be written to{unsure}"


def _bill(it: playbooks.Bill | None) -> str:
    if it is None:
        return "? messages"
    segments = f", {it.segments:,.0f} segments" if it.segments else ""
    cost = f", {Money(it.cost, it.currency)}" if it.cost is not None else ""
    return f"{it.messages:,.0f} messages{segments}{cost}"


def _sample(contacts: Sequence[int]) -> str:
    return f" (such as {', '.join(map(str, contacts))})" if contacts else ""


def _flying(it: journeys.InFlight) -> str:
    parts = [
        f"{it.runs} open runs with {it.undecided} people in {it.portions} portions"
        if it.runs
        else "",
        f"{it.members} people under way" if it.members else "",
        f"{it.queued} messages in the queue" if it.queued else "",
    ]
    return ", ".join(part for part in parts if part)
