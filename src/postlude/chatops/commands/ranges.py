"""Days as the team types them. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from postlude.chatops.errors import BadRange
from postlude.kernel.errors import N_

MOST_DAYS = 731
_DAY = re.compile(r"(\d{4})[/.\-年](\d{1,2})[/.\-月](\d{1,2})日?")
_BETWEEN = re.compile(r"\s*(?:~|～|〜|–|—|\.\.|…|至|到|\bto\b|\s-\s)\s*")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Range:
    """From the first to the last day, both included."""

    first: date
    last: date

    def days(self) -> list[date]:
        """Return every day."""
        count = (self.last - self.first).days + 1
        return [self.first + timedelta(days=number) for number in range(count)]


def read(first: str, last: str, *, today: date, whole: tuple[date, date] | None) -> Range:
    """Return the days that were meant; raise BadRange, saying what is wrong.

    Both in one argument will do. Without a last day it is today; without any the `whole` sale.
    """
    given = " ~ ".join(each for each in (first.strip(), last.strip()) if each)
    if not given:
        return _checked(Range(*(whole or (today, today))), whole_sale=True)
    parts = [each for each in _BETWEEN.split(given) if each]
    if not 1 <= len(parts) <= 2:  # noqa: PLR2004 - a range has two ends
        raise BadRange(text=_shown(given))
    days = [_day(each) for each in parts]
    if len(days) == 1 and first.strip() and not last.strip() and not _BETWEEN.search(given):
        return _checked(Range(days[0], max(today, days[0])))
    if len(days) == 1:
        return _checked(Range(days[0], days[0]))
    return _checked(Range(days[0], days[1]))


def _day(text: str) -> date:
    match = _DAY.fullmatch(text.strip())
    try:
        if match is not None:
            return date(*(int(part) for part in match.groups()))
    except ValueError:
        raise BadRange(
            N_("There is no day {text}."), text=_shown(text), hint=N_("Look at the calendar.")
        ) from None
    raise BadRange(text=_shown(text))


def _checked(days: Range, *, whole_sale: bool = False) -> Range:
    if days.first > days.last:
        raise BadRange(
            N_("The range ends ({last}) before it begins ({first})."),
            first=f"{days.first:%Y/%m/%d}",
            last=f"{days.last:%Y/%m/%d}",
            hint=N_("Swap the two days."),
        )
    if (days.last - days.first).days >= MOST_DAYS:
        if whole_sale:
            return Range(days.last - timedelta(days=MOST_DAYS - 1), days.last)
        raise BadRange(
            N_("The range is longer than {most} days."),
            most=MOST_DAYS,
            hint=N_("Ask for two years at most."),
        )
    return days


def _shown(text: str) -> str:
    """What somebody typed, without what Discord would take for formatting."""
    words = re.sub(r"[^\w\s/.\-~年月日]", "", " ".join(text.split()))
    return f"“{words[:_LONGEST]}”"
