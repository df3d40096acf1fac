"""Events of contacts: those that another system tells of, and reading them beside a browser's."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from postlude.activity.models import Activity, ToldEvent
from postlude.activity.recording import EVENT
from postlude.activity.types import ContactEvent, EventChange, EventSeen, Kind, Sign
from postlude.kernel import boundaries, ids, store, work
from postlude.orgs import api as orgs

TOLD = "contact.event"
_CHUNK = 500
_COLUMNS = ("id", "org", "uid", "contact", "name", "day", "at", "received_at", "properties")


def tell_events(org: int, seen: Sequence[EventSeen], *, now: datetime) -> list[EventChange]:
    """Keep these events, once each; return what became of each, in order.

    What was told otherwise before is REFUSED and changes nothing. In the same commit
    `contact.event` is published (keys: ids) for those that are new. Joins the caller's transaction.
    """
    zone = ZoneInfo(orgs.get(org).zone)
    first: dict[str, EventSeen] = {}
    for each in seen:
        first.setdefault(each.uid, each)
    numbers = dict(zip(first, ids.new_ids(len(first)), strict=True))
    rows = [
        (
            numbers[uid],
            org,
            uid,
            each.contact,
            each.name,
            each.at.astimezone(zone).date(),
            each.at,
            now,
            _text(each),
        )
        for uid, each in sorted(first.items())
    ]
    with store.write():
        fresh = set(store.insert_ignore(ToldEvent, _COLUMNS, rows, conflict=("org", "uid")))
        work.publish(TOLD, org, sorted(fresh))
        kept = {row.uid: row for row in ToldEvent.objects.filter(org=org, uid__in=list(first))}
    boundaries.crossing("activity.events_told")
    changes = []
    for each in seen:
        it = kept[each.uid]
        new = it.id in fresh and first[each.uid] is each
        same = (it.contact, it.name, it.at, it.properties) == (
            each.contact,
            each.name,
            each.at,
            _text(each),
        )
        changes.append(
            EventChange.NEW if new else EventChange.SAME if same else EventChange.REFUSED
        )
    return changes


def happenings(org: int, topic: str, keys: Iterable[int | str]) -> list[ContactEvent]:
    """Return the events that news of `topic` is about; history is none."""
    found: list[ContactEvent] = []
    for part in store.chunks(sorted({int(each) for each in keys}), _CHUNK):
        if topic == EVENT:
            seen = Activity.objects.filter(org=org, id__in=part, kind=Kind.EVENT.value)
            found += _of_browsers(seen)
        else:
            told = ToldEvent.objects.filter(org=org, id__in=part)
            found += [ContactEvent(row.id, row.contact, row.name, row.at) for row in told]
    return found


def happened_since(org: int, contacts: Collection[int], *, since: datetime) -> list[ContactEvent]:
    """Return the events of these contacts (by these very ids) at that time or later, no history."""
    found: list[ContactEvent] = []
    for part in store.chunks(sorted(set(contacts)), _CHUNK):
        seen = Activity.objects.filter(
            org=org, contact__in=part, at__gte=since, kind=Kind.EVENT.value
        )
        found += _of_browsers(seen)
        told = ToldEvent.objects.filter(org=org, contact__in=part, at__gte=since)
        found += [ContactEvent(row.id, row.contact, row.name, row.at) for row in told]
    return found


def _of_browsers(rows: Iterable[Activity]) -> list[ContactEvent]:
    return [
        ContactEvent(row.id, row.contact, row.action, row.at)
        for row in rows
        if row.contact is not None and not row.signs & Sign.PAST
    ]


def _text(event: EventSeen) -> str:
    if not event.properties:
        return ""
    return json.dumps(event.properties, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
