"""Instants between two spans of the calendar ago: the arithmetic behind `CalendarAgo`."""

from functools import lru_cache

from postlude.rules import calendars

Span = tuple[int, int]  # months and days
BEFORE_ALL = -(2**63)


@lru_cache(maxsize=4096)
def back(now: int, zone: str, span: Span) -> int:
    """Return the instant a span before `now`; BEFORE_ALL when there is none that early."""
    try:
        return calendars.back(now, zone, *span)
    except OverflowError:
        return BEFORE_ALL


def between(fact: int, now: int, zone: str, older: Span | None, newer: Span | None) -> bool:
    """Whether an instant lies between two spans ago, both ends left out."""
    return (older is None or fact > back(now, zone, older)) and (
        newer is None or fact < back(now, zone, newer)
    )
