"""The job that walks people along their paths: claim, ask, write, all of a set at once."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from postlude.journeys import draining
from postlude.journeys.models import JourneyVersion, Walk
from postlude.journeys.paths import definitions, joining, steps
from postlude.journeys.paths.happened import happened
from postlude.journeys.paths.types import Path, State
from postlude.journeys.paths.walkers import Party, Walker
from postlude.kernel import boundaries, redact, store
from postlude.kernel.errors import AppError
from postlude.kernel.jobs import Budget
from postlude.kernel.work import OWNER
from postlude.messages.types import Lane
from postlude.orgs import api as orgs

_log = logging.getLogger(__name__)
BATCH = 500
_AGAIN = timedelta(seconds=60)
_WALKER = (
    "id",
    "cycle",
    "contact",
    "subject",
    "conference",
    "mark",
    "lane",
    "node",
    "since",
    "done",
    "entered_at",
)
_ON = (
    "NOT EXISTS (SELECT 1 FROM journeys_journey WHERE journeys_journey.id = journey_id"
    " AND journeys_journey.paused_at IS NOT NULL)"
)


def walk_paths(budget: Budget) -> int:
    """Walk whoever is due on a path that news started; return how many were looked at."""
    return _walk(budget, Lane.TRIGGERED)


def walk_selected(budget: Budget) -> int:
    """Walk whoever is due on a path that a timetable started, beside `walk_paths`."""
    return _walk(budget, Lane.BULK)


def _walk(budget: Budget, lane: Lane) -> int:
    total = 0
    for claimed in draining.claimed(
        Walk,
        budget,
        where=f"lane = {int(lane)} AND state = 'walking' AND due <= %s AND {_ON}",
        params=lambda: [budget.now()],
        order="due, id",
        limit=BATCH,
    ):
        boundaries.crossing("journeys.walks_claimed")
        _advance_all(claimed, budget.now())
        total += len(claimed)
    return total


def _advance_all(claimed: Sequence[int], now: datetime) -> None:
    groups = draining.grouped(Walk.objects.filter(id__in=claimed), "org", "version")
    versions = JourneyVersion.objects.in_bulk({version for _, version in groups})
    for (org, version), mine in sorted(groups.items()):
        path = definitions.from_json(versions[version].definition)
        try:
            _advance(org, versions[version], path, mine, now)
        except AppError as error:  # a template or sender that is not there: others go on
            _log.error(
                "a path cannot go on",
                extra={"org": org, "version": version, "reason": redact.cut(error)},
            )
            _put_off(mine, redact.cut(error), now)
        boundaries.crossing("journeys.walks_advanced")


def _advance(
    org: int, version: JourneyVersion, path: Path, mine: Sequence[int], now: datetime
) -> None:
    with store.write():
        # Locked before anything is asked: news that comes from now on wakes them again.
        rows = Walk.objects.select_for_update().order_by("contact", "id")
        held = rows.filter(id__in=mine, owner=OWNER, state=State.WALKING)
        walkers = [Walker(*row) for row in held.values_list(*_WALKER)]
        zone = orgs.get(org).zone
        party = Party(org, zone, version.journey_id, version.id, path, walkers, now)
        joining.end_second_walks(party)
        _reach_goal(party)
        for node in path.nodes:
            steps.run(node, party)
        party.save()


def _reach_goal(party: Party) -> None:
    """End the walks of those to whom has happened what it was all for."""
    if party.path.goal is None:
        return
    known = {each.id: each for each in party.walkers if each.state is State.WALKING}
    since = {number: each.entered_at for number, each in known.items()}
    there = happened(party.org, party.path.goal, known, since)
    for number in there:
        party.end(known[number], State.GOAL)


def _put_off(mine: Sequence[int], words: str, now: datetime) -> None:
    with store.write():
        Walk.objects.filter(id__in=mine, owner=OWNER, state=State.WALKING).update(
            reason=words[:100], due=now + _AGAIN, owner="", lease_until=None
        )
