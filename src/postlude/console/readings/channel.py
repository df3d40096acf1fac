"""The channel report and the cost report as pages: each number opens into its rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from postlude.console import words
from postlude.console.readings import people_rows
from postlude.kernel import tokens
from postlude.kernel.errors import N_
from postlude.kernel.money import Money
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.reports import api as reports
from postlude.reports.api import ChannelNumber as Number
from postlude.reports.types import cost
from postlude.reports.types.channel import (
    CHANNELS,
    ChannelReport,
    Conversion,
    Line,
    Place,
    Reading,
    Split,
    Tally,
)

LABELS = {
    Number.SENT: N_("Sent"),
    Number.BOUNCED: N_("Bounced"),
    Number.BLOCKED: N_("Blocked"),
    Number.HELD_OUT: N_("Held out"),
    Number.WAITING: N_("Waiting"),
    Number.FAILED: N_("Failed"),
    Number.UNKNOWN: N_("Unknown"),
    Number.OPENS: N_("Opens"),
    Number.CLICKS: N_("Clicks"),
    Number.OPEN_ORDERS: N_("Opened and bought"),
    Number.CLICK_ORDERS: N_("Clicked and bought"),
    Number.SESSION_ORDERS: N_("Bought in the session"),
}
NAMES = {
    "email": N_("E-mail"),
    "sms": N_("Text message"),
    "line": "LINE",
    "crescendo_line": "Crescendo LINE",
    "push": N_("Push"),
    "messenger": "Messenger",
}
READINGS = {
    Reading.RAW: N_("all touches"),
    Reading.HUMAN: N_("human ones"),
    Reading.FILTERED: N_("human, without signs of a machine"),
}
_FATES = (
    Number.SENT,
    Number.BLOCKED,
    Number.HELD_OUT,
    Number.WAITING,
    Number.FAILED,
    Number.UNKNOWN,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as they stand in the form and in every link."""

    since: str = ""
    until: str = ""
    channel: str = ""
    folder: str = ""
    journey: str = ""
    basis: str = ""
    counts: str = ""
    orders: str = ""

    def query(self, **more: Any) -> str:
        named = {
            "from": self.since,
            "to": self.until,
            "channel": self.channel,
            "folder": self.folder,
            "journey": self.journey,
            "basis": self.basis,
            "counts": self.counts,
            "orders": self.orders,
            **more,
        }
        return urlencode({key: value for key, value in named.items() if value})


