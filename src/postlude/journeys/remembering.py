"""Runs that another system made of its journeys: reports know them, and nothing runs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from postlude.journeys.models import Cycle, Journey, JourneyVersion
from postlude.journeys.publishing import PAST
from postlude.kernel import boundaries, ids, store

_CYCLE = ("id", "org", "journey", "version", "conference", "entered", "started_at")


@dataclass(frozen=True, slots=True)
class PastCycle:
    """A run of a journey there: by the name of the journey; `entered` how many people did."""

    journey: str
    started_at: datetime
    title: str = ""
    folder: str = ""
    entered: int = 0


def remember_cycles(org: int, seen: Sequence[PastCycle]) -> list[int]:
    """Keep runs of the past and return their ids, in order; the caller tells repeats.

    A journey that is not here is made, switched off and without steps: nothing can enter it. A
    playbook that has one of its name takes it over. Joins the caller's transaction.
    """
    with store.write():
        versions = _versions(org, seen)
        numbers = ids.new_ids(len(seen))
        rows = [
            (number, org, *versions[each.journey], 0, each.entered, each.started_at)
            for number, each in zip(numbers, seen, strict=True)
        ]
        store.insert_many(Cycle, _CYCLE, rows)
    boundaries.crossing("journeys.remembered")
    return numbers


def _versions(org: int, seen: Iterable[PastCycle]) -> dict[str, tuple[int, int]]:
    """Return (journey, version) by name."""
    first: dict[str, PastCycle] = {}
    for each in seen:
        first.setdefault(each.journey, each)
    found: dict[str, tuple[int, int]] = {}
    for slug, each in sorted(first.items()):
        journey, _ = Journey.objects.get_or_create(
            org_id=org,
            slug=slug,
            defaults={
                "title": each.title,
                "folder": each.folder,
                "trigger": PAST,
                "active": False,
            },
        )
        newest = JourneyVersion.objects.filter(org=org, journey=journey).order_by("-number").first()
        version = newest or JourneyVersion.objects.create(
            org_id=org,
            journey=journey,
            number=1,
            definition={},
            digest=PAST,
            created_at=each.started_at,
        )
        found[slug] = (journey.id, version.id)
    return found
