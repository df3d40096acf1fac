"""The name of a window: the local day or month in which an instant lies; pure."""

from datetime import date

from postlude.rewards.types.quotas import Window


def label(window: Window, day: date) -> str:
    """Return "", "2026-11-21" or "2026-11" for the local date of a moment."""
    if window == Window.TOTAL:
        return ""
    return day.isoformat() if window == Window.DAY else f"{day:%Y-%m}"
