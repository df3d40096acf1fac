"""The one way in for page views and events: kept once, however often they are told."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from postlude.activity.models import Activity
from postlude.activity.types import ActivitySeen, Kind, Sign
from postlude.kernel import boundaries, ids, store, work
from postlude.orgs import api as orgs

EVENT, LATE = "activity.event", "activity.late"
_EPOCH = date(1970, 1, 1)
_DAY_MS = 86_400_000
_COLUMNS = (
    *("id", "org", "day", "sent_day", "message_id", "kind", "visitor", "contact", "action", "url"),
    *("subject", "products", "properties", "at", "client_ts", "received_at", "agent", "reasons"),
    *("signs", "utm_source", "utm_medium", "utm_campaign"),
)


def record_many(org: int, seen: Sequence[ActivitySeen], *, now: datetime) -> list[int]:
    """Keep these hits and return the ids of those that were new; a repeat changes nothing.

    What happened on a day that is closed by now is left out, and whatever has an id of such a day:
    it could not be told from a repeat.

    In the same commit `activity.event` is published (keys: ids of activities) for the new events
    of known contacts, and `activity.late` for whatever came long after it happened. Joins the
    caller's transaction.
    """
    if not seen:
        return []
    zone = ZoneInfo(orgs.get(org).zone)
    oldest = min(*(each.at for each in seen), moment_of(min(each.sent_ms for each in seen)))
    if not orgs.may_be_closed(oldest, now):
        return _record(org, seen, zone, now)
    with store.write():
        closed = orgs.closed_to(org) or date.min
        kept = [each for each in seen if _first_day(each, zone) >= closed]
        return _record(org, kept, zone, now)


def _first_day(it: ActivitySeen, zone: ZoneInfo) -> date:
    return min(_day_of(it.sent_ms // _DAY_MS), it.at.astimezone(zone).date())


def _record(org: int, seen: Sequence[ActivitySeen], zone: ZoneInfo, now: datetime) -> list[int]:
    numbers = ids.new_ids(len(seen))
    rows = [
        (
            number,
            org,
            each.at.astimezone(zone).date(),
            _day_of(each.sent_ms // _DAY_MS),
            each.message_id,
            each.kind.value,
            each.visitor,
            each.contact,
            each.action,
            each.url,
            each.subject,
            _text(each.products) if each.products else "",
            _text(each.properties) if each.properties else "",
            each.at,
            each.client_ts,
            now,
            each.agent,
            each.reasons,
            int(each.signs),
            *each.campaign,
        )
        for number, each in zip(numbers, seen, strict=True)
    ]
    # In one order, so that two groups that hold the same repeats never wait for each other.
    rows.sort(key=lambda row: str(row[4]))
    with store.write():
        new = store.insert_ignore(
            Activity, _COLUMNS, rows, conflict=("org", "sent_day", "message_id")
        )
        fresh = set(new)
        work.publish(
            EVENT,
            org,
            [
                number
                for number, each in zip(numbers, seen, strict=True)
                if each.kind is Kind.EVENT and each.contact is not None and number in fresh
            ],
        )
        work.publish(
            LATE,
            org,
            [
                number
                for number, each in zip(numbers, seen, strict=True)
                if Sign.LATE in each.signs and number in fresh
            ],
        )
    boundaries.crossing("activity.recorded")
    return new


# Made once: `json.dumps` with any wish of its own makes one each time.
_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@lru_cache(maxsize=64)
def _day_of(days: int) -> date:
    return _EPOCH + timedelta(days=days)


def moment_of(ms: int) -> datetime:
    """Return the instant of so many milliseconds since 1970."""
    return datetime.fromtimestamp(ms / 1000, UTC)
