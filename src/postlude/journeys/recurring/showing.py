"""A notice taken apart for its page: its versions, its turns, who stands behind a number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from postlude.journeys import publishing as versions
from postlude.journeys.models import JourneyVersion, NodeExecution, Run, SendAttempt, Switch
from postlude.journeys.recurring import definitions, publishing, turns
from postlude.journeys.recurring.batch import WAITING

_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a notice, as JSON says it."""

    number: int
    created_at: datetime
    created_by: str
    definition: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Switched:
    """What somebody did to a notice by hand: pause, resume, run."""

    what: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One person of a run, and what became of them; `message` is None where none was written."""

    id: int
    contact: int
    outcome: str
    reason: str
    message: int | None
    branch: int | None
    at: datetime


def turns_taken(org: int, slug: str) -> dict[str, int]:
    """Return how many turns each selection of the newest version has had; raise NotFound."""
    row = publishing.newest(org, slug)
    notice = definitions.from_json(row.definition)
    return {each.name: turns.taken(org, row.id, each.name) for each in notice.selections}


def editions(org: int, slug: str) -> list[Edition]:
    """Return every version of a notice, the newest first."""
    rows = JourneyVersion.objects.filter(
        org=org, journey__slug=slug, journey__trigger=versions.TIMETABLE
    ).order_by("-number")
    return [Edition(row.number, row.created_at, row.created_by, row.definition) for row in rows]


def switches(org: int, slug: str, *, limit: int = 20) -> list[Switched]:
    """Return what was done to a notice by hand, the newest first."""
    rows = Switch.objects.filter(org=org, journey__slug=slug).order_by("-id")
    return [Switched(*row) for row in rows.values_list("what", "actor", "at")[:limit]]


def attempts(  # noqa: PLR0913 - a number of a run's books, and where the page begins
    org: int,
    slug: str,
    run: int,
    *,
    selection: str,
    outcome: str,
    before: int | None = None,
    limit: int = 100,
) -> Sequence[Attempt] | None:
    """Return who stands behind a number of a run's books, the newest first.

    `outcome`: entered (everybody), sent, blocked, failed, waiting, unknown or held_out. None where
    there is no such run of this notice.
    """
    found = Run.objects.filter(org=org, id=run, journey__slug=slug).first()
    if found is None:
        return None
    node = NodeExecution.objects.filter(
        org=org, cycle=found.cycle_id, node=f"{slug}.{selection}"
    ).first()
    rows = SendAttempt.objects.filter(org=org, execution=node.id if node else 0)
    if outcome == _UNKNOWN:
        rows = rows.filter(outcome=WAITING, reason=_UNKNOWN)
    elif outcome == WAITING:
        rows = rows.filter(outcome=WAITING).exclude(reason=_UNKNOWN)
    elif outcome != "entered":
        rows = rows.filter(outcome=outcome)
    if before is not None:
        rows = rows.filter(id__lt=before)
    columns = ("id", "contact", "outcome", "reason", "message", "branch", "at")
    return [Attempt(*row) for row in rows.order_by("-id").values_list(*columns)[:limit]]
