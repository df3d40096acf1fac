"""Whom a new version of a notice would write to that the one in force would not, and who no longer.

One walk over both versions' audiences, as of the same instant, in the order of contacts: a page of
each is in memory, never everybody. Nothing is written.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from postlude.journeys.models import JourneyVersion
from postlude.journeys.recurring import definitions, publishing, streams, weighing
from postlude.journeys.recurring.batch import Person
from postlude.journeys.recurring.figures import Impact, Reach
from postlude.journeys.recurring.types import Every, Recurring
from postlude.journeys.recurring.weighing import Side, Weighed
from postlude.kernel import store
from postlude.kernel.errors import NotFound
from postlude.orgs import api as orgs

CHUNK, SAMPLE = 5_000, 5
_DAY = timedelta(days=1)
_MONTH_DAYS = 30.0
Tell = Callable[[float], object]
_Chosen = dict[int, list[Person]]


@dataclass(slots=True)
class _Walked:
    """One version while it is walked; `tomorrow` are those who would enter by one day more."""

    now: Side
    sums: Weighed = field(default_factory=Weighed)
    tomorrow: int = 0

    @property
    def by_day(self) -> bool:
        return self.now.notice.timetable.every is not Every.MONTH


def impact(  # noqa: PLR0913 - two versions, and what is known of them
    org: int,
    slug: str,
    after: Recurring | None,
    *,
    now: datetime,
    reaches: bool = True,
    tell: Tell = float,
) -> Impact:
    """Compare the version in force with `after` (None: it is left out), as if both ran at `now`.

    Whom a mark of the period shows as served is nobody's. `reaches`: the senders of `after` are
    there, so that it is known whom they may write to. `tell` is told how far it is, 0 to 1.
    """
    row = _in_force(org, slug)
    home = orgs.get(org).zone
    old = definitions.from_json(row.definition) if row and row.journey.active else None
    journey = row.journey_id if row else 0
    sides = {
        name: _Walked(Side(org, home, journey, notice, now, name == "before" or reaches))
        for name, notice in (("before", old), ("after", after if after and after.active else None))
        if notice is not None
    }
    since = publishing.first_published(org, journey) if row else now
    newly, gone = _Listed(), _Listed()
    every = orgs.clocks(org)  # each person lives by one of them
    for number, clocks in enumerate(every):
        for it in sides.values():
            it.now = it.now.by(clocks)
        for chunk in _chunks(sides, since, _part(tell, number, len(every))):
            written = {name: _weighed(it, chunk, name) for name, it in sides.items()}
            newly.add(written.get("after", set()) - written.get("before", set()))
            gone.add(written.get("before", set()) - written.get("after", set()))
    tell(1.0)
    return Impact(
        before=_reach(sides.get("before"), row.number if row else 0),
        after=_reach(sides.get("after"), 0),
        newly=newly.count,
        no_longer=gone.count,
        newly_sample=tuple(newly.sample),
        no_longer_sample=tuple(gone.sample),
        paused=bool(row and row.journey.paused_at),
    )


def _part(tell: Tell, number: int, count: int) -> Tell:
    return lambda share: tell((number + share) / count)


@dataclass(slots=True)
class _Listed:
    """How many, and the first few contacts of them."""

    count: int = 0
    sample: list[int] = field(default_factory=list)

    def add(self, people: set[Person]) -> None:
        self.count += len(people)
        if len(self.sample) < SAMPLE:
            some = sorted({contact for contact, _ in people} - set(self.sample))
            self.sample += some[: SAMPLE - len(self.sample)]


def _in_force(org: int, slug: str) -> JourneyVersion | None:
    try:
        return publishing.newest(org, slug)
    except NotFound:
        return None


_Place = streams.Place
_Found = tuple[_Place, str, int, Person]  # where, which walk, which selection, whom


def _chunks(
    sides: Mapping[str, _Walked], since: datetime, tell: Tell
) -> Iterator[Mapping[str, _Chosen]]:
    """Yield whom each walk's selections take, some thousands at a time, each person whole."""
    walks = []
    for name, it in sides.items():
        walks += _walks(name, it.now, since)
        if it.by_day:
            walks += _walks(f"{name}+1", it.now.at(it.now.as_of + _DAY), since)
    share = _share(sides, since)
    chunk: dict[str, _Chosen] = defaultdict(lambda: defaultdict(list))
    held = 0
    for place, group in groupby(heapq.merge(*walks), key=lambda found: found[0]):
        for _, name, number, person in group:
            chunk[name][number].append(person)
        held += 1
        if held == CHUNK:
            yield chunk
            tell(share(place))
            held = 0
            chunk.clear()
    if held:
        yield chunk


def _walks(name: str, side: Side, since: datetime) -> list[Iterator[_Found]]:
    def walk(number: int) -> Iterator[_Found]:
        selection = side.notice.selections[number]
        found = streams.stream(
            side.org, selection, as_of=side.as_of, since=since, clocks=side.clocks
        )
        for place, person in found:
            yield place, name, number, person

    return [
        walk(number)
        for number, selection in enumerate(side.notice.selections)
        if selection.orders is None or "+" not in name  # nobody knows the orders of tomorrow
    ]


def _weighed(it: _Walked, chunk: Mapping[str, _Chosen], name: str) -> set[Person]:
    found, written, _ = weighing.weigh(it.now, chunk.get(name, {}))
    it.sums.add(found)
    later = chunk.get(f"{name}+1", {})
    if later:
        today = weighing.periods_of(it.now, chunk.get(name, {}))
        entering = weighing.periods_of(it.now.at(it.now.as_of + _DAY), later)
        it.tomorrow += len(entering - today)
    return written


def _reach(it: _Walked | None, version: int) -> Reach | None:
    if it is None:
        return None
    sums = it.sums
    written = sum(sums.written.values())
    return Reach(
        version=version,
        selected=sums.selected,
        served=sums.served,
        stopped=dict(sorted(sums.stopped.items())),
        held_out=sums.held_out,
        written=written,
        by_selection={each.name: sums.written[each.name] for each in it.now.notice.selections},
        a_day=_a_day(it, written),
        knows_reach=it.now.reaches,
    )


def _a_day(it: _Walked, written: int) -> float:
    """About how many a day once the first run is over.

    People: who would be selected tomorrow and is not today, of whom as many are written to as
    today. Orders: those that were closed in the last day. Once a month: a thirtieth of a run.
    """
    side = it.now
    closed = sum(
        streams.count_closed(side.org, each.orders, side.as_of - _DAY, side.as_of)
        for each in side.notice.selections
        if each.orders is not None
    )
    if closed or any(each.orders is not None for each in side.notice.selections):
        return float(closed)
    if not it.by_day:
        return written / _MONTH_DAYS
    looked_at = it.sums.selected - it.sums.served
    return it.tomorrow * (written / looked_at if looked_at else 1.0)


def _share(sides: Mapping[str, _Walked], since: datetime) -> Callable[[_Place], float]:
    """Return how far along a place is: contacts by their ids, orders by their closing."""
    if not sides:
        return lambda _: 1.0
    side = next(iter(sides.values())).now
    query = "SELECT MIN(contact), MAX(contact) FROM people_facts_contact WHERE org = %s"
    low, high = store.rows_sql(query, [side.org])[0]
    begin, end = since.timestamp(), side.as_of.timestamp()

    def share(place: _Place) -> float:
        first, last = (begin, end) if place[0] else (low or 0, high or 0)
        return min(1.0, max(0.0, (place[1] - first) / ((last - first) or 1)))

    return share
