"""Publishing journeys: versions are never changed, and the same definition again is no news."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from postlude.journeys import definitions
from postlude.journeys.errors import BadJourney
from postlude.journeys.models import Journey, JourneyVersion
from postlude.journeys.types import JourneyDefinition, VersionRef
from postlude.kernel import boundaries, store
from postlude.kernel.errors import NotFound

# What is kept as the trigger of journeys that are made otherwise; or ran in another system only.
TIMETABLE, STEPS, PAST = "timetable", "steps", "past"


def check(definition: JourneyDefinition) -> list[str]:
    """Return what is wrong with a definition, in words; empty when it can run."""
    return definitions.problems(definition)


def publish(
    org: int, definition: JourneyDefinition, *, now: datetime, actor: str = ""
) -> VersionRef:
    """Store the definition as the newest version, unless it is that already."""
    found = check(definition)
    if found:
        raise BadJourney(journey=definition.slug, problems="; ".join(found))
    return keep(
        org,
        definition.slug,
        {
            "title": definition.title,
            "folder": definition.folder,
            "trigger": definition.trigger,
            "active": definition.active,
        },
        definitions.to_json(definition),
        digest=definitions.digest(definition),
        now=now,
        actor=actor,
    )


def keep(  # noqa: PLR0913 - a version is what it is
    org: int,
    slug: str,
    about: Mapping[str, Any],
    stored: Mapping[str, Any],
    *,
    digest: str,
    now: datetime,
    actor: str,
) -> VersionRef:
    """Store what a version says, unless the newest one says it already; `about` may change."""
    with store.write():
        journey, _ = Journey.objects.select_for_update().update_or_create(
            org_id=org, slug=slug, defaults=about
        )
        newest = JourneyVersion.objects.filter(org=org, journey=journey).order_by("-number").first()
        if newest is not None and newest.digest == digest:
            return _ref(journey, newest, created=False)
        version = JourneyVersion.objects.create(
            org_id=org,
            journey=journey,
            number=newest.number + 1 if newest else 1,
            definition=dict(stored),
            digest=digest,
            created_at=now,
            created_by=actor,
        )
    boundaries.crossing("journeys.published")
    return _ref(journey, version, created=True)


class Kept(Protocol):
    """What notices and journeys in steps have in common."""

    @property
    def slug(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def folder(self) -> str: ...
    @property
    def active(self) -> bool: ...


def keep_switched(  # noqa: PLR0913 - a version is what it is
    org: int,
    it: Kept,
    trigger: str,
    stored: Mapping[str, Any],
    *,
    digest: str,
    now: datetime,
    actor: str,
) -> VersionRef:
    """Store a notice or a journey in steps like `keep`.

    One that is switched on again makes up for nothing that happened while it was off.
    """
    with store.write():
        if it.active:
            off = Journey.objects.filter(org=org, slug=it.slug, active=False)
            off.update(resumed_at=now)
        about = {"title": it.title, "folder": it.folder, "trigger": trigger, "active": it.active}
        return keep(org, it.slug, about, stored, digest=digest, now=now, actor=actor)


def switch(org: int, journey: int, *, paused: bool, now: datetime) -> bool:
    """Take one off by hand, or put it back; say whether it changed. In the caller's transaction.

    It stays so whatever is applied.
    """
    rows = Journey.objects.filter(org=org, id=journey, paused_at__isnull=paused)
    if paused:
        return bool(rows.update(paused_at=now))
    return bool(rows.update(paused_at=None, resumed_at=now))


def journeys(org: int) -> list[VersionRef]:
    """Return the newest version of each journey, active or not, by slug."""
    return [_ref(row.journey, row, created=False) for row in newest_versions(org)]


def newest_of(org: int, slug: str, *, trigger: str) -> JourneyVersion | None:
    """Return the newest version of a journey that `trigger` starts, active or not, or None."""
    rows = JourneyVersion.objects.filter(org=org, journey__slug=slug, journey__trigger=trigger)
    return rows.select_related("journey").order_by("-number").first()


def newest_versions(org: int, *, trigger: str | None = None) -> list[JourneyVersion]:
    """Return the newest version rows; with a trigger, those of the active journeys it starts.

    Without one, those that a sale or a set time starts: notices and journeys in steps are made
    otherwise.
    """
    rows = JourneyVersion.objects.filter(org=org).select_related("journey")
    if trigger is not None:
        rows = rows.filter(journey__trigger=trigger, journey__active=True)
    else:
        rows = rows.exclude(journey__trigger__in=(TIMETABLE, STEPS, PAST))
    newest: dict[int, JourneyVersion] = {}
    for row in rows.order_by("journey__slug", "number"):
        newest[row.journey_id] = row
    return list(newest.values())


def newest_version(org: int, journey: int) -> JourneyVersion:
    """Return the newest version of one journey."""
    return JourneyVersion.objects.filter(org=org, journey=journey).order_by("-number")[0]


def stored(org: int) -> dict[str, dict[str, Any]]:
    """Return what the newest version of each journey that is on says, as JSON, by slug."""
    rows = JourneyVersion.objects.filter(org=org, journey__active=True).select_related("journey")
    return {row.journey.slug: row.definition for row in rows.order_by("number")}


def definition(org: int, version: int) -> JourneyDefinition:
    """Return what a version says; raise NotFound."""
    row = JourneyVersion.objects.filter(org=org, id=version).first()
    if row is None:
        raise NotFound
    return definitions.from_json(row.definition)


def _ref(journey: Journey, version: JourneyVersion, *, created: bool) -> VersionRef:
    return VersionRef(version.id, journey.id, journey.slug, version.number, created)
