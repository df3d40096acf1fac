"""What a channel report is made of, read from rollups: messages, cycles, people, orders."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Sum

from postlude.journeys import api as journeys
from postlude.kernel import store
from postlude.messages import api as messages
from postlude.orgs import api as orgs
from postlude.reports.channel.crediting import Belonging, Credited, Touched, assign
from postlude.reports.models import Count, People, Sent
from postlude.reports.queries import ask
from postlude.reports.rollups.folding import unpacked
from postlude.reports.rollups.types import BLOCKED, KINDS, SENT, What
from postlude.reports.types.channel import Asked, Basis, Place, Tally

_NONE = 0
_PAGE = 20_000
"""How many orders are in memory at once."""
_HELD_OUT = "held_out"


@dataclass(frozen=True, slots=True)
class Journey:
    number: int
    slug: str
    title: str
    folder: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What was asked for, looked up: journeys and their cycles (None: all), and nodes."""

    org: int
    asked: Asked
    journeys: Mapping[int, Journey]
    wanted: frozenset[int] | None
    cycles: frozenset[int] | None
    nodes: Mapping[str, int]
    """The journey of each node that ever sent by these channels."""

    def has(self, channel: str) -> bool:
        return not self.asked.channels or channel in self.asked.channels

    def ran(self, cycle: int) -> bool:
        return self.cycles is None or cycle in self.cycles


@dataclass(slots=True)
class Written:
    """Messages of a line by what became of them, and to whom nothing was written."""

    ended: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    reported: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    held_out: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """People of a line on a day, in each reading; `cycle` 0 is none."""

    place: Place
    day: date
    cycle: int
    kinds: Mapping[str, bytes]


def journeys_of(org: int) -> dict[int, Journey]:
    """Return every journey there ever was, by its number."""
    return {row[0]: Journey(*row) for row in ask("list_journeys", {"org": org})}


def scope(org: int, asked: Asked) -> Scope:
    """Look up what was asked for."""
    known = journeys_of(org)
    wanted = cycles = None
    if asked.journey or asked.folder:
        wanted = frozenset(
            number
            for number, each in known.items()
            if asked.journey in {"", each.slug} and asked.folder in {"", each.folder}
        )
        rows = ask("list_cycles_of", {"org": org}, journeys=sorted(wanted))
        cycles = frozenset(row[0] for row in rows)
    counts = Count.objects.filter(org=org, testing=False, **_of(asked.channels, wanted))
    nodes = dict(counts.values_list("node", "journey").distinct())
    return Scope(org, asked, known, wanted, cycles, nodes)


