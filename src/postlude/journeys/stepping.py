"""The job that walks members: claim, decide, write, all of a batch at once."""

import logging
from collections.abc import Sequence
from datetime import datetime

from postlude.journeys import definitions, draining, nodes, settling
from postlude.journeys.decisions import SWEEP
from postlude.journeys.models import JourneyVersion, Member
from postlude.journeys.types import JourneyDefinition, MemberState
from postlude.journeys.walking import Walk, Walker
from postlude.kernel import boundaries, redact, store
from postlude.kernel.errors import AppError
from postlude.kernel.jobs import Budget
from postlude.kernel.work import OWNER
from postlude.messages.types import Lane
from postlude.orders import api as orders

_log = logging.getLogger(__name__)
BATCH = 200
_MOVING = (MemberState.READY, MemberState.WAITING)
_WALKER = ("id", "cycle", "contact", "tickets", "node", "node_since", "reason")


# Whoever a schedule brought, once the whole audience is written down.
_FROZEN = (
    "EXISTS (SELECT 1 FROM journeys_slot WHERE journeys_slot.cycle_id = journeys_member.cycle_id"
    " AND journeys_slot.frozen_at IS NOT NULL)"
)


def step(budget: Budget) -> int:
    """Walk whoever is due as far as they get; return how many were looked at.

    A member that waits is looked at when news comes, when its time is up, and once a minute.
    """
    return _step(budget, "lane = 0")


def step_scheduled(budget: Budget) -> int:
    """Walk those whom a schedule brought, beside `step` and never before it."""
    return _step(budget, f"lane = {int(Lane.BULK)} AND {_FROZEN}")


def _step(budget: Budget, whose: str) -> int:
    total = 0
    for claimed in draining.claimed(
        Member,
        budget,
        where=f"{whose} AND state IN ('ready', 'waiting') AND due <= %s",
        params=lambda: [budget.now()],
        order="due, id",
        limit=BATCH,
    ):
        boundaries.crossing("journeys.claimed")
        _advance_all(claimed, budget.now())
        total += len(claimed)
    return total


def _advance_all(claimed: Sequence[int], now: datetime) -> None:
    rows = Member.objects.filter(id__in=claimed)
    groups = draining.grouped(rows, "org", "version", "conference")
    versions = JourneyVersion.objects.in_bulk({version for _, version, _ in groups})
    for (org, version, conference), members in groups.items():
        definition = definitions.from_json(versions[version].definition)
        try:
            _advance(org, versions[version].journey_id, definition, conference, members, now)
        except AppError as error:  # a template or sender that is not there: others go on
            _log.error(
                "a journey cannot go on",
                extra={"org": org, "version": version, "reason": redact.cut(error)},
            )
            _put_off(members, redact.cut(error), now)
        boundaries.crossing("journeys.advanced")


def _advance(  # noqa: PLR0913, PLR0917 - a group is named by as many ids
    org: int,
    journey: int,
    definition: JourneyDefinition,
    conference: int,
    members: Sequence[int],
    now: datetime,
) -> None:
    with store.write():
        # Locked before tickets and grants are read: news that comes from now on wakes them again.
        rows = Member.objects.select_for_update().order_by("contact", "id")
        mine = rows.filter(id__in=members, owner=OWNER, state__in=_MOVING)
        walkers = [_walker(*row) for row in mine.values_list(*_WALKER)]
        contacts = {walker.contact for walker in walkers}
        valid = orders.valid_tickets_of(org, contacts, conference)
        walk = Walk(org, journey, conference, definition, walkers, valid, now)
        for walker in walkers:
            if walker.node == definition.nodes[0].name:
                walk.entered[walker.cycle, walker.node] += 1
        for node in definition.nodes:
            nodes.run(node, walk)
        walk.save()
        settling.catch_up(org, [each for each in walkers if each.message is not None], now)


def _walker(  # noqa: PLR0913, PLR0917 - a row has as many columns
    number: int, cycle: int, contact: int, tickets: list[int], node: str, since: datetime, was: str
) -> Walker:
    return Walker(number, cycle, contact, tuple(map(int, tickets)), node, since, was)


def _put_off(members: Sequence[int], words: str, now: datetime) -> None:
    with store.write():
        Member.objects.filter(id__in=members, owner=OWNER, state__in=_MOVING).update(
            state=MemberState.WAITING,
            reason=words[:100],
            due=now + SWEEP,
            owner="",
            lease_until=None,
        )
