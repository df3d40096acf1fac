"""The funnel as the page shows it: every number with the link that opens it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from postlude.console import words
from postlude.console.readings import people_rows
from postlude.console.types import Tone
from postlude.kernel import tokens
from postlude.kernel.errors import N_
from postlude.orgs.types import OrgRef
from postlude.reports import api as reports
from postlude.reports.types.funnel import (
    ASIDES,
    STEPS,
    Aside,
    Event,
    Funnel,
    Line,
    Rows,
    Step,
    Tally,
)

LABELS: Mapping[str, str] = {
    Step.REGISTERED: N_("Registered"),
    Step.PAID: N_("Paid"),
    Step.GRANTED: N_("Granted"),
    Step.INVITED: N_("Invited"),
    Step.DELIVERED: N_("Delivered"),
    Step.OPENED: N_("Opened"),
    Step.CLICKED: N_("Clicked"),
    Step.USED: N_("Access used"),
    Aside.UNPAID: N_("Not paid"),
    Aside.CANCELLED: N_("Cancelled"),
    Aside.REFUNDED: N_("Refunded"),
}
CUTS = ("type", "day", "both")
_HIGH, _WIDE = 100.0, 100.0  # the picture's own units
_LEAST = 1.2  # so that one ticket of thousands is still seen


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as they stand in the form and in every link."""

    event: str = ""
    ticket_type: str = ""
    since: str = ""
    until: str = ""
    by: str = "type"

    def query(self, **more: Any) -> str:
        named = {
            "event": self.event,
            "type": self.ticket_type,
            "since": self.since,
            "until": self.until,
            "by": "" if self.by == CUTS[0] else self.by,
            **more,
        }
        return urlencode({key: value for key, value in named.items() if value})


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of the picture. `shape` is the bar and the slope to the next, in its own units."""

    key: str
    label: str
    count: int
    href: str
    slope: str
    top: float
    height: float
    wide: float
    of_previous: float | None
    of_first: float | None
    median: float | None
    lost: int
    lost_href: str


@dataclass(frozen=True, slots=True)
class Cell:
    count: int
    share: float | None
    href: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """A line of the table; `group` heads the lines of one event."""

    label: str
    cells: tuple[Cell, ...]
    href: str = ""
    group: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class FunnelPage:
    bars: tuple[Bar, ...]
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    total: TableRow
    zone: str
    empty: bool


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket behind a number; its holder is masked."""

    ticket: str
    order_number: str
    who: str
    email: str
    href: str
    event: str
    ticket_type: str
    day: date
    state: str
    tone: Tone
    furthest: str
    at: Any


def page(org: OrgRef, asked: Asked, found: Funnel) -> FunnelPage:
    """Return the picture and the table of a funnel."""
    link = _Links(org, asked)
    lines = {"type": found.types, "day": found.days, "both": found.cells}[asked.by]
    rows = _days(lines, link) if asked.by == "day" else _by_event(lines, found.events, link)
    return FunnelPage(
        bars=_bars(found.total, link),
        columns=tuple(_(LABELS[each]) for each in (*STEPS, *ASIDES)),
        rows=tuple(rows),
        total=TableRow(_("Total"), link.cells(found.total)),
        zone=found.zone,
        empty=not found.total.counts[0],
    )


class _Links:
    """Makes the links that open a number, under the page's filters."""

    def __init__(self, org: OrgRef, asked: Asked) -> None:
        self._rows = reverse("console:funnel-rows", args=[org.slug])
        self._page = reverse("console:funnel", args=[org.slug])
        self._asked = asked

    def rows(self, step: str, **more: Any) -> str:
        return f"{self._rows}?{self._asked.query(step=step, **more)}"

    def page(self, **more: Any) -> str:
        return f"{self._page}?{self._asked.query(**more)}"

    def cells(self, tally: Tally, **more: Any) -> tuple[Cell, ...]:
        steps = (
            Cell(tally.count(each), tally.of_previous(each), self.rows(each, **more))
            for each in STEPS
        )
        asides = (Cell(tally.aside(each), None, self.rows(each, **more)) for each in ASIDES)
        return (*steps, *asides)


