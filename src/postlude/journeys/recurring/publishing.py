"""Publishing notices: a version is never changed, and the same notice again is no news."""

from datetime import datetime

from postlude.journeys import publishing
from postlude.journeys.errors import BadJourney
from postlude.journeys.models import Journey, JourneyVersion
from postlude.journeys.recurring import definitions
from postlude.journeys.recurring.types import Recurring
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
    with store.write():
        if notice.active:
            off = Journey.objects.filter(org=org, slug=notice.slug, active=False)
            off.update(resumed_at=now)
        about = {
            "title": notice.title,
            "folder": notice.folder,
            "trigger": publishing.TIMETABLE,
            "active": notice.active,
        }
        return publishing.keep(
            org,
            notice.slug,
            about,
            definitions.to_json(notice),
            digest=definitions.digest(notice),
            now=now,
            actor=actor,
        )


def newest(org: int, slug: str) -> JourneyVersion:
    """Return the newest version of a notice; raise NotFound."""
    rows = JourneyVersion.objects.filter(
        org=org, journey__slug=slug, journey__trigger=publishing.TIMETABLE
    )
    found = rows.select_related("journey").order_by("-number").first()
    if found is None:
        raise NotFound("There is no notice {slug}.", slug=slug, hint="`postlude journeys list`.")
    return found


def first_published(org: int, journey: int) -> datetime:
    """Return when the first version was published: nothing before it is ever asked about."""
    rows = JourneyVersion.objects.filter(org=org, journey=journey, number=1)
    return rows.values_list("created_at", flat=True)[0]


def pause(org: int, slug: str, *, paused: bool, now: datetime) -> bool:
    """Take a notice off by hand, or put it back; say whether anything changed.

    It stays off whatever is applied. What was due meanwhile is not made up for.
    """
    journey = newest(org, slug).journey_id
    rows = Journey.objects.filter(org=org, id=journey, paused_at__isnull=paused)
    with store.write():
        if paused:
            changed = rows.update(paused_at=now)
        else:
            changed = rows.update(paused_at=None, resumed_at=now)
    boundaries.crossing("journeys.paused")
    return bool(changed)
