"""What the popups shown on some days brought, counted as it stands now."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from postlude.kernel import clock, store
from postlude.orgs import api as orgs
from postlude.popups import api as popups
from postlude.reports.asking import day_of
from postlude.reports.errors import BadRange, UnknownPopup
from postlude.reports.popups import counting
from postlude.reports.popups.counting import Alike, Click, Order, Read
from postlude.reports.queries import ask
from postlude.reports.types.popups import (
    PopupDays,
    PopupNumber,
    PopupReportLine,
    Popups,
    PopupTally,
    Side,
)

_FIRST, _LAST = date(1900, 1, 1), date(9998, 12, 31)


def asked(
    org: int,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    popup: str = "",
) -> PopupDays:
    """Return what is meant. Raises a ReportError that names what to write instead."""
    first, last = day_of("since", since), day_of("until", until)
    if first and last and last < first:
        raise BadRange(since=first.isoformat(), until=last.isoformat())
    known = [each.slug for each in popups.lines(org)]
    if popup and popup not in known:
        raise UnknownPopup(popup, ", ".join(known))
    return PopupDays(first, last, popup)


def report(org: int, which: PopupDays, *, now: datetime | None = None) -> Popups:
    """Count the popups shown on these days and what came of them, members and others as of now."""
    ref = orgs.get(org)
    known = [each for each in popups.lines(org) if which.popup in {"", each.slug}]
    read = read_all(org, which, {each.id for each in known})
    by_popup = counting.tallies(read, lambda popup, _day: popup)
    by_day = counting.tallies(read, lambda _popup, day: day)
    whole = counting.tallies(read, lambda _popup, _day: 0)
    return Popups(
        which,
        ref.zone,
        ref.currency,
        now or clock.now(),
        lines=[
            PopupReportLine(each.slug, each.title, each.active, by_popup.get(each.id, PopupTally()))
            for each in known
        ],
        days=sorted(by_day.items()),
        total=whole.get(0, PopupTally()),
    )


def read_all(org: int, which: PopupDays, ids: set[int]) -> Read:
    """Read exposures, clicks and orders of some popups."""
    given = span(org, which)
    shown = [
        Alike(row[0], date.fromisoformat(row[1]), PopupNumber(row[2]), side(row[3]), row[4])
        for row in ask("count_popup_exposures", given)
    ]
    clicks = [_click(row) for row in ask("list_popup_clicks", given)]
    return Read(
        [each for each in shown if each.popup in ids],
        [each for each in counting.first_of_each(clicks) if each.popup in ids],
        [(order, click) for order, click in _credited(org, clicks) if click.popup in ids],
    )


def span(org: int, which: PopupDays) -> dict[str, Any]:
    """Return what every question about popups is asked with."""
    return {"org": org, "since": which.since or _FIRST, "until": which.until or _LAST}


def side(headless: int) -> Side:
    """Return on which side somebody stands."""
    return Side.ANONYMOUS if headless else Side.MEMBER


def _credited(org: int, clicks: Sequence[Click]) -> list[tuple[Order, Click]]:
    """Return the closed orders that are credited to one of these clicks."""
    if not clicks:
        return []
    known = {each.id: each for each in clicks}
    # Of two clicks of one browser at one instant it is the one kept last.
    rows = {row[0]: row for row in ask("list_popup_orders", {"org": org})}
    return [
        (Order(uid, store.known_instant(at), amount), known[deed])
        for uid, at, amount, deed in rows.values()
        if deed in known
    ]


def _click(row: tuple[Any, ...]) -> Click:
    return Click(
        id=row[0],
        exposure=row[1],
        popup=row[2],
        version=row[3],
        day=date.fromisoformat(row[4]),
        at=store.known_instant(row[5]),
        visitor=row[6],
        contact=row[7],
        side=side(row[8]),
    )