@dataclass(frozen=True, slots=True)
class Cell:
    """A number; `notes` are what else is to be said of it, `label` is its column's."""

    text: str
    href: str = ""
    notes: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the tables, or the total: what was sent, who came, what was bought."""

    label: str
    note: str
    sent: Sequence[Cell]
    people: Sequence[Cell]
    bought: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Row]
    total: Row
    sent_columns: Sequence[str]
    people_columns: Sequence[str]
    bought_columns: Sequence[str]
    reasons: Sequence[tuple[str, int]]
    sum: str
    chart: dict[str, Any]
    now: Any


def channel(name: str) -> str:
    return _(NAMES[name]) if name in NAMES else name or "–"


def channel_choices() -> list[tuple[str, str]]:
    return [(name, channel(name)) for name in CHANNELS]


def page(org: OrgRef, asked: Asked, found: ChannelReport) -> Page:
    """Return the report as its page shows it."""
    it = _Cells(org, asked, found)
    total = found.total
    parts = " + ".join(f"{_(LABELS[each]).lower()} {getattr(total, each.value)}" for each in _FATES)
    return Page(
        rows=[it.row(each) for each in found.lines],
        total=it.total(),
        sent_columns=it.sent_columns,
        people_columns=it.people_columns,
        bought_columns=it.bought_columns,
        reasons=sorted((words.reason(name), n) for name, n in total.blocked_by.items()),
        sum=f"{total.entered} = {parts}",
        chart=_chart(org, found),
        now=found.now,
    )


class _Cells:
    def __init__(self, org: OrgRef, asked: Asked, found: ChannelReport) -> None:
        self._rows = reverse("console:channel-rows", args=[org.slug])
        self._asked, self._found = asked, found
        self.sent_columns = [
            _("Entered"),
            *(_(LABELS[each]) for each in _FATES),
            _("Delivered"),
        ]
        self.people_columns = [
            f"{_(LABELS[what])}: {_(READINGS[each])}"
            for what in (Number.OPENS, Number.CLICKS)
            for each in Reading
        ]
        self.bought_columns = [
            _(LABELS[each])
            for each in (Number.OPEN_ORDERS, Number.CLICK_ORDERS, Number.SESSION_ORDERS)
        ]

    def row(self, line: Line) -> Row:
        label = line.template or _("no text was chosen yet")
        note = " · ".join(
            each
            for each in (channel(line.place.channel), line.title or line.journey, line.place.node)
            if each
        )
        return self._row(label, note, line.tally, line.place)

    def total(self) -> Row:
        return self._row(_("Total"), _("people and orders count once"), self._found.total, None)

    def _row(self, label: str, note: str, it: Tally, place: Place | None) -> Row:
        fates = [self._cell(getattr(it, each.value), each, place) for each in _FATES]
        return Row(
            label,
            note,
            _labelled(
                [Cell(str(it.entered)), *fates, Cell(percent(it.delivered_rate))],
                self.sent_columns,
            ),
            _labelled(self._people(it, place), self.people_columns),
            _labelled(self._bought(it, place), self.bought_columns),
        )

    def _people(self, it: Tally, place: Place | None) -> Iterator[Cell]:
        for number, of in ((Number.OPENS, it.opened), (Number.CLICKS, it.clicked)):
            for each in Reading:
                split = of(each)
                yield self._cell(split.total, number, place, _anonymous(split), counts=each.value)

    def _bought(self, it: Tally, place: Place | None) -> Iterator[Cell]:
        counts = self._found.asked.counts
        opened, clicked = it.opened(counts), it.clicked(counts)
        for number, conversion, people in (
            (Number.OPEN_ORDERS, it.open_orders, opened),
            (Number.CLICK_ORDERS, it.click_orders, clicked),
            (Number.SESSION_ORDERS, it.session_orders, clicked),
        ):
            notes = (
                percent(conversion.rate(people)),
                _revenue(conversion, self._found.currency),
                *_anonymous(conversion.orders),
            )
            yield self._cell(conversion.orders.total, number, place, notes)

    def _cell(
        self,
        n: int,
        number: Number,
        place: Place | None,
        notes: tuple[str, ...] = (),
        counts: str = "",
    ) -> Cell:
        line = reports.written_line(place) if place is not None else ""
        more = {"number": number.value, "line": line}
        if counts:
            more["counts"] = counts
        href = f"{self._rows}?{self._asked.query(**more)}" if n else ""
        return Cell(str(n), href, notes)


def _labelled(cells: Iterable[Cell], columns: Sequence[str]) -> list[Cell]:
    """Give each cell the word of its column, which a narrow screen shows beside it."""
    return [replace(cell, label=label) for cell, label in zip(cells, columns, strict=True)]


def _anonymous(split: Split) -> tuple[str, ...]:
    if not split.anonymous:
        return ()
    return (_("{n} anonymous").format(n=split.anonymous),)


def _revenue(it: Conversion, currency: str) -> str:
    money = [str(Money(minor, name)) for name, minor in it.revenue.items()]
    return ", ".join(money) or str(Money(0, currency))


def percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.2%}"


def _chart(org: OrgRef, found: ChannelReport) -> dict[str, Any]:
    """Return what was sent, opened and clicked by day, for the chart."""
    if len(found.days) < 2:  # noqa: PLR2004 - one day is no line
        return {}
    return {
        "names": [_("Sent"), _("Opened on the day"), _("Clicked on the day")],
        "unit": "",
        "data": [
            [orgs.day_bounds(org.id, each.day)[0].timestamp() for each in found.days],
            [each.sent for each in found.days],
            [each.opened for each in found.days],
            [each.clicked for each in found.days],
        ],
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """A row behind a number: who, and the message or the order."""

    who: str
    email: str
    href: str
    message: str
    order: str
    sort: str
    at: Any
    state: str
    reason: str
    amount: str
    anonymous: bool


def shown(org: OrgRef, found: reports.ChannelOpened) -> list[Shown]:
    """Return rows with their people, masked."""
    people = people_rows.masked(org.id, {each.contact for each in found.rows if each.contact})
    rows = []
    for each in found.rows:
        person = people.get(each.contact or 0)
        token = tokens.seal("contact", each.contact) if each.contact else ""
        message = tokens.seal("message", each.message) if each.message else ""
        money = str(Money(each.amount, each.currency)) if each.amount is not None else ""
        rows.append(
            Shown(
                people_rows.called(person) if each.contact else _("nobody known"),
                (person.email or person.email_as_given) if person else "",
                reverse("console:buyer", args=[org.slug, token]) if token else "",
                reverse("console:message", args=[org.slug, message]) if message else "",
                each.order,
                each.sort,
                each.at,
                each.state,
                each.reason,
                money,
                each.anonymous,
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class BillRow:
    label: str
    cells: Sequence[str]


def bills(found: cost.CostReport) -> list[BillRow]:
    """Return a row for each channel."""
    return [_bill(channel(name), it, found.currency) for name, it in found.channels.items()]


def bill_total(found: cost.CostReport) -> BillRow:
    return _bill(_("Total"), found.total, found.currency)


def bill_columns() -> list[str]:
    return [
        _("Messages"),
        _("of them tests"),
        _("Segments"),
        _("of tests"),
        _("Fee"),
        _("Cost"),
        _("Orders"),
        _("Revenue"),
        "ROAS",
    ]


def bill_chart(found: cost.CostReport) -> list[tuple[str, str, float, str, float]]:
    """Return what each channel cost and brought, as shares of the greatest of all, for bars."""
    greatest = max([1, *(max(it.cost, it.revenue) for it in found.channels.values())])
    return [
        (
            channel(name),
            str(Money(it.cost, found.currency)),
            100 * it.cost / greatest,
            str(Money(it.revenue, found.currency)),
            100 * it.revenue / greatest,
        )
        for name, it in found.channels.items()
        if it.cost or it.revenue
    ]


def _bill(label: str, it: cost.Bill, currency: str) -> BillRow:
    fee = "–" if it.fee is None else f"{Money(it.fee, currency)}{'*' if it.is_usual_fee else ''}"
    texts = bool(it.segments)
    return BillRow(
        label,
        [
            str(it.messages),
            str(it.tests),
            str(it.segments) if texts else "–",
            str(it.test_segments) if texts else "–",
            fee,
            str(Money(it.cost, currency)),
            str(it.orders),
            str(Money(it.revenue, currency)),
            "–" if it.roas is None else f"{it.roas} %",
        ],
    )
