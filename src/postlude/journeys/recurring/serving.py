"""Serving a batch: who is stopped, whose turn is what, marks, points and messages in one commit."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from postlude.journeys import marks
from postlude.journeys.recurring import (
    audiences,
    holding_out,
    joining,
    known,
    letters,
    periods,
    rotation,
    turns,
)
from postlude.journeys.recurring.batch import BLOCKED, HELD_OUT, WAITING, Batch, Person, Place
from postlude.journeys.recurring.returning import KEY
from postlude.journeys.recurring.types import OncePer
from postlude.journeys.types import Stop
from postlude.orders import api as orders
from postlude.rules import api as rules


def serve(place: Place, people: Iterable[Person], now: datetime) -> Batch:
    """Serve these people, in the caller's transaction; return what became of each.

    The marks' unique key is the guard: whoever's mark is there already, for whatever reason, is
    passed over and has no turn.
    """
    frozen = set(people)
    wanted, families = joining.as_they_are_now(place, frozen)
    batch = with_periods(place, wanted, now)
    batch.families = families
    batch.passed_over = len(frozen) - len(batch.left)
    pass_over_marked(batch)
    _find_branches(batch)
    stop_filtered(batch)
    letters.stop_unreachable(batch)
    _mark(batch)
    _hold_out(batch)
    _take_turns(batch)
    letters.write(batch)
    for person in list(batch.left):
        batch.end(person, WAITING)
    return batch


def with_periods(place: Place, people: list[Person], now: datetime) -> Batch:
    """Return a batch; whoever has no period any more (no order is left) is passed over."""
    last_orders, birthdays = _known(place, [contact for contact, _ in people])
    left: dict[Person, str] = {}
    for contact, order in people:
        scope = periods.scope(
            place.notice,
            place.selection.name,
            as_of=place.as_of,
            zone=place.zone,
            home=place.home,
            last_order=last_orders.get(contact),
            birthday=birthdays.get(contact),
            order=order,
        )
        if scope is not None:
            left[contact, order] = scope
    return Batch(place, left, now, passed_over=len(people) - len(left))


def _known(place: Place, contacts: list[int]) -> tuple[Mapping[int, datetime], Mapping[int, int]]:
    if place.notice.once_per is OncePer.INACTIVITY:
        return known.last_orders(place.org, contacts), {}
    if place.notice.once_per is OncePer.BIRTHDAY:
        return {}, known.birthdays(place.org, contacts)
    return {}, {}


def pass_over_marked(batch: Batch) -> None:
    """Pass over whom a mark shows as served. It spares the work; the key makes sure, in `_mark`."""
    place, notice = batch.place, batch.place.notice
    earlier = periods.last_month(place.as_of, place.zone)
    wanted = [(contact, scope) for (contact, _), scope in batch.left.items()]
    if notice.skip_if_sent_last_month:
        wanted += [(contact, earlier) for contact in batch.contacts()]
    held = marks.held(place.org, place.journey, wanted)
    by_another_name = joining.served(batch)
    for person, scope in list(batch.left.items()):
        marked = (person[0], scope) in held or (person[0], earlier) in held
        if marked or person in by_another_name:
            batch.pass_over(person)


def _find_branches(batch: Batch) -> None:
    org = batch.place.org
    if batch.place.selection.orders is None:
        last = orders.last_branches(org, batch.contacts())
        batch.branches = {each: last[each[0]] for each in batch.left if each[0] in last}
    else:
        made = orders.branches_of_orders(org, {order for _, order in batch.left})
        batch.branches = {each: made[each[1]] for each in batch.left if each[1] in made}


def stop_filtered(batch: Batch) -> None:
    """Stop whom the selection's `only` does not hold for now."""
    only = batch.place.selection.only
    if only is None or not batch.left:
        return
    org = batch.place.org
    rule = audiences.bound(org, only, batch.place.zone)
    fit = rules.among(org, rule, batch.contacts(), now=batch.now)
    for person in [each for each in batch.left if each[0] not in fit]:
        batch.end(person, BLOCKED, Stop.FILTERED)


def _mark(batch: Batch) -> None:
    """Mark everybody who is left; whom somebody else has marked meanwhile is passed over."""
    place = batch.place
    wanted = [(contact, scope) for (contact, _), scope in batch.left.items()]
    fresh = marks.make(place.org, place.journey, wanted, batch.now)
    for person, scope in list(batch.left.items()):
        mark = fresh.pop((person[0], scope), None)
        if mark is None:
            batch.pass_over(person)
        else:
            batch.keys[person] = f"{KEY}{mark}"


def _hold_out(batch: Batch) -> None:
    """They are marked as if they had been served, so that a period counts each of them once."""
    share, journey = batch.place.notice.hold_out, batch.place.journey
    for person in list(batch.left):
        if holding_out.is_held_out(journey, person[0], share):
            batch.end(person, HELD_OUT)


def _take_turns(batch: Batch) -> None:
    """Each person who is served takes one turn, in the order of contacts."""
    ways, people, org = batch.place.selection.ways, list(batch.left), batch.place.org
    if len(ways) == 1 or not people:
        batch.ways.update(dict.fromkeys(people, ways[0]))
        return
    asked = {way.name: way.when for way in ways if way.when is not None}
    able = {
        name: rules.among(
            org, audiences.bound(org, when, batch.place.zone), batch.contacts(), now=batch.now
        )
        for name, when in asked.items()
    }
    first = turns.take(org, batch.place.version, batch.place.selection.name, len(people))
    chosen = rotation.assign(ways, able, [contact for contact, _ in people], first)
    batch.ways.update(zip(people, chosen, strict=True))
