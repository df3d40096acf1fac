"""What each path would do with one person now, and where they stand; nothing is marked or sent."""

from dataclasses import replace
from datetime import datetime

from postlude.journeys import marks
from postlude.journeys.models import JourneyVersion, Mark
from postlude.journeys.paths import publishing, reading, scopes
from postlude.journeys.paths.figures import Expected
from postlude.journeys.paths.types import Once, Path, Selected, State
from postlude.journeys.recurring import audiences, holding_out, known
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.rules import api as rules


def expect(org: int, contact: int, *, now: datetime, slug: str = "") -> list[Expected]:
    """Return, for each path that takes people in (or one), whether it would take this contact."""
    found = [
        _expected(org, version, path, contact, now)
        for version, path, _ in publishing.open_paths(org)
        if slug in {"", path.slug}
    ]
    family = people.family(org, contact)
    walking = {
        each.path: each
        for each in reading.walks_of(org, family)
        if each.state == State.WALKING.value
    }
    return [
        replace(each, stands_at=walking[each.path].node, since=walking[each.path].since)
        if each.path in walking
        else each
        for each in sorted(found, key=lambda each: each.path)
    ]


def _expected(
    org: int, version: JourneyVersion, path: Path, contact: int, now: datetime
) -> Expected:
    zone, trigger = orgs.get(org).zone, path.trigger
    said = Expected(path.slug, reading.begins(path))
    if isinstance(trigger, Selected):
        rule = audiences.bound(org, trigger.who, zone)
        if contact not in rules.among(org, rule, [contact], now=now):
            return replace(said, why_not="not_selected")
    if path.once is not Once.EACH:
        last = known.last_orders(org, [contact]) if path.once is Once.INACTIVITY else {}
        scope = scopes.of_period(path.once, as_of=now, zone=zone, last_order=last.get(contact))
        if scope is None:
            return replace(said, why_not="no_period")
        mark = marks.find(org, version.journey_id, [contact], scope).get(contact)
        if mark is not None:
            made = Mark.objects.filter(id=mark).values_list("made_at", flat=True).first()
            return replace(said, why_not="walked", walked_at=made)
    if holding_out.is_held_out(version.journey_id, contact, path.hold_out):
        return replace(said, why_not="held_out")
    return said
