"""Reading scheduled journeys: when, to whom, and how far; for the console and the command line."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count

from postlude.journeys import opening, reading
from postlude.journeys.models import Member, Slot
from postlude.journeys.opening import Plan
from postlude.journeys.types import NoticeNode, Progress, Scheduled, ScheduleState
from postlude.orders import api as orders


def scheduled(org: int, *, now: datetime) -> list[Scheduled]:
    """Return every scheduled journey with each of its conferences, the next one first."""
    slots = {
        (slot.journey_id, slot.conference): slot
        for slot in Slot.objects.filter(org=org).select_related("cycle")
    }
    found = []
    for plan in opening.plans(org):
        number = plan.conference.id if plan.conference else 0
        slot = slots.get((plan.version.journey_id, number))
        found.append(_begun(org, plan, slot) if slot else _ahead(org, plan, now))
    return sorted(found, key=lambda each: (each.due_at is None, each.due_at or now, each.journey))


def _ahead(org: int, plan: Plan, now: datetime) -> Scheduled:
    holders = orders.count_holders(org, plan.conference.id) if plan.conference else 0
    return Scheduled(**_common(plan), **_state(plan, now), begun_at=None, audience=holders)


def _state(plan: Plan, now: datetime) -> dict[str, Any]:
    state = ScheduleState.AHEAD
    if not plan.version.journey.active:
        state = ScheduleState.INACTIVE
    elif plan.obstacle:
        state = ScheduleState.RESTS
    elif plan.is_due(now):
        state = ScheduleState.DUE
    elif plan.due_at is not None and plan.due_at <= now:
        state = ScheduleState.MISSED
    return {"state": state, "reason": plan.obstacle, "due_at": plan.due_at}


def _begun(org: int, plan: Plan, slot: Slot) -> Scheduled:
    progress = _progress(org, slot)
    if slot.frozen_at is None:
        state = ScheduleState.FREEZING
    else:
        state = ScheduleState.RUNNING if progress.waiting else ScheduleState.DONE
    return Scheduled(
        **_common(plan),
        state=state,
        reason="",
        due_at=slot.due_at,
        begun_at=slot.begun_at,
        audience=slot.cycle.entered,
        cycle=slot.cycle_id,
        progress=progress,
        late=max(0, progress.entered - slot.cycle.entered),
    )


def _progress(org: int, slot: Slot) -> Progress:
    counts: Counter[tuple[str, str]] = Counter()
    rows = Member.objects.filter(org=org, cycle=slot.cycle_id)
    for row in rows.values("state", "reason").annotate(n=Count("id")).order_by():
        counts[row["state"], row["reason"]] += row["n"]
    return reading.progress_of(slot.conference, counts, 0)


def _common(plan: Plan) -> Mapping[str, Any]:
    node = plan.definition.nodes[0]
    templates = sorted(set(node.templates.values())) if isinstance(node, NoticeNode) else []
    return {
        "journey": plan.definition.slug,
        "title": plan.definition.title or plan.definition.slug,
        "conference": plan.slug,
        "conference_name": plan.conference.name if plan.conference else plan.slug,
        "templates": tuple(templates),
    }
