"""Calendar months on the organisation's wall, for quotas."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def month_of(now: datetime, zone: str) -> str:
    return now.astimezone(ZoneInfo(zone)).strftime("%Y-%m")


def next_month(now: datetime, zone: str) -> datetime:
    """The instant at which the next local month begins."""
    local = now.astimezone(ZoneInfo(zone))
    year, month = (local.year + 1, 1) if local.month == 12 else (local.year, local.month + 1)  # noqa: PLR2004
    return datetime(year, month, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
