"""Publishing paths: a version is never changed; who is on the way stays on the version of then."""

from collections.abc import Collection
from datetime import datetime

from postlude.journeys import publishing
from postlude.journeys.errors import BadJourney
from postlude.journeys.models import JourneyVersion
from postlude.journeys.paths import definitions
from postlude.journeys.paths.mistakes import mistakes
from postlude.journeys.paths.types import Path
from postlude.journeys.recurring.definitions import said
from postlude.journeys.types import VersionRef
from postlude.kernel import boundaries, store, wakeup
from postlude.kernel.errors import NotFound
from postlude.orgs import api as orgs


def publish(org: int, path: Path, *, now: datetime, actor: str = "") -> VersionRef:
    """Store the path as the newest version, unless it is that already.

    One that is switched on again makes up for nothing that happened while it was off. Raises
    BadJourney with everything that is wrong.
    """
    home = orgs.get(org)
    found = mistakes(path, currency=home.currency, zone=home.zone)
    if found:
        raise BadJourney(journey=path.slug, problems=said(found))
    return publishing.keep_switched(
        org,
        path,
        publishing.STEPS,
        definitions.to_json(path),
        digest=definitions.digest(path),
        now=now,
        actor=actor,
    )


def newest(org: int, slug: str) -> JourneyVersion:
    """Return the newest version of a path; raise NotFound."""
    found = publishing.newest_of(org, slug, trigger=publishing.STEPS)
    if found is None:
        words = "There is no journey {slug} in steps."
        raise NotFound(words, slug=slug, hint="`postlude journeys list`.")
    return found


def open_paths(org: int) -> list[tuple[JourneyVersion, Path, datetime]]:
    """Return the newest version of each path that takes people in, and since when it does."""
    versions = [
        each
        for each in publishing.newest_versions(org, trigger=publishing.STEPS)
        if each.journey.paused_at is None
    ]
    begun = dict(
        JourneyVersion.objects.filter(
            org=org, journey__in=[each.journey_id for each in versions], number=1
        ).values_list("journey", "created_at")
    )
    return [
        (each, definitions.from_json(each.definition), _since(each, begun[each.journey_id]))
        for each in versions
    ]


def _since(version: JourneyVersion, begun: datetime) -> datetime:
    resumed = version.journey.resumed_at
    return begun if resumed is None else max(begun, resumed)


def paths(org: int, versions: Collection[int]) -> dict[int, Path]:
    """Return what these versions say."""
    rows = JourneyVersion.objects.filter(org=org, id__in=versions)
    return {
        number: definitions.from_json(each) for number, each in rows.values_list("id", "definition")
    }


def pause(org: int, slug: str, *, paused: bool, now: datetime) -> bool:
    """Let nobody enter a path and nobody go on in it, or end that; say whether it changed.

    It rests whatever is applied. Who would have entered meanwhile does not; who was on the way
    goes on from where they stood.
    """
    journey = newest(org, slug).journey_id
    with store.write():
        changed = publishing.switch(org, journey, paused=paused, now=now)
        if not paused:
            wakeup.nudge()
    boundaries.crossing("journeys.path_paused")
    return changed
