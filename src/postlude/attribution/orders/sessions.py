"""The session of an order: what its browser did without a long pause before it. Pure.

A session is a longest run of a browser's page views, events and orders in which nobody waited for
more than half an hour; exactly half an hour goes on. `by_campaign`: a hit that a campaign brought
begins a new one, unless that campaign brought the one before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from postlude.activity.types import NO_CAMPAIGN, Campaign

GAP = timedelta(seconds=1_800)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a browser did. `campaign` is what brought it, where its address says."""

    at: datetime
    campaign: Campaign = NO_CAMPAIGN


@dataclass(frozen=True, slots=True)
class Session:
    """From the first of its steps to the last that is not after the order; the order is one.

    `campaign` is the first that any of its steps names.
    """

    started_at: datetime
    last_at: datetime
    campaign: Campaign = NO_CAMPAIGN


def session_of(
    order_at: datetime,
    steps: Iterable[Step],
    *,
    gap: timedelta = GAP,
    by_campaign: bool = False,
) -> Session:
    """Return the session of an order of that instant. What came after the order changes nothing."""
    run: list[Step] = []
    for step in sorted((each for each in steps if each.at <= order_at), key=_latest, reverse=True):
        if (run[-1].at if run else order_at) - step.at > gap:
            break
        run.append(step)
    started = run[-1].at if run else order_at
    campaign = NO_CAMPAIGN
    for step in reversed(run):
        if not step.campaign or step.campaign == campaign:
            continue
        if by_campaign:
            started, campaign = step.at, step.campaign
        elif not campaign:
            campaign = step.campaign
    return Session(started, order_at, campaign)


def reaches(started_at: datetime, known_since: datetime, *, gap: timedelta = GAP) -> bool:
    """Say whether a session may have begun before what is known of its browser."""
    return started_at - known_since <= gap


def _latest(step: Step) -> tuple[datetime, Campaign]:
    return step.at, step.campaign
