"""What a notice would do for one person now; nothing is marked, taken or sent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from postlude.journeys import publishing as versions
from postlude.journeys.models import JourneyVersion, Mark
from postlude.journeys.recurring import (
    audiences,
    definitions,
    holding_out,
    letters,
    publishing,
    rotation,
    serving,
    turns,
)
from postlude.journeys.recurring.batch import Place
from postlude.journeys.recurring.figures import Foreseen
from postlude.journeys.recurring.types import Condition, Way
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.rules import api as rules


def foresee(org: int, contact: int, *, now: datetime, slug: str = "") -> list[Foreseen]:
    """Return what each selection (of one notice, or of all that are on) would do for a contact.

    Selections of orders are left out: what they do hangs on an order.
    """
    wanted = (
        [publishing.newest(org, slug)]
        if slug
        else versions.newest_versions(org, trigger=versions.TIMETABLE)
    )
    return [found for version in wanted for found in _of_notice(org, version, contact, now)]


def _of_notice(
    org: int, version: JourneyVersion, contact: int, now: datetime
) -> Iterator[Foreseen]:
    notice = definitions.from_json(version.definition)
    home = orgs.get(org).zone
    branch = orders.last_branches(org, [contact]).get(contact, 0)
    zone = orgs.zones(org).get(branch, home)
    for selection in notice.selections:
        if selection.who is None:
            continue
        place = Place(org, zone, home, 0, version.journey_id, version.id, now, notice, selection)
        yield _foreseen(place, contact, now)


def _foreseen(place: Place, contact: int, now: datetime) -> Foreseen:
    said = Foreseen(place.notice.slug, place.selection.name, "")
    who = place.selection.who
    if who is None or not _holds(place, who, contact, now):
        return replace(said, why_not="not_selected")
    batch = serving.with_periods(place, [(contact, 0)], now)
    scope = batch.left.get((contact, 0))
    if scope is None:
        return replace(said, why_not="no_period")
    serving.pass_over_marked(batch)
    if not batch.left:
        mark = Mark.objects.filter(
            org=place.org, journey=place.journey, contact=contact, scope=scope
        ).first()
        return replace(said, why_not="served", served_at=mark.made_at if mark else None)
    serving.stop_filtered(batch)
    letters.stop_unreachable(batch)
    if not batch.left:
        ((_, reason),) = batch.outcomes.values()
        return replace(said, why_not=reason)
    if holding_out.is_held_out(place.journey, contact, place.notice.hold_out):
        return replace(said, why_not="held_out")
    way = _way(place, contact, now)
    points = way.give.amount if way.give else 0
    choice = batch.reach.choice(way.send, contact)
    letter = choice.letter or way.send
    return replace(
        said, way=way.name, template=letter.template, points=points, passed=choice.passed
    )


def _way(place: Place, contact: int, now: datetime) -> Way:
    ways = place.selection.ways
    able = {
        way.name: {contact} if _holds(place, way.when, contact, now) else set()
        for way in ways
        if way.when is not None
    }
    first = turns.taken(place.org, place.version, place.selection.name)
    return rotation.assign(ways, able, [contact], first)[0]


def _holds(place: Place, condition: Condition, contact: int, now: datetime) -> bool:
    rule = audiences.bound(place.org, condition, place.zone)
    return contact in rules.among(place.org, rule, [contact], now=now)
