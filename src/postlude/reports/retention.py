"""Hits that no figure needs any more go. Here, since this room is the last that counts them.

A run may be cut off at any statement: each step is committed before the one that relies on it
(`orgs.retention`), and each is asked for anew.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from postlude.activity import api as activity
from postlude.attribution import api as attribution
from postlude.kernel import clock, set_back, work
from postlude.kernel.doctor import Finding
from postlude.kernel.jobs import Budget, Job
from postlude.messages import api as messages
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef, Retention
from postlude.reports.models import Rebuild
from postlude.sources import api as sources
from postlude.tracking import api as tracking

REST = timedelta(days=7)
"""So long after a load of history nothing is closed: its other files may be on their way. Nor so
long after it was said how long hits are kept, or first held: whoever minds has time to say so.
"""
QUIET = 4
"""So many looks in a row have to find nothing waiting: news of a hit is heeded, what follows of it
is news in turn, and so on, three times at most.
"""
_CONSUMERS = ("tracking", "credit", "reports", "orders")
"""Whoever counts or judges by hits, by the names under which they are given news."""


class Waits(StrEnum):
    """Why hits that are due stay for now."""

    NEW = "new"
    RESTORED = "restored"
    DUE = "due"
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
    if day is None:
        return 0
    if not _pending(said) and _is_due(org.id, said, day) and _due(said, now) is None:
        orgs.note_facts_due(org.id, day, now=now)
    said = orgs.retention(org.id)
    if _is_new(said, now) or messages.epoch_status().held:
        return 0
    due = _due(said, now)
    if not _pending(said) and due is not None and not _rests(org.id, said, now):
        orgs.close_facts(org.id, min(due, day))
        said = orgs.retention(org.id)
    closed = said.closed if _pending(said) else None
    quiet = closed is not None and closed <= day and not _busy(org.id, said)
    if closed is not None and quiet and orgs.was_quiet(org.id, closed) >= QUIET:
        orgs.settle_facts(org.id, closed)
    return tracking.let_go(org.id, day, budget) + activity.let_go(org.id, day, budget)


def _is_new(said: Retention, now: datetime) -> bool:
    return said.since is None or said.since > now - REST


def _due(said: Retention, now: datetime) -> date | None:
    """Return the days that were found due, unless by a clock that is ahead of ours by now."""
    if said.due_at is None or said.due_at > now + set_back.TOLERANCE:
        return None
    return said.due


def doctor(online: bool = False) -> list[Finding]:  # noqa: ARG001, FBT001, FBT002 - a check's shape
    """Say which hits are about to be deleted for the first time, while whoever minds has time."""
    now, found = clock.now(), []
    for org in orgs.all_orgs():
        said = orgs.retention(org.id)
        day = orgs.facts_wanted(said, now, org.zone)
        if day is not None and said.closed is None and _is_due(org.id, said, day):
            found.append(
                Finding(
                    "retention",
                    "warning",
                    f"hits_about_to_go: opens, clicks and page views of {org.slug} of before {day} "
                    f"are deleted soon; figures stay as they are",
                    "`postlude retention show` says when; `retention set --for-ever` keeps them.",
                )
            )
    return found


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
    if _is_new(said, now):
        return Waits.NEW
    if messages.epoch_status().held:
        return Waits.RESTORED
    if sources.loaded_since(org, now - REST):
        return Waits.LOADING
    known = said.due_at if _due(said, now) is not None else None
    return None if known is not None and known <= now - REST else Waits.DUE


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