def _bars(total: Tally, link: _Links) -> tuple[Bar, ...]:
    tops = [_top(total.of_first(each), total.count(each)) for each in STEPS]
    bars = []
    for at, step in enumerate(STEPS):
        following = total.counts[at + 1] if at + 1 < len(STEPS) else total.counts[at]
        after = tops[at + 1] if at + 1 < len(STEPS) else tops[at]
        bars.append(
            Bar(
                key=step.value,
                label=_(LABELS[step]),
                count=total.counts[at],
                href=link.rows(step),
                slope=f"{_WIDE * 0.62:.0f},{tops[at]:.2f} {_WIDE:.0f},{after:.2f} "
                f"{_WIDE:.0f},{_HIGH:.0f} {_WIDE * 0.62:.0f},{_HIGH:.0f}",
                top=round(tops[at], 2),
                height=round(_HIGH - tops[at], 2),
                wide=round((total.of_first(step) or 0.0) * _WIDE, 2),
                of_previous=total.of_previous(step),
                of_first=total.of_first(step),
                median=total.median(step),
                lost=total.counts[at] - following,
                lost_href=link.rows(step, stopped=1),
            )
        )
    return tuple(bars)


def _top(share: float | None, count: int) -> float:
    return _HIGH - (max(_LEAST, (share or 0.0) * _HIGH) if count else 0.0)


def _days(lines: tuple[Line, ...], link: _Links) -> list[TableRow]:
    found = []
    for line in lines:
        day = line.day.isoformat() if line.day else ""
        only = {"since": day, "until": day}
        found.append(TableRow(day, link.cells(line.tally, **only), link.page(**only, by="type")))
    return found


def _by_event(lines: tuple[Line, ...], events: tuple[Line, ...], link: _Links) -> list[TableRow]:
    whole = {each.event: each.tally for each in events}
    found = []
    for event, some in groupby(lines, key=lambda line: line.event):
        if event is None:
            continue
        only = {"event": event.slug}
        cells = link.cells(whole[event], **only)
        found.append(
            TableRow(event.name, cells, link.page(**only), group=True, note=event.conference_name)
        )
        found += [_type_line(line, event, link) for line in some]
    return found


def _type_line(line: Line, event: Event, link: _Links) -> TableRow:
    only = {"event": event.slug, "type": line.ticket_type}
    if line.day is None:
        href = link.page(**only, by="day")
        return TableRow(line.ticket_type, link.cells(line.tally, **only), href)
    day = line.day.isoformat()
    only |= {"since": day, "until": day}
    return TableRow(line.ticket_type, link.cells(line.tally, **only), link.page(**only), note=day)


def ticket_rows(org: OrgRef, found: Rows, step: str) -> tuple[TicketRow, ...]:
    """Return the tickets behind a number, their holders masked."""
    shown = people_rows.masked(org.id, {each.contact for each in found.rows if each.contact})
    rows = []
    for each in found.rows:
        person = shown.get(each.contact or 0)
        token = tokens.seal("contact", each.contact) if each.contact else ""
        state, tone = words.ticket_state(each.state)
        rows.append(
            TicketRow(
                ticket=str(each.ticket),
                order_number=each.order_number,
                who=people_rows.called(person) if each.contact else _("No usable address"),
                email=(person.email or person.email_as_given) if person else "",
                href=reverse("console:buyer", args=[org.slug, token]) if token else "",
                event=each.event.name,
                ticket_type=each.ticket_type,
                day=each.day,
                state=state,
                tone=tone,
                furthest=_(LABELS[each.furthest]),
                at=each.times.get(Step(step)) if step in set(STEPS) else None,
            )
        )
    return tuple(rows)


def choices(org: OrgRef) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return the events to choose from, grouped by conference; a conference is a choice too."""
    return tuple(
        (name, ((slug, _("All of it")), *[(each.slug, each.name) for each in some]))
        for (slug, name), some in groupby(
            reports.events(org.id), key=lambda each: (each.conference_slug, each.conference_name)
        )
    )
