"""The poller's memory: which attendees are known, as of when, and which have vanished."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from postlude.kernel import ids, store
from postlude.sources.kktix.plans import Known
from postlude.sources.models import KnownAttendee

_COLUMNS = (
    "id",
    "org",
    "source",
    "event_id",
    "attendee_id",
    "order_number",
    "updated_at",
    "checked_at",
    "settled",
    "gone",
)


@dataclass(frozen=True, slots=True)
class Place:
    """One event of one source."""

    org: int
    source: int
    event: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What to keep of an attendee that was fetched."""

    order_number: str
    updated_at: float
    settled: bool


def load(place: Place) -> dict[str, Known]:
    """Return what is known of an event's attendees."""
    return {
        row.attendee_id: Known(
            row.order_number, row.updated_at, row.checked_at, row.settled, row.gone
        )
        for row in _rows(place)
    }


def known_count(org: int, source: int) -> int:
    """Return how many attendees of a source are known and not gone, over all events."""
    return KnownAttendee.objects.filter(org=org, source=source, gone=False).count()


def remember(
    place: Place,
    seen: Mapping[str, Seen],
    *,
    looked_at: Collection[str] = (),
    gone: Collection[str] = (),
    now: datetime,
) -> None:
    """Keep what was seen, after the sales are written.

    `looked_at` are those that could not be read: they go to the end of the queue of the re-scan,
    so that they do not hold up the others.
    """
    if not (seen or looked_at or gone):
        return
    with store.write():
        new = set(_insert(place, seen, now)) if seen else set()
        for attendee in seen.keys() - new:
            each = seen[attendee]
            _rows(place).filter(attendee_id=attendee).update(
                order_number=each.order_number,
                updated_at=each.updated_at,
                settled=each.settled,
                checked_at=now,
                gone=False,
            )
        if looked_at:
            _rows(place).filter(attendee_id__in=list(looked_at)).update(checked_at=now)
        if gone:
            _rows(place).filter(attendee_id__in=list(gone)).update(gone=True, checked_at=now)


def _insert(place: Place, seen: Mapping[str, Seen], now: datetime) -> list[str]:
    rows = [
        (
            ids.new_id(),
            place.org,
            place.source,
            place.event,
            attendee,
            each.order_number,
            each.updated_at,
            now,
            each.settled,
            False,
        )
        for attendee, each in seen.items()
    ]
    return store.insert_ignore(
        KnownAttendee,
        _COLUMNS,
        rows,
        conflict=("org", "source", "event_id", "attendee_id"),
        returning="attendee_id",
    )


def _rows(place: Place) -> QuerySet[KnownAttendee]:
    return KnownAttendee.objects.filter(org=place.org, source=place.source, event_id=place.event)
