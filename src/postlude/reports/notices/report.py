"""What the notices of some days brought back, counted as it stands now."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from postlude.journeys import api as journeys
from postlude.kernel import clock, store
from postlude.orgs import api as orgs
from postlude.reports.asking import day_of
from postlude.reports.errors import BadRange, UnknownBranch, UnknownNotice
from postlude.reports.notices import counting
from postlude.reports.notices.counting import Alike, Given, Place, Reacted, Read, Redeemed
from postlude.reports.notices.redemptions import redemptions
from postlude.reports.queries import ask
from postlude.reports.types.notices import Asked, Group, Line, Notices, Unit

_FIRST, _LAST = date(1900, 1, 1), date(9998, 12, 31)


def asked(  # noqa: PLR0913 - each narrows or splits
    org: int,
    *,
    since: str | date | None = None,
    until: str | date | None = None,
    kind: str = "",
    branch: str = "",
    by_branch: bool = False,
) -> Asked:
    """Return what is meant. Raises a ReportError that names what to write instead."""
    first, last = day_of("since", since), day_of("until", until)
    if first and last and last < first:
        raise BadRange(since=first.isoformat(), until=last.isoformat())
    known = kinds(org)
    if kind and kind not in known:
        raise UnknownNotice(kind, ", ".join(known))
    branches = [each.slug for each in orgs.branches(org)]
    if branch and branch not in branches:
        raise UnknownBranch(branch, ", ".join(branches))
    return Asked(first, last, kind, branch, by_branch)


def kinds(org: int) -> list[str]:
    """Return the kinds of notices that were ever sent."""
    return [row[0] for row in ask("list_notice_kinds", {"org": org})]


def notices(org: int, which: Asked, *, now: datetime | None = None) -> Notices:
    """Count the messages written on these days, and what came of them by `now`."""
    moment = now or clock.now()
    read = _read(org, which, moment)
    coupons = redemptions(org, which)
    told = Counter(by.place for _, by in coupons if by is not None)
    read = replace(read, redeemed=[Redeemed(place, n) for place, n in told.items()])
    ref = orgs.get(org)
    actions = counting.lines(read, Place.version_of_action)

    def lines(group: Callable[[Place], Group]) -> list[Line]:
        return counting.lines(read, lambda it: it.split(group) if which.by_branch else group(it))

    under_way = ask("count_notices_under_way", {"org": org})[0][0]
    return Notices(
        which,
        ref.zone,
        ref.currency,
        moment,
        weeks=lines(Place.week),
        actions=lines(Place.version_of_action),
        kinds=lines(Place.whole_kind),
        total=counting.total(read),
        comparisons=counting.comparisons(actions),
        winners=counting.winners(actions),
        lifts=counting.lifts(counting.lines(read, Place.whole_version)),
        under_way=under_way,
        untold=Counter(each.code for each, by in coupons if by is None),
    )


_ALL = -1


def _read(org: int, which: Asked, now: datetime) -> Read:
    slugs = {each.id: each.slug for each in orgs.branches(org)}
    branch = next((each for each, slug in slugs.items() if slug == which.branch), _ALL)
    given: dict[str, Any] = {
        "branch": branch,
        "org": org,
        "kind": which.kind,
        "since": which.since or _FIRST,
        "until": which.until or _LAST,
    }
    return Read(
        [
            Alike(_place(row, slugs), row[5], row[6], bool(row[7]), *row[8:])
            for row in ask("count_notices", given)
        ]
        + _stopped(org, which, slugs),
        [
            Reacted(
                _place(row, slugs),
                row[5],
                store.known_instant(row[6]),
                store.known_instant(row[7]),
                row[8],
                row[9],
            )
            for row in ask("list_reactions", given)
        ],
        [
            Given(_place(row, slugs), Unit(row[5]), row[6])
            for row in ask("sum_notice_points", {**given, "now": now})
        ],
    )


def _stopped(org: int, which: Asked, slugs: Mapping[int, str]) -> list[Alike]:
    """Return whom the runs of these days stopped before anything was written to them."""
    found = []
    for each in journeys.stopped(org):
        day = orgs.local_day(org, each.started_at)
        inside = (which.since or _FIRST) <= day <= (which.until or _LAST)
        branch = slugs.get(each.branch or 0, "")
        if inside and which.kind in {"", each.notice} and which.branch in {"", branch}:
            place = Place(each.notice, "", each.version, day, branch)
            found.append(Alike(place, "blocked", "", credited=False, messages=each.people))
    return found


def _place(row: tuple[Any, ...], slugs: Mapping[int, str]) -> Place:
    return Place(row[0], row[1], row[2], date.fromisoformat(row[3]), slugs.get(row[4], ""))
