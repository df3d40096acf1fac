"""The calendar file (.ics) of a conference: what invitations and notices carry with them.

It holds nothing of the person: no attendee, no personal link, and the same UID for everybody, so
that a calendar that gets it twice, or with other dates, keeps one entry.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from postlude.journeys.models import Occasion
from postlude.kernel import clock, store
from postlude.messages.types import Attachment, Leased
from postlude.orders import api as orders
from postlude.orders.types import ConferenceRef
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef

NAME = "calendar"
ATTACHED: Mapping[str, Any] = {"attach": [NAME]}
_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"


def describe_occasion(org: int, conference: int, *, place: str = "", website: str = "") -> None:
    """Say where a conference is, for its calendar entry."""
    with store.write():
        Occasion.objects.update_or_create(
            org_id=org, conference=conference, defaults={"place": place, "website": website}
        )


def occasions(org: int, conferences: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return place and website of each conference that has any."""
    rows = Occasion.objects.filter(org=org, conference__in=list(conferences))
    found = rows.values_list("conference", "place", "website")
    return {conference: (place, website) for conference, place, website in found}


def attachments(org: int, leased: Sequence[Leased]) -> dict[int, Attachment]:
    """Return the calendar file of each message whose conference has dates; for `messages`."""
    wanted = {int(it.context.get("conference", 0)) for it in leased}
    made = {
        conference.id: file
        for conference in orders.conferences(org)
        if conference.id in wanted and (file := calendar(org, conference)) is not None
    }
    return {
        it.message: made[number]
        for it in leased
        if (number := int(it.context.get("conference", 0))) in made
    }


def calendar(org: int, conference: ConferenceRef) -> Attachment | None:
    """Return the calendar file of a conference, or None when it has no dates."""
    if conference.starts_at is None or conference.ends_at is None:
        return None
    place, website = occasions(org, [conference.id]).get(conference.id, ("", ""))
    content = write(orgs.get(org), conference, place=place, website=website, now=clock.now())
    return Attachment(f"{_plain(conference.slug)}.ics", _TYPE, content)


def write(
    org: OrgRef, conference: ConferenceRef, *, place: str, website: str, now: datetime
) -> bytes:
    """Return the file as RFC 5545 has it: UTC times, folded lines, CRLF."""
    import icalendar  # noqa: PLC0415 - only who writes a calendar needs it

    file, entry = icalendar.Calendar(), icalendar.Event()
    file.add("prodid", "-//Postlude//Postlude//EN")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    entry.add("uid", uid(org, conference))
    entry.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    for name, when in (("dtstart", conference.starts_at), ("dtend", conference.ends_at)):
        if when is not None:
            entry.add(name, when.astimezone(UTC))
    entry.add("summary", conference.name)
    for name, text in (("location", place), ("url", website)):
        if text:
            entry.add(name, text)
    file.add_component(entry)
    return bytes(file.to_ical())


def uid(org: OrgRef, conference: ConferenceRef) -> str:
    """Return what makes it the same entry every time: of the conference, never of the person."""
    return str(uuid5(NAMESPACE_URL, f"postlude:{org.slug}/{conference.slug}"))


def _plain(slug: str) -> str:
    """A file name that no mail program misreads: slugs of automatic conferences may be Chinese."""
    kept = "".join(each for each in slug if each.isascii() and (each.isalnum() or each in "-_"))
    return kept.strip("-_") or "conference"
