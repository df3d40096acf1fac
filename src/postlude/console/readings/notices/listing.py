"""Every notice in a row: when it runs, how the last run went, whether it is on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from postlude.console.types import Tone
from postlude.journeys import api as journeys
from postlude.kernel.errors import N_
from postlude.orgs.types import OrgRef

# A number of the books, and what it is called; entered is the sum of all others.
BOOKS: Mapping[str, str] = {
    "entered": N_("entered"),
    "sent": N_("sent"),
    "blocked": N_("blocked"),
    "failed": N_("failed"),
    "waiting": N_("waiting"),
    "unknown": N_("unknown"),
    "held_out": N_("held out"),
}
_RUNS: Mapping[journeys.RunState, tuple[str, Tone]] = {
    journeys.RunState.FREEZING: (N_("writing down who gets it"), Tone.INFO),
    journeys.RunState.SERVING: (N_("on its way"), Tone.INFO),
    journeys.RunState.DONE: (N_("done"), Tone.GOOD),
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number and where it opens; "" where there is nobody behind it."""

    key: str
    label: str
    value: int
    href: str = ""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run of one selection; `done` is its part that was decided, 0 to 100, None of a whole."""

    due_at: datetime
    zone: str
    state: str
    tone: Tone
    version: int
    selection: str
    selected: int
    passed_over: int
    numbers: tuple[Number, ...]
    done: float | None
    first: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A notice; `switch` is what may be done to it: pause, resume, or nothing."""

    slug: str
    title: str
    href: str
    state: str
    tone: Tone
    every: str
    once_per: str
    folder: str
    version: int
    next_at: datetime | None
    switch: str
    runs: tuple[RunRow, ...]


def rows(org: OrgRef, *, now: datetime) -> list[Row]:
    """Return every notice, by folder and name."""
    found = journeys.notices(org.id, now=now)
    made = [row(org, it, (it.last_run,) if it.last_run else ()) for it in found]
    return sorted(made, key=lambda it: (it.folder, it.slug))


def row(org: OrgRef, it: journeys.NoticeFact, runs: tuple[journeys.RunFact, ...]) -> Row:
    """Return a notice with some of its runs."""
    state, tone = _state(it, runs)
    return Row(
        slug=it.slug,
        title=it.title or it.slug,
        href=reverse("console:notice", args=[org.slug, it.slug]),
        state=_(state),
        tone=tone,
        every=it.every,
        once_per=it.once_per,
        folder=it.folder,
        version=it.version,
        next_at=it.next_at,
        switch="" if not it.active else "resume" if it.paused_at else "pause",
        runs=tuple(line for each in runs for line in _lines(org, it.slug, each)),
    )


def _state(it: journeys.NoticeFact, runs: tuple[journeys.RunFact, ...]) -> tuple[str, Tone]:
    if not it.active:
        return N_("switched off"), Tone.PLAIN
    if it.paused_at is not None:
        return N_("paused"), Tone.WARN
    if any(each.state is not journeys.RunState.DONE for each in runs):
        return N_("on its way"), Tone.INFO
    return N_("on"), Tone.GOOD


def _lines(org: OrgRef, slug: str, it: journeys.RunFact) -> list[RunRow]:
    state, tone = _RUNS[it.state]
    page = reverse("console:notice-rows", args=[org.slug, slug])
    decided = it.selected - it.left
    going = it.state is not journeys.RunState.DONE
    done = (100.0 * decided / it.selected if it.selected else 0.0) if going else None
    return [
        RunRow(
            due_at=it.due_at,
            zone=it.zone or org.zone,
            state=_(state),
            tone=tone,
            version=it.version,
            selection=books.selection if books else "",
            selected=it.selected,
            passed_over=it.passed_over,
            numbers=_numbers(page, it.id, books) if books else (),
            done=done,
            first=not number,
        )
        for number, books in enumerate(it.books or (None,))
    ]


def _numbers(page: str, run: int, it: journeys.Books) -> tuple[Number, ...]:
    values = {key: _value(it, key) for key in BOOKS}
    asked = {"run": run, "selection": it.selection}
    return tuple(
        Number(
            key,
            _(BOOKS[key]),
            value,
            f"{page}?{urlencode({**asked, 'of': key})}" if value else "",
        )
        for key, value in values.items()
    )


def _value(it: journeys.Books, key: str) -> int:
    return sum(it.blocked.values()) if key == "blocked" else int(getattr(it, key))
