"""Whom a new version of a path would take in that the one in force would not, and who no longer.

Both versions are asked about everybody, some thousands at a time; nothing is written. What a
timetable starts is asked as if both looked now; what news starts, by what has happened in the last
day, so that it is a figure for a day.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from postlude.journeys import families as names
from postlude.journeys import publishing as versions
from postlude.journeys.families import Families
from postlude.journeys.models import Inside, Intake, JourneyVersion
from postlude.journeys.paths import definitions, hearing, reading, scopes
from postlude.journeys.paths.figures import Entering, PathImpact
from postlude.journeys.paths.types import News, Once, Path, Selected
from postlude.journeys.recurring import audiences, holding_out
from postlude.kernel import store
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.rules import api as rules

CHUNK, SAMPLE = 5_000, 5
DAY = timedelta(days=1)
Tell = Callable[[float], object]


@dataclass(slots=True)
class _Side:
    """One version while everybody is asked; `journey` 0: it was never kept, so nobody walked it."""

    org: int
    journey: int
    version: int
    path: Path
    now: datetime
    selected: int = 0
    walked: int = 0
    held_out: int = 0
    entering: int = 0
    looked_before: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        if isinstance(self.path.trigger, Selected):
            asked = definitions.asked(self.path.trigger)
            looks = Intake.objects.filter(org=self.org, journey=self.journey, asked=asked)
            self.looked_before = looks.exists()


def path_impact(
    org: int, slug: str, after: Path | None, *, now: datetime, tell: Tell = float
) -> PathImpact:
    """Compare the version in force with `after` (None: it is left out). `tell` is told how far."""
    row = versions.newest_of(org, slug, trigger=versions.STEPS)
    sides = _sides(org, row, after, now)
    newly, gone = set[int](), set[int]()
    counted = {"newly": 0, "gone": 0}
    for chunk, share in _everybody(org) if sides else ():
        entering = {name: _entering(it, chunk) for name, it in sides.items()}
        fresh = entering.get("after", set()) - entering.get("before", set())
        left = entering.get("before", set()) - entering.get("after", set())
        counted["newly"] += len(fresh)
        counted["gone"] += len(left)
        newly |= set(sorted(fresh)[: max(0, SAMPLE - len(newly))])
        gone |= set(sorted(left)[: max(0, SAMPLE - len(gone))])
        tell(share)
    tell(1.0)
    return PathImpact(
        before=_told(sides.get("before")),
        after=_told(sides.get("after")),
        newly=counted["newly"],
        no_longer=counted["gone"],
        newly_sample=tuple(sorted(newly)),
        no_longer_sample=tuple(sorted(gone)),
        paused=bool(row and row.journey.paused_at),
    )


def _sides(
    org: int, row: JourneyVersion | None, after: Path | None, now: datetime
) -> dict[str, _Side]:
    found = {}
    journey = row.journey_id if row else 0
    if row is not None and row.journey.active:
        path = definitions.from_json(row.definition)
        found["before"] = _Side(org, journey, row.number, path, now)
    if after is not None and after.active:
        found["after"] = _Side(org, journey, 0, after, now)
    return found


def _everybody(org: int) -> Iterator[tuple[list[int], float]]:
    """Yield contacts in their order, some thousands at a time, and how far that is."""
    query = "SELECT MIN(contact), MAX(contact) FROM people_facts_contact WHERE org = %s"
    low, high = store.rows_sql(query, [org])[0]
    after = 0
    while low is not None:
        rows = store.rows_sql(
            "SELECT contact FROM people_facts_contact WHERE org = %s AND contact > %s "
            "ORDER BY contact LIMIT %s",
            [org, after, CHUNK],
        )
        if rows:
            after = rows[-1][0]
            yield [each[0] for each in rows], (after - low) / ((high - low) or 1)
        if len(rows) < CHUNK:
            return


def _entering(side: _Side, chunk: Collection[int]) -> set[int]:
    """Return who of these would be taken in and walk it for real; count the others."""
    chosen = _chosen(side, chunk)
    heads = people.canonical(side.org, chosen)
    found = set(heads.values())
    side.selected += len(found)
    walked = _walked(side, found)
    held = {
        each
        for each in found - walked
        if holding_out.is_held_out(side.journey, each, side.path.hold_out)
    }
    entering = found - walked - held
    side.walked += len(walked)
    side.held_out += len(held)
    side.entering += len(entering)
    return entering


def _chosen(side: _Side, chunk: Collection[int]) -> set[int]:
    trigger = side.path.trigger
    if isinstance(trigger, News):
        heard = hearing.since(side.org, trigger.what, chunk, side.now - DAY)
        return {each.contact for each in heard if definitions.fits(trigger.what, each)}
    rule = audiences.bound(side.org, trigger.who, orgs.get(side.org).zone)
    return rules.among(side.org, rule, chunk, now=side.now)


def _walked(side: _Side, found: Collection[int]) -> set[int]:
    """Return who has walked it in their period, or was inside at the look before."""
    trigger = side.path.trigger
    inside: set[int] = set()
    if isinstance(trigger, Selected) and trigger.newly:
        inside = _inside(side, trigger, found)
    if side.path.once is Once.EACH:
        return inside
    families = names.several(side.org, set(found))
    last = {}
    if side.path.once is Once.INACTIVITY:
        last = names.last_orders(side.org, found, families)
    made = _marks_before(side, found, families)
    return inside | {each for each in found if _has_walked(side, made, last, each)}


def _has_walked(
    side: _Side,
    made: Mapping[int, list[tuple[str, datetime]]],
    last: Mapping[int, datetime],
    contact: int,
) -> bool:
    scope = scopes.of_period(
        side.path.once,
        as_of=side.now,
        zone=orgs.get(side.org).zone,
        last_order=last.get(contact),
    )
    return scope is None or any(
        scopes.are_alike(other, scope, made_at=at, last_order=last.get(contact))
        for other, at in made.get(contact, ())
    )


def _marks_before(
    side: _Side, found: Collection[int], families: Families
) -> Mapping[int, list[tuple[str, datetime]]]:
    """Return the marks of each person; of what news starts, those from before its day."""
    everybody = {each: families.get(each, (each,)) for each in found}
    made = names.marks_made(side.org, side.journey, everybody)
    if not isinstance(side.path.trigger, News):
        return made
    begin = side.now - DAY
    return {who: [each for each in mine if each[1] < begin] for who, mine in made.items()}


def _inside(side: _Side, trigger: Selected, found: Collection[int]) -> set[int]:
    if not side.looked_before:  # another condition begins anew
        return set() if trigger.inside_already else set(found)
    rows = Inside.objects.filter(org=side.org, journey=side.journey, contact__in=sorted(found))
    return set(rows.values_list("contact", flat=True))


def _told(side: _Side | None) -> Entering | None:
    if side is None:
        return None
    return Entering(
        version=side.version,
        begins=reading.begins(side.path),
        by_day=isinstance(side.path.trigger, News),
        selected=side.selected,
        walked=side.walked,
        held_out=side.held_out,
        entering=side.entering,
    )
