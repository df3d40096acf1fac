"""What was asked for, checked."""

from datetime import date

from postlude.reports.asking import day_of
from postlude.reports.errors import BadNumber, BadRange
from postlude.reports.types.promotions import Days, Number, Which


def days(since: str | date | None = None, until: str | date | None = None) -> Days:
    """Return which days are meant, both in. Raises a ReportError that names what to write."""
    first, last = day_of("since", since), day_of("until", until)
    if first and last and last < first:
        raise BadRange(since=first.isoformat(), until=last.isoformat())
    return Days(first, last)


def which(
    number: str, *, why: str = "", leaf: str = "", detail: str = "", currency: str = ""
) -> Which:
    """Return which number of a rule is meant. Raises BadNumber."""
    if number not in set(Number):
        raise BadNumber(number, ", ".join(Number))
    return Which(Number(number), why, leaf, detail, currency)
