"""What other rooms may ask of tracking."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from postlude.kernel import boundaries, ids, pseudonyms, store
from postlude.orgs import api as orgs
from postlude.tracking.agents import fetches_ahead, look, look_at_name
from postlude.tracking.models import Touch
from postlude.tracking.types import AgentKind, Hit, Reason, TouchFact, TouchKind

__all__ = (
    "accesses_of",
    "fetches_ahead",
    "look",
    "look_at_name",
    "origin_of",
    "record_many",
    "touches_of",
)

_COLUMNS = (
    "id",
    "org",
    "day",
    "dedup",
    "kind",
    "message",
    "link",
    "subject",
    "at",
    "recorded_at",
    "provider",
    "origin",
    "agent",
    "reasons",
)


def record_many(org: int, hits: Sequence[Hit], *, now: datetime) -> int:
    """Keep these hits as touches and return how many were new; a repeat changes nothing."""
    zone = ZoneInfo(orgs.get(org).zone)  # once: a group holds hundreds
    rows = [
        (
            ids.new_id(),
            org,
            hit.at.astimezone(zone).date(),
            _dedup(hit),
            hit.kind.value,
            hit.message,
            hit.link,
            hit.subject,
            hit.at,
            now,
            hit.provider,
            hit.origin,
            hit.agent.kind.value,
            int(hit.agent.reasons),
        )
        for hit in hits
    ]
    with store.write():
        new = store.insert_ignore(Touch, _COLUMNS, rows, conflict=("org", "day", "dedup"))
    boundaries.crossing("tracking.touches_recorded")
    return len(new)


def touches_of(org: int, messages: Sequence[int]) -> dict[int, list[TouchFact]]:
    """Return the touches of each message in the order in which they happened."""
    found: dict[int, list[TouchFact]] = {message: [] for message in messages}
    rows = Touch.objects.filter(org_id=org, message__in=messages).order_by("at", "id")
    for row in rows:
        found[row.message or 0].append(_fact(row))
    return found


def accesses_of(org: int, subjects: Sequence[int]) -> dict[int, list[TouchFact]]:
    """Return when each subject (a grant) was opened through its own link."""
    found: dict[int, list[TouchFact]] = {subject: [] for subject in subjects}
    rows = Touch.objects.filter(
        org_id=org, kind=TouchKind.ACCESS.value, subject__in=subjects
    ).order_by("at", "id")
    for row in rows:
        found[row.subject or 0].append(_fact(row))
    return found


def origin_of(org: int, ip: str) -> str:
    """Return the keyed hash under which an IP address is kept; it tells repeats, nothing else."""
    return pseudonyms.pseudonym(org, "ip", ip) if ip else ""


def _dedup(hit: Hit) -> str:
    parts: tuple[str, ...] = (hit.provider, hit.event_id)
    if not hit.event_id:
        who = (hit.origin, hit.agent.kind.value, str(int(hit.agent.reasons)))
        what = (hit.kind.value, str(hit.message), str(hit.link), str(hit.subject))
        parts = (hit.provider, *what, *who, str(int(hit.at.timestamp())))
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=24).hexdigest()


def _fact(row: Touch) -> TouchFact:
    return TouchFact(
        id=row.id,
        kind=TouchKind(row.kind),
        message=row.message,
        link=row.link,
        subject=row.subject,
        at=row.at,
        provider=row.provider,
        agent=AgentKind(row.agent),
        reasons=Reason(row.reasons),
    )
