"""Publishing notices: a version is never changed, and the same notice again is no news."""

from datetime import datetime

from postlude.journeys import publishing
from postlude.journeys.errors import BadJourney
from postlude.journeys.models import Journey, JourneyVersion, Switch
from postlude.journeys.recurring import definitions
from postlude.journeys.recurring.types import Awaited, Recurring
from postlude.journeys.types import VersionRef
from postlude.kernel import boundaries, store
from postlude.kernel.errors import NotFound
from postlude.orgs import api as orgs


def publish(org: int, notice: Recurring, *, now: datetime, actor: str = "") -> VersionRef:
    """Store the notice as the newest version, unless it is that already.

    One that is switched on again makes up for nothing that was due while it was off. Raises
    BadJourney with everything that is wrong.
    """
    home = orgs.get(org)
    found = definitions.mistakes(notice, currency=home.currency, zone=home.zone)
    if found:
        raise BadJourney(journey=notice.slug, problems=definitions.said(found))
    return publishing.keep_switched(
        org,
        notice,
        publishing.TIMETABLE,
        definitions.to_json(notice),
        digest=definitions.digest(notice),
        now=now,
        actor=actor,
    )


def newest(org: int, slug: str) -> JourneyVersion:
    """Return the newest version of a notice; raise NotFound."""
    found = publishing.newest_of(org, slug, trigger=publishing.TIMETABLE)
    if found is None:
        raise NotFound("There is no notice {slug}.", slug=slug, hint="`postlude journeys list`.")
    return found


def in_force(org: int, slug: str) -> Recurring:
    """Return the newest version of a notice, active or not; raise NotFound."""
    return definitions.from_json(newest(org, slug).definition)


def slugs(org: int) -> set[str]:
    """Return the names of all notices, active or not."""
    rows = Journey.objects.filter(org=org, trigger=publishing.TIMETABLE)
    return set(rows.values_list("slug", flat=True))


def first_published(org: int, journey: int) -> datetime:
    """Return when the first version was published: nothing before it is ever asked about."""
    rows = JourneyVersion.objects.filter(org=org, journey=journey, number=1)
    return rows.values_list("created_at", flat=True)[0]


def pause(org: int, slug: str, *, paused: bool, now: datetime, actor: str = "") -> bool:
    """Take a notice off by hand, or put it back; say whether anything changed.

    `actor` did it, and that is kept. It stays off whatever is applied. What was due meanwhile is
    not made up for.
    """
    journey = newest(org, slug).journey_id
    with store.write():
        changed = publishing.switch(org, journey, paused=paused, now=now)
        if changed:
            switched(org, journey, "pause" if paused else "resume", now, actor)
    boundaries.crossing("journeys.paused")
    return changed


def awaited(org: int) -> dict[tuple[str, int], Awaited]:
    """Return what notices say of reactions, by name and version; of those that say it."""
    rows = JourneyVersion.objects.filter(
        org=org, journey__trigger=publishing.TIMETABLE, definition__has_key="reaction"
    )
    found = rows.values_list("journey__slug", "number", "definition")
    return {
        (slug, number): it
        for slug, number, definition in found
        if (it := definitions.from_json(definition).reaction) is not None
    }


def switched(org: int, journey: int, what: str, now: datetime, actor: str) -> None:
    """Keep who did what to a notice by hand."""
    Switch.objects.create(org_id=org, journey_id=journey, what=what, actor=actor[:100], at=now)


def given_reasons(org: int) -> dict[str, list[str]]:
    """Return which notices bring points of which reason along, by their newest versions."""
    found: dict[str, set[str]] = {}
    for version in publishing.newest_versions(org, trigger=publishing.TIMETABLE):
        notice = definitions.from_json(version.definition)
        for way in (way for each in notice.selections for way in each.ways):
            if way.give is not None:
                found.setdefault(way.give.reason, set()).add(notice.slug)
    return {reason: sorted(slugs) for reason, slugs in found.items()}
