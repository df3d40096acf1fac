"""Hits of days that are closed are no longer taken in: what those days came to is final."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from postlude.orgs import api as orgs
from postlude.sources.history.types import Item, Wrong
from postlude.sources.models import FactFile

_MAY_GO_ON = timedelta(days=60)
_HITS = frozenset({"activity", "touch"})


def too_old(org: int, items: Iterable[Item], now: datetime) -> dict[str, Wrong]:
    """Return by key what is wrong with hits of closed days; they stay so in this transaction."""
    hits = [it for it in items if it.kind in _HITS]
    if not orgs.may_be_closed(min((it.fact["at"] for it in hits), default=now), now):
        return {}
    closed = orgs.closed_to(org)
    if closed is None:
        return {}
    zone = ZoneInfo(orgs.get(org).zone)
    message = f"Hits of days before {closed} are no longer kept, nor taken in."
    return {
        it.key: Wrong("no_longer_kept", "at", message=message)
        for it in hits
        if _day(it, zone) < closed
    }


def loaded_since(org: int, since: datetime) -> bool:
    """Say whether a file of facts was begun at that instant or later, or came to its end.

    One that was cut off may go on: for two months it counts as begun.
    """
    files = FactFile.objects.filter(org=org)
    recent = Q(began_at__gte=since) | Q(finished_at__gte=since)
    cut_off = Q(finished_at=None, began_at__gte=since - _MAY_GO_ON)
    return files.filter(recent | cut_off).exists()


def _day(it: Item, zone: ZoneInfo) -> date:
    """Return the day that decides: of a page view also the one that tells it from a repeat."""
    at: datetime = it.fact["at"]
    local = at.astimezone(zone).date()
    return min(local, at.astimezone(UTC).date()) if it.kind == "activity" else local
