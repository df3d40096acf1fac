"""The intervals that decide whether a click was a person's. Pure; all ends are inclusive."""

from datetime import datetime, timedelta

BEFORE, AFTER = timedelta(minutes=2), timedelta(minutes=5)
"""Somebody who is on the site from so long before a click until so long after it clicked."""
FIRST_TRY = timedelta(hours=72)
"""So far back clicks are looked at as soon as an order comes."""
SETTLES = timedelta(minutes=30)
"""So old a click is judged, whatever was seen."""


def of_click(at: datetime) -> tuple[datetime, datetime]:
    """Return when an activity makes a click of this moment human."""
    return at - BEFORE, at + AFTER


def of_activity(at: datetime) -> tuple[datetime, datetime]:
    """Return which clicks an activity of this moment makes human."""
    return at - AFTER, at + BEFORE


def of_order(at: datetime) -> tuple[datetime, datetime]:
    """Return which clicks are tried when an order of this moment comes."""
    return at - FIRST_TRY, at
