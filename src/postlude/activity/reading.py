"""Reading page views and events, for the rooms above."""

import json
from collections.abc import Collection, Iterable
from typing import Any

from postlude.activity.models import Activity
from postlude.activity.types import ActivityFact, Campaign, Kind
from postlude.kernel import store

_CHUNK = 5_000


def activities(org: int, ids: Iterable[int | str]) -> dict[int, ActivityFact]:
    """Return activities by id; ids that do not exist are left out."""
    found: dict[int, ActivityFact] = {}
    for part in store.chunks(sorted({int(each) for each in ids}), _CHUNK):
        rows = Activity.objects.filter(org=org, id__in=part)
        found |= {row.id: _fact(row) for row in rows}
    return found


def activities_of(org: int, visitors: Collection[int]) -> list[ActivityFact]:
    """Return all that these visitors did, in the order in which it happened."""
    found: list[ActivityFact] = []
    for part in store.chunks(sorted(set(visitors)), _CHUNK):
        found += [_fact(row) for row in Activity.objects.filter(org=org, visitor__in=part)]
    return sorted(found, key=lambda each: (each.at, each.id))


def _fact(row: Activity) -> ActivityFact:
    return ActivityFact(
        id=row.id,
        kind=Kind(row.kind),
        visitor=row.visitor,
        contact=row.contact,
        action=row.action,
        url=row.url,
        subject=row.subject,
        products=tuple(_read(row.products) or ()),
        properties=_read(row.properties) or {},
        at=row.at,
        received_at=row.received_at,
        agent=row.agent,
        reasons=row.reasons,
        campaign=Campaign(row.utm_source, row.utm_medium, row.utm_campaign),
    )


def _read(text: str) -> Any:
    return json.loads(text) if text else None
