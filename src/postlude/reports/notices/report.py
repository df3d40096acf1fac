"""What the notices of some days brought back, counted as it stands now."""

from datetime import date, datetime
from typing import Any

from postlude.journeys import api as journeys
from postlude.kernel import clock, store
from postlude.orgs import api as orgs
from postlude.reports.asking import day_of
from postlude.reports.errors import BadRange, UnknownNotice
from postlude.reports.notices import counting
from postlude.reports.notices.counting import Alike, Given, Place, Reacted, Read
from postlude.reports.queries import ask
from postlude.reports.types.notices import Asked, Notices, Unit

_FIRST, _LAST = date(1900, 1, 1), date(9998, 12, 31)


def asked(
    org: int, *, since: str | date | None = None, until: str | date | None = None, kind: str = ""
) -> Asked:
    """Return what is meant. Raises a ReportError that names what to write instead."""
    first, last = day_of("since", since), day_of("until", until)
    if first and last and last < first:
        raise BadRange(since=first.isoformat(), until=last.isoformat())
    known = kinds(org)
    if kind and kind not in known:
        raise UnknownNotice(kind, ", ".join(known))
    return Asked(first, last, kind)


def kinds(org: int) -> list[str]:
    """Return the kinds of notices that were ever sent."""
    return [row[0] for row in ask("list_notice_kinds", {"org": org})]


def notices(org: int, which: Asked, *, now: datetime | None = None) -> Notices:
    """Count the messages written on these days, and what came of them by `now`."""
    moment = now or clock.now()
    read = _read(org, which, moment)
    ref = orgs.get(org)
    actions = counting.lines(read, Place.version_of_action)
    under_way = ask("count_notices_under_way", {"org": org})[0][0]
    return Notices(
        which,
        ref.zone,
        ref.currency,
        moment,
        weeks=counting.lines(read, Place.week),
        actions=actions,
        kinds=counting.lines(read, Place.whole_kind),
        total=counting.total(read),
        comparisons=counting.comparisons(actions),
        winners=counting.winners(actions),
        lifts=counting.lifts(counting.lines(read, Place.whole_version)),
        under_way=under_way,
    )


def _read(org: int, which: Asked, now: datetime) -> Read:
    given: dict[str, Any] = {
        "org": org,
        "kind": which.kind,
        "since": which.since or _FIRST,
        "until": which.until or _LAST,
    }
    return Read(
        [
            Alike(_place(row), row[4], row[5], bool(row[6]), *row[7:])
            for row in ask("count_notices", given)
        ]
        + _stopped(org, which),
        [
            Reacted(
                _place(row),
                row[4],
                store.known_instant(row[5]),
                store.known_instant(row[6]),
                row[7],
                row[8],
            )
            for row in ask("list_reactions", given)
        ],
        [
            Given(_place(row), Unit(row[4]), row[5])
            for row in ask("sum_notice_points", {**given, "now": now})
        ],
    )


def _stopped(org: int, which: Asked) -> list[Alike]:
    """Return whom the runs of these days stopped before anything was written to them."""
    found = []
    for each in journeys.stopped(org):
        day = orgs.local_day(org, each.started_at)
        inside = (which.since or _FIRST) <= day <= (which.until or _LAST)
        if inside and which.kind in ("", each.notice):
            place = Place(each.notice, "", each.version, day)
            found.append(Alike(place, "blocked", "", credited=False, messages=each.people))
    return found


def _place(row: tuple[Any, ...]) -> Place:
    return Place(row[0], row[1], row[2], date.fromisoformat(row[3]))