def _of(channels: Collection[str], wanted: Collection[int] | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if channels:
        found["channel__in"] = list(channels)
    if wanted is not None:
        found["journey__in"] = sorted(wanted)
    return found


def written(it: Scope) -> tuple[dict[Place, Written], dict[Place, int]]:
    """Count what was written on the days, and to whom nothing was; and each line's journey."""
    found: defaultdict[Place, Written] = defaultdict(Written)
    ran: dict[Place, int] = {}
    rows = Count.objects.filter(
        org=it.org,
        testing=False,
        day__range=(it.asked.since, it.asked.until),
        **_of(it.asked.channels, it.wanted),
    )
    keys = ("channel", "node", "template", "journey", "what")
    for channel, node, template, journey, what, n, reported in (
        rows.values_list(*keys).annotate(Sum("n"), Sum("reported")).order_by(*keys)
    ):
        place = Place(channel, node, template)
        ran[place] = journey
        found[place].ended[what] += n
        found[place].reported[what] += reported
    for place, journey, outcome, reason, n in _unwritten(it):
        ran[place] = journey
        if outcome == _HELD_OUT:
            found[place].held_out += n
        else:
            found[place].ended[f"{BLOCKED}{reason or 'other'}"] += n
    return dict(found), ran


def _unwritten(it: Scope) -> Iterator[tuple[Place, int, str, str, int]]:
    begin = orgs.day_bounds(it.org, it.asked.since)[0]
    end = orgs.day_bounds(it.org, it.asked.until)[1]
    rows = ask("count_unwritten", {"org": it.org, "begin": begin, "end": end})
    if not rows:
        return
    first = journeys.first_senders(it.org)
    mediums = {
        slug: messages.traits_of(vendor).medium
        for slug, vendor in ask("list_sender_vendors", {"org": it.org})
    }
    for journey, version, node, outcome, reason, n in rows:
        channel = mediums.get(first.get((version, node), ""), "")
        wanted = it.wanted is None or journey in it.wanted
        if wanted and it.has(channel):
            yield Place(channel, node, _NONE), journey, outcome, reason, n


def pool(it: Scope) -> frozenset[int]:
    """Return the cycles whose touches belong: those of which something was sent on the days, and
    but for a strict cohort those of which something was touched on them.
    """
    days = (it.asked.since, it.asked.until)
    rows = Sent.objects.filter(org=it.org, node__in=list(it.nodes), day__range=days)
    cycles = {
        cycle
        for channel, raw in rows.values_list("channel", "cycles")
        if it.has(channel)
        for cycle in unpacked(raw)
    }
    if it.asked.basis is Basis.TOUCH:
        touched = People.objects.filter(org=it.org, node__in=list(it.nodes), day__range=days)
        cycles |= {
            cycle
            for channel, cycle in touched.values_list("channel", "cycle").distinct()
            if it.has(channel)
        }
    return frozenset(cycle for cycle in cycles if cycle != _NONE and it.ran(cycle))


def seen(it: Scope, belongs: Collection[int]) -> Iterator[Seen]:
    """Yield the people of the pool, whenever they came; of what has no cycle, on the days."""
    rows = People.objects.filter(org=it.org, node__in=list(it.nodes))
    columns = ("channel", "node", "template", "day", "cycle", *KINDS)
    for channel, node, template, day, cycle, *blobs in rows.values_list(*columns).iterator(2_000):
        on_a_day = it.asked.since <= day <= it.asked.until
        if not it.has(channel) or not (
            cycle in belongs or (cycle == _NONE and it.cycles is None and on_a_day)
        ):
            continue
        known = {kind: raw for kind, raw in zip(KINDS, blobs, strict=True) if raw is not None}
        yield Seen(Place(channel, node, template), day, cycle, known)


def credited(it: Scope, belongs: Collection[int]) -> list[Belonging]:
    """Return the orders that belong to the pool, each once, by their time."""
    return sorted(credited_some(it, belongs), key=lambda each: (each.order.at, each.order.order))


def credited_some(
    it: Scope, belongs: Collection[int], *, node: str | None = None
) -> Iterator[Belonging]:
    """Yield them, each once, in no order and a page at a time; `node`: only what is that node's."""

    def in_pool(touched: Touched) -> bool:
        if not it.has(touched.place.channel) or touched.place.node not in it.nodes:
            return False
        if touched.cycle == _NONE:
            day = orgs.local_day(it.org, touched.at)
            return it.cycles is None and it.asked.since <= day <= it.asked.until
        return touched.cycle in belongs

    for one in it.nodes if node is None else [node]:
        # An order whose open and click are of two nodes is found with both, and is of one.
        yield from (
            each for each in assign(_credited_to(it, one), in_pool) if each.place.node == one
        )


def _credited_to(it: Scope, node: str) -> Iterator[Credited]:
    """Yield the orders that are credited to a node by either side, by their ids."""
    after = 0
    while True:
        given = {
            "org": it.org,
            "orders": it.asked.orders.pattern,
            "node": node,
            "after": after,
            "limit": _PAGE,
        }
        rows = ask("list_credited_orders", given)
        yield from map(_credited, rows)
        if len(rows) < _PAGE:
            return
        after = rows[-1][0]


def _credited(row: tuple[Any, ...]) -> Credited:
    begin, last = store.instant(row[19]), store.instant(row[20])
    return Credited(
        order=row[0],
        uid=row[1],
        contact=row[2],
        visitor=row[3],
        at=_moment(row[4]),
        amount=row[5],
        currency=row[6],
        opened=_touched(row[7:13]),
        clicked=_touched(row[13:19]),
        session=(begin, last) if begin is not None and last is not None else None,
        sort=row[21],
    )


def _touched(row: tuple[Any, ...]) -> Touched | None:
    touch, channel, node, template, cycle, at = row
    return None if touch is None else Touched(Place(channel, node, template), cycle, _moment(at))


_moment: Callable[[Any], datetime] = store.known_instant


def fates(it: Written) -> Tally:
    """Return what a line's messages come to."""
    ended = it.ended
    reported = {what: it.reported[what] for what in (*SENT, What.GIVEN_UP)}
    return Tally(
        sent=sum(ended[what] for what in SENT),
        blocked=sum(n for what, n in ended.items() if what.startswith(BLOCKED)),
        held_out=it.held_out,
        waiting=ended[What.WAITING],
        failed=ended[What.FAILED] + ended[What.GIVEN_UP],
        unknown=ended[What.UNKNOWN],
        taken=sum(reported.values()),
        lost=reported[What.BOUNCED] + reported[What.GIVEN_UP],
    )
