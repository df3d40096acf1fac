"""The channel report, as it stands now."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import Sum

from postlude.kernel import clock
from postlude.orgs import api as orgs
from postlude.reports.channel import gathering
from postlude.reports.channel.crediting import Belonging, Kind
from postlude.reports.channel.gathering import Scope, Seen, Written
from postlude.reports.channel.standing import Standing, anonymous_orders, standing
from postlude.reports.models import Count
from postlude.reports.queries import ask
from postlude.reports.rollups.bitmaps import Bitmap, load, union
from postlude.reports.rollups.types import BLOCKED, KINDS, SENT
from postlude.reports.types.channel import (
    Asked,
    ChannelReport,
    Conversion,
    Day,
    JourneyChoice,
    Line,
    Place,
    Reading,
    Split,
    Tally,
)

Found = Mapping[str, Bitmap]


def channel(org: int, asked: Asked, *, now: datetime | None = None) -> ChannelReport:
    """Count what was sent on the days, who opened and clicked it, and what was bought."""
    it = gathering.scope(org, asked)
    written, ran = gathering.written(it)
    belongs = gathering.pool(it)
    seen = list(gathering.seen(it, belongs))
    orders = gathering.credited(it, belongs)
    how = standing(org)
    hidden = anonymous_orders(org, (each.order for each in orders))
    people = _people(seen, how)
    bought = _by_place(orders)
    ref = orgs.get(org)
    lines = [
        _line(
            it,
            place,
            ran,
            _tally(written.get(place), people.get(place, {}), bought.get(place, ()), how, hidden),
        )
        for place in sorted({*written, *people, *bought})
    ]
    whole = {kind: union(each[kind] for each in people.values()) for kind in KINDS}
    total = _tally(_added(written.values()), whole, orders, how, hidden)
    names = dict(ask("list_templates", {"org": org}))
    return ChannelReport(
        asked,
        ref.zone,
        ref.currency,
        now or clock.now(),
        [_named(each, names) for each in lines],
        total,
        _days(it, seen, how),
    )


def choices(org: int) -> list[JourneyChoice]:
    """Return the journeys that ever sent anything, and by which channels; whatever they do now."""
    known = gathering.journeys_of(org)
    by: defaultdict[int, set[str]] = defaultdict(set)
    rows = Count.objects.filter(org=org, testing=False).values_list("journey", "channel").distinct()
    for journey, name in rows:
        by[journey].add(name)
    return [
        JourneyChoice(each.slug, each.title, each.folder, tuple(sorted(by[number])))
        for number, each in known.items()
        if number in by
    ]


def _people(seen: Iterable[Seen], how: Standing) -> dict[Place, Found]:
    """Unite the bitmaps of each line, and let whoever speaks for somebody stand for them."""
    raw: defaultdict[Place, defaultdict[str, list[Bitmap]]] = defaultdict(lambda: defaultdict(list))
    for each in seen:
        loaded: dict[bytes, Bitmap] = {}
        for kind, blob in each.kinds.items():
            key = bytes(blob)
            if key not in loaded:
                loaded[key] = load(key)
            raw[each.place][kind].append(loaded[key])
    return {
        place: {kind: how.settle(union(kinds[kind])) for kind in KINDS}
        for place, kinds in raw.items()
    }


def _by_place(orders: Iterable[Belonging]) -> dict[Place, list[Belonging]]:
    found: defaultdict[Place, list[Belonging]] = defaultdict(list)
    for each in orders:
        found[each.place].append(each)
    return found


def _added(some: Iterable[Written]) -> Written:
    whole = Written()
    for each in some:
        for what, n in each.ended.items():
            whole.ended[what] += n
        for what, n in each.reported.items():
            whole.reported[what] += n
        whole.held_out += each.held_out
    return whole


def _tally(
    written: Written | None,
    people: Found,
    orders: Sequence[Belonging],
    how: Standing,
    hidden: set[int],
) -> Tally:
    it = written or Written()
    blocked = {
        what.removeprefix(BLOCKED): n
        for what, n in sorted(it.ended.items())
        if what.startswith(BLOCKED)
    }
    return replace(
        gathering.fates(it),
        blocked_by=blocked,
        opens=_splits("opened", people, how),
        clicks=_splits("clicked", people, how),
        open_orders=_conversion(orders, Kind.OPEN_AND_BUY, hidden),
        click_orders=_conversion(orders, Kind.CLICK_AND_BUY, hidden),
        session_orders=_conversion(orders, Kind.SESSION_AND_BUY, hidden),
    )


def _splits(what: str, people: Found, how: Standing) -> dict[Reading, Split]:
    return {each: how.split(people[f"{what}_{each}"]) if people else Split() for each in Reading}


def _conversion(orders: Sequence[Belonging], kind: Kind, hidden: set[int]) -> Conversion:
    mine = [each.order for each in orders if kind in each.kinds]
    revenue: Counter[str] = Counter()
    for each in mine:
        revenue[each.currency] += each.amount
    anonymous = sum(1 for each in mine if each.order in hidden)
    return Conversion(Split(len(mine), anonymous), dict(sorted(revenue.items())))


def _line(it: Scope, place: Place, ran: Mapping[Place, int], tally: Tally) -> Line:
    journey = it.journeys.get(ran.get(place, it.nodes.get(place.node, 0)))
    if journey is None:
        return Line(place, "", "", "", "", tally)
    return Line(place, journey.slug, journey.title, journey.folder, "", tally)


def _named(line: Line, names: Mapping[int, str]) -> Line:
    template = names.get(line.place.template, "")
    return Line(line.place, line.journey, line.title, line.folder, template, line.tally)


def _days(it: Scope, seen: Iterable[Seen], how: Standing) -> list[Day]:
    counts: dict[str, Any] = {"channel__in": list(it.asked.channels)} if it.asked.channels else {}
    if it.wanted is not None:
        counts["journey__in"] = sorted(it.wanted)
    days = (it.asked.since, it.asked.until)
    rows = Count.objects.filter(
        org=it.org, testing=False, day__range=days, what__in=sorted(SENT), **counts
    )
    sent: dict[date, int] = dict(rows.values_list("day").annotate(Sum("n")).order_by("day"))
    by: dict[str, defaultdict[date, list[Bitmap]]] = {
        what: defaultdict(list) for what in ("opened", "clicked")
    }
    for each in seen:
        if not it.asked.since <= each.day <= it.asked.until:
            continue
        for what, found in by.items():
            blob = each.kinds.get(f"{what}_{it.asked.counts}")
            if blob is not None:
                found[each.day].append(load(blob))
    counted = {
        what: {day: len(how.settle(union(some))) for day, some in found.items()}
        for what, found in by.items()
    }
    every = sorted({*sent, *counted["opened"], *counted["clicked"]})
    return [
        Day(
            day,
            sent.get(day, 0),
            counted["opened"].get(day, 0),
            counted["clicked"].get(day, 0),
        )
        for day in every
    ]
