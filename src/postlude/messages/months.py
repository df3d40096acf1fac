"""Calendar months on the organisation's wall, for quotas."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

ZONES_DIFFER = timedelta(hours=26)


def month_of(now: datetime, zone: str) -> str:
    return now.astimezone(ZoneInfo(zone)).strftime("%Y-%m")


def next_month(now: datetime, zone: str) -> datetime:
    """The instant at which the next local month begins."""
    local = now.astimezone(ZoneInfo(zone))
    year, month = (local.year + 1, 1) if local.month == 12 else (local.year, local.month + 1)  # noqa: PLR2004
    return datetime(year, month, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def after_the_quota(now: datetime, zone: str) -> datetime:
    """When to ask a vendor again that says its month's quota is used up: in our next month.

    A vendor counts its months in a zone of its own. In our first hours its month may be the last
    one still, and waiting for our next would lose a whole month: then an hour is enough.
    """
    began = now.astimezone(ZoneInfo(zone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if now - began < ZONES_DIFFER:
        return now + timedelta(hours=1)
    return next_month(now, zone)
