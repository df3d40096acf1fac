"""Hits that no figure needs any more go. Here, since this room is the last that counts them.

A run may be cut off at any statement: each step is committed before the one that relies on it
(`orgs.retention`), and each is asked for anew.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from postlude.activity import api as activity
from postlude.attribution import api as attribution
from postlude.kernel import work
from postlude.kernel.jobs import Budget, Job
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef, Retention
from postlude.reports.models import Rebuild
from postlude.sources import api as sources
from postlude.tracking import api as tracking

REST = timedelta(days=7)
"""So long after a load of history nothing is closed: its other files may be on their way. Nor so
long after it was said how long hits are kept, or first held: whoever minds has time to say so.
"""
_CONSUMERS = ("tracking", "credit", "reports")
"""Whoever counts or judges by hits, by the names under which they are given news."""


class Waits(StrEnum):
    """Why hits that are due stay for now."""

    NEW = "new"
    LOADING = "loading"
    NEWS = "news"
    CLICKS = "clicks"
    ORDERS = "orders"
    REBUILD = "rebuild"


@dataclass(frozen=True, slots=True)
class Kept:
    """How an organisation keeps its hits. `wanted`: the first day that is to be kept; None: all.

    `touches` and `activities`: how many there are of days before that; some of the touches stay.
    `waits`: why they are still here, None where nothing is in the way.
    """

    said: Retention
    wanted: date | None
    touches: int
    activities: int
    waits: Waits | None


def kept(org: OrgRef, now: datetime) -> Kept:
    """Return how long hits are kept, and what is about to go."""
    said = orgs.retention(org.id)
    day = orgs.facts_wanted(said, now, org.zone)
    return Kept(
        said,
        day,
        0 if day is None else tracking.count_before(org.id, day),
        0 if day is None else activity.count_before(org.id, day),
        None if day is None else _waits(org.id, said, day, now),
    )


def retain(budget: Budget) -> int:
    """Let hits go that are due, of all organisations; return how many were deleted."""
    done = 0
    for each in orgs.all_orgs():
        if budget.spent():
            break
        done += retain_org(each, budget)
    return done


def retain_org(org: OrgRef, budget: Budget) -> int:
    """Let the hits of one organisation go that are due; return how many were deleted."""
    now, said = budget.now(), orgs.retention(org.id)
    day = orgs.facts_wanted(said, now, org.zone)
    if said.since is None:
        orgs.begin_retention(org.id, now=now)
        return 0
    if day is None:
        return 0
    if not _pending(said) and _is_due(org.id, said, day) and not _rests(org.id, said, now):
        orgs.close_facts(org.id, day, now=now)
        said = orgs.retention(org.id)
    if _pending(said) and said.closed and said.closed <= day and not _busy(org.id, said):
        orgs.settle_facts(org.id, said.closed)
    return tracking.let_go(org.id, budget) + activity.let_go(org.id, budget)


def _pending(said: Retention) -> bool:
    """Say whether days are closed that are not final yet."""
    return said.closed is not None and said.closed != said.horizon


def _is_due(org: int, said: Retention, day: date) -> bool:
    """Say whether there is anything of before a day that has not gone already."""
    if said.closed is not None and said.closed >= day:
        return False
    first = (tracking.first_day(org), activity.first_day(org))
    return any(each is not None and each < day for each in first)


def _waits(org: int, said: Retention, day: date, now: datetime) -> Waits | None:
    if _pending(said):
        return _busy(org, said)
    return _rests(org, said, now) if _is_due(org, said, day) else None


def _rests(org: int, said: Retention, now: datetime) -> Waits | None:
    """Say why nothing is closed at this moment, though it is due."""
    if said.since is None or said.since > now - REST:
        return Waits.NEW
    return Waits.LOADING if sources.loaded_since(org, now - REST) else None


def _busy(org: int, said: Retention) -> Waits | None:
    """Say what of the closed days has not been counted yet."""
    if said.closed is None or said.closed_at is None:
        return None
    before = orgs.day_bounds(org, said.closed)[0]
    if any(work.is_waiting(org, each, before=said.closed_at) for each in _CONSUMERS):
        return Waits.NEWS
    if tracking.awaits_verdict(org, before):
        return Waits.CLICKS
    if attribution.unsettled(org, before):
        return Waits.ORDERS
    return Waits.REBUILD if Rebuild.objects.filter(org=org).exists() else None


JOBS = [Job("reports.retain", retain, "housekeeping", every=timedelta(hours=1), exclusive=True)]
