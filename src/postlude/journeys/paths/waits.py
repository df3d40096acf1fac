"""How long a wait takes, by the clocks of a zone. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from postlude.journeys.paths.types import Wait
from postlude.orgs import api as orgs

_DAY = timedelta(days=1)


def over_at(node: Wait, *, since: datetime, zone: str) -> datetime:
    """Return when somebody who has stood there since then goes on, without any news.

    Whole days end at the same local time, other lengths are hours that pass. `until` is the first
    time after that at which the clocks show it. A time that they show twice is the first of the
    two, one that they skip is when they jump.
    """
    if node.what is not None:
        return _later(since, node.at_most, zone)
    at = _later(since, node.length, zone)
    if node.until is None:
        return at
    wall = datetime.combine(at.astimezone(ZoneInfo(zone)).date(), node.until)
    while (shown := orgs.instant(wall, zone)) < at:
        wall += _DAY
    return shown


def _later(since: datetime, length: timedelta, zone: str) -> datetime:
    if not length or length % _DAY:
        return since + length
    wall = since.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return orgs.instant(wall + length, zone)
