"""What was asked of the channel report and of the cost report, checked."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from postlude.kernel import clock
from postlude.orgs import api as orgs
from postlude.orgs.types import Counts
from postlude.reports.asking import day_of
from postlude.reports.channel.report import choices
from postlude.reports.errors import BadChoice, BadRange, UnknownFolder, UnknownJourney
from postlude.reports.types import cost
from postlude.reports.types.channel import CHANNELS, Asked, Basis, Orders, Reading

USUAL = timedelta(days=29)
"""Without days, the last thirty are meant."""
_NAMED = 12
_READINGS = {
    Counts.SEED: Reading.HUMAN,
    Counts.FILTERED: Reading.FILTERED,
    Counts.RAW: Reading.RAW,
}
S = TypeVar("S", bound=StrEnum)


def asked(  # noqa: PLR0913 - the filters of a report
    org: int,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    channels: Sequence[str] = (),
    folder: str = "",
    journey: str = "",
    basis: str = "",
    counts: str = "",
    orders: str = "",
) -> Asked:
    """Return what is meant. Raises a ReportError that names what to write instead.

    Unless said, the touches count that the organisation counted by on the last day.
    """
    first, last = days(org, since, until)
    known = choices(org)
    folders = sorted({each.folder for each in known if each.folder})
    if folder and folder not in folders:
        raise UnknownFolder(folder, ", ".join(folders[:_NAMED]))
    slugs = [each.slug for each in known]
    if journey and journey not in slugs:
        raise UnknownJourney(journey, ", ".join(slugs[:_NAMED]))
    return Asked(
        first,
        last,
        _channels(channels),
        folder,
        journey,
        _one_of(Basis, "basis", basis, Basis.TOUCH),
        _one_of(Reading, "counts", counts, _READINGS[orgs.measuring_on(org, last).counts]),
        _one_of(Orders, "orders", orders, Orders.ALL),
    )


def cost_asked(  # noqa: PLR0913 - the filters of a report
    org: int,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    channels: Sequence[str] = (),
    basis: str = "",
    orders: str = "",
) -> cost.Asked:
    """Return what is meant of the cost report. Raises a ReportError."""
    first, last = days(org, since, until)
    wanted = _one_of(cost.Basis, "basis", basis, cost.Basis.ORDER)
    which = _one_of(Orders, "orders", orders, Orders.ALL)
    return cost.Asked(first, last, _channels(channels), wanted, which)


def days(org: int, since: str | date | None, until: str | date | None) -> tuple[date, date]:
    """Return the days that are meant, both included. Raises BadDay or BadRange."""
    first, last = day_of("from", since), day_of("to", until)
    last = last or max(orgs.local_day(org, clock.now()), first or date.min)
    first = first or last - USUAL
    if last < first:
        raise BadRange(since=first.isoformat(), until=last.isoformat())
    return first, last


def _channels(given: Sequence[str]) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(each.strip() for each in given if each.strip()))
    for each in wanted:
        if each not in CHANNELS:
            raise BadChoice("channel", each, ", ".join(CHANNELS))
    return wanted


def _one_of(kind: type[S], name: str, given: str, usual: S) -> S:
    text = given.strip()
    if not text:
        return usual
    try:
        return kind(text)
    except ValueError:
        raise BadChoice(name, text, ", ".join(each.value for each in kind)) from None
