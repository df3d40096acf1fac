"""The popup report as a page: each number opens into its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from postlude.console.readings import people_rows
from postlude.console.readings.days import Asked
from postlude.kernel import tokens
from postlude.kernel.errors import N_
from postlude.kernel.money import Money
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.reports.types.popups import (
    PopupNumber,
    PopupReportLine,
    PopupRows,
    Popups,
    PopupTally,
    Side,
)

LABELS = {
    PopupNumber.SHOWN: N_("Shown"),
    PopupNumber.HELD_OUT: N_("Held out"),
    PopupNumber.CLICKED: N_("Clicked"),
    PopupNumber.CONVERTED: N_("Bought after it"),
}
SIDES = {Side.ANONYMOUS: N_("anonymous"), Side.MEMBER: N_("members")}


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of both sides, and of each; every one with its link, none where it is 0."""

    text: str
    href: str
    sides: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """A popup, or the total (no slug)."""

    slug: str
    title: str
    active: bool
    cells: Sequence[Cell]
    click_rate: float | None
    conversion_rate: float | None
    revenue: str


@dataclass(frozen=True, slots=True)
class Page:
    lines: Sequence[Line]
    total: Line
    columns: Sequence[str]
    chart: dict[str, Any] | None
    found: Popups


def page(org: OrgRef, asked: Asked, found: Popups) -> Page:
    """Return the report as its page shows it."""
    total = PopupReportLine("", _("Total"), active=True, tally=found.total)
    return Page(
        lines=[_line(org, asked, each, found) for each in found.lines],
        total=_line(org, asked, total, found),
        columns=[_(each) for each in LABELS.values()],
        chart=_chart(org, found),
        found=found,
    )


def _line(org: OrgRef, asked: Asked, line: PopupReportLine, found: Popups) -> Line:
    tally = line.tally
    return Line(
        line.popup,
        line.title,
        line.active,
        [_cell(org, asked, line.popup, tally, each) for each in PopupNumber],
        tally.click_rate(),
        tally.conversion_rate(),
        str(Money(tally.paid(), found.currency)),
    )


def _cell(org: OrgRef, asked: Asked, popup: str, tally: PopupTally, number: PopupNumber) -> Cell:
    rows = reverse("console:popup-rows", args=[org.slug])

    def href(side: Side | None) -> str:
        if not tally.count(number, side):
            return ""
        of = side.value if side else ""
        return f"{rows}?{asked.query(number=number.value, popup=popup, of=of)}"

    sides = [
        (_(label), str(tally.count(number, side)), href(side)) for side, label in SIDES.items()
    ]
    return Cell(str(tally.count(number)), href(None), sides)


def _chart(org: OrgRef, found: Popups) -> dict[str, Any] | None:
    """Return what was shown, clicked and bought, by the day of the show; one day is no line."""
    if len(found.days) < 2:  # noqa: PLR2004
        return None
    numbers = (PopupNumber.SHOWN, PopupNumber.CLICKED, PopupNumber.CONVERTED)
    begins = [orgs.day_bounds(org.id, day)[0].timestamp() for day, _tally in found.days]
    return {
        "names": [_(LABELS[each]) for each in numbers],
        "unit": "",
        "data": [begins, *([tally.count(each) for _day, tally in found.days] for each in numbers)],
    }


def rows(org: OrgRef, found: PopupRows, currency: str) -> list[dict[str, Any]]:
    """Return the rows behind a number, known people masked."""
    known = {each.contact for each in found.rows if each.contact is not None}
    shown = people_rows.masked(org.id, known)
    return [
        {
            "popup": each.popup,
            "at": each.at,
            "who": people_rows.called(shown.get(each.contact)) if each.contact else "",
            "href": _buyer(org, each.contact),
            "side": _(SIDES[each.side]),
            "order": each.order,
            "amount": "" if each.amount is None else str(Money(each.amount, currency)),
        }
        for each in found.rows
    ]


def _buyer(org: OrgRef, contact: int | None) -> str:
    if contact is None:
        return ""
    return reverse("console:buyer", args=[org.slug, tokens.seal("contact", contact)])
