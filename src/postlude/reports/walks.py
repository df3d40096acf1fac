"""Which tickets, and how far each came."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from postlude.orgs import api as orgs
from postlude.reports.counting import CellKey, Walked
from postlude.reports.holders import Holder, holders, instant
from postlude.reports.queries import ask
from postlude.reports.types.funnel import Event, Scope

_FIRST, _LAST = date(1900, 1, 1), date(9998, 12, 31)
PAID = "paid"


def events(org: int) -> list[Event]:
    """Return the organisation's events, grouped by conference."""
    return [
        Event(number, slug or external or str(number), name, kind, conference, its_slug, its_name)
        for number, slug, external, name, kind, conference, its_slug, its_name in ask(
            "list_events", {"org": org}
        )
    ]


def type_names(org: int, happenings: Sequence[int]) -> list[str]:
    """Return the names of the ticket types of these events."""
    return [row[0] for row in ask("list_types", {"org": org}, happenings=happenings)]


@dataclass(frozen=True, slots=True)
class Sold:
    """A ticket as it was sold, and what became of its holder. Instants as in `holders`."""

    ticket: int
    contact: int | None
    key: CellKey
    order_number: str
    state: str
    placed_at: datetime | None
    sold_at: datetime | None
    seen_at: datetime | None
    holder: Holder

    @property
    def furthest(self) -> int:
        return self.holder.furthest() if self.state == PAID else 0


def walked(org: int, scope: Scope) -> Iterator[Walked]:
    """Yield every ticket of the scope as it is counted, in no particular order."""
    zone, known, rows = _read(org, scope)
    fates = {key: (each.furthest(), each.granted_at, each.waits()) for key, each in known.items()}
    nothing = (1, None, ())
    keys: dict[tuple[int, str, Any], CellKey] = {}
    for _, contact, conference, happening, name, state, sold_day, placed, sold, seen in rows:
        day = _local(placed or seen, zone) if sold_day is None else sold_day
        key = keys.get((happening, name, day))
        if key is None:
            key = keys[happening, name, day] = CellKey(happening, name, _day(day))
        if state != PAID:
            yield Walked(key, state, 0, None, None, None)
            continue
        furthest, granted_at, waits = fates.get((contact, conference), nothing)
        yield Walked(key, state, furthest, instant(placed), instant(sold), granted_at, waits)


def sold(
    org: int, scope: Scope, belongs: Callable[[str, int], bool], page: slice
) -> tuple[int, list[Sold]]:
    """Return how many tickets have a state and a furthest step that belong, and a page of them.

    The newest come first.
    """
    zone, known, rows = _read(org, scope)
    reached = {key: each.furthest() for key, each in known.items()}
    found = [
        row
        for row in rows
        if belongs(row[5], reached.get((row[1], row[2]), 1) if row[5] == PAID else 0)
    ]
    found.sort(key=itemgetter(0), reverse=True)
    shown = found[page]
    numbers = dict(ask("list_orders", {"org": org}, tickets=[row[0] for row in shown]))
    return len(found), [_sold(row, numbers[row[0]], known, zone) for row in shown]


def _sold(
    row: tuple[Any, ...], number: str, known: Mapping[tuple[int, int], Holder], zone: ZoneInfo
) -> Sold:
    ticket, contact, conference, happening, name, state, sold_day, *times = row
    placed_at, sold_at, seen_at = (instant(each) for each in times)
    day = _day(sold_day) if sold_day is not None else _local(times[0] or times[2], zone)
    holder = known.get((contact, conference), Holder())
    key = CellKey(happening, name, day)
    return Sold(ticket, contact, key, number, state, placed_at, sold_at, seen_at, holder)


def _read(
    org: int, scope: Scope
) -> tuple[ZoneInfo, dict[tuple[int, int], Holder], list[tuple[Any, ...]]]:
    wanted = [each for each in events(org) if each.happening in set(scope.happenings)]
    known = holders(org, sorted({event.conference for event in wanted}))
    rows = _tickets(org, scope, [event.happening for event in wanted])
    return ZoneInfo(orgs.get(org).zone), known, rows


def _tickets(org: int, scope: Scope, happenings: Sequence[int]) -> list[tuple[Any, ...]]:
    since, until = scope.since or _FIRST, scope.until or _LAST
    params = {
        "org": org,
        "type": scope.ticket_type,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "begin": orgs.day_bounds(org, since)[0],
        "end": orgs.day_bounds(org, until + timedelta(days=1))[0],
    }
    return ask("list_tickets", params, happenings=happenings)


def _day(value: date | str) -> date:
    """Return the frozen day of purchase as a date; one engine gives text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _local(seen: str, zone: ZoneInfo) -> date:
    """Return the local day of registration, of what was never paid."""
    found = instant(seen)
    return aware(found).astimezone(zone).date() if found else _FIRST


def aware(found: datetime) -> datetime:
    """Return an instant of `holders` with its zone, whether or not the engine said it."""
    return found if found.tzinfo else found.replace(tzinfo=UTC)
