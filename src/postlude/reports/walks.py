"""Which tickets, and how far each came."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from postlude.orgs import api as orgs
from postlude.reports.counting import CellKey, Walked
from postlude.reports.holders import Holder, holders, instant
from postlude.reports.queries import ask
from postlude.reports.types import Event, Scope

_FIRST, _LAST = date(1900, 1, 1), date(9998, 12, 31)
_PAID = "paid"
_NOBODY = Holder()


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


def walked(org: int, scope: Scope) -> Iterator[Walked]:
    """Yield every ticket of the scope, in no particular order."""
    zone = ZoneInfo(orgs.get(org).zone)
    wanted = [each for each in events(org) if each.happening in set(scope.happenings)]
    known = {
        key: (each.furthest(), each.moments())
        for key, each in holders(org, sorted({event.conference for event in wanted})).items()
    }
    nobody = (_NOBODY.furthest(), _NOBODY.moments())
    for row in _tickets(org, scope, [event.happening for event in wanted]):
        ticket, contact, conference, happening, name, number, state, sold_day, seen, *times = row
        day = _day(sold_day) if sold_day is not None else _local(seen, zone)
        placed_at, sold_at = instant(times[0]), instant(times[1])
        furthest, moments = known.get((contact, conference), nobody)
        yield Walked(
            CellKey(happening, name, day),
            state,
            furthest if state == _PAID else 0,
            (placed_at, sold_at, *moments),
            ticket,
            contact,
            number,
            seen,
        )


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


@lru_cache(4_096)
def _day(value: date | str) -> date:
    """Return the frozen day of purchase as a date; one engine gives text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _local(seen: str, zone: ZoneInfo) -> date:
    """Return the local day of registration, of what was never paid."""
    found = instant(seen)
    return aware(found).astimezone(zone).date() if found else _FIRST


def aware(found: datetime) -> datetime:
    """Return an instant of `holders` with its zone."""
    return found.replace(tzinfo=UTC)
