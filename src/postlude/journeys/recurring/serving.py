"""Serving a batch: who is stopped, whose turn is what, marks, points and messages in one commit."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from postlude.journeys import marks
from postlude.journeys.recurring import audiences, holding_out, letters, periods, rotation, turns
from postlude.journeys.recurring.batch import BLOCKED, HELD_OUT, WAITING, Batch, Person, Place
from postlude.journeys.recurring.returning import KEY
from postlude.journeys.recurring.types import OncePer
from postlude.journeys.types import Stop
from postlude.kernel import store
from postlude.rules import api as rules


def serve(place: Place, people: Iterable[Person], now: datetime) -> Batch:
    """Serve these people, in the caller's transaction; return what became of each.

    The marks' unique key is the guard: whoever's mark is there already, for whatever reason, is
    passed over and has no turn.
    """
    batch = with_periods(place, sorted(set(people)), now)
    pass_over_marked(batch)
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
            last_order=last_orders.get(contact),
            birthday=birthdays.get(contact),
            order=order,
        )
        if scope is not None:
            left[contact, order] = scope
    return Batch(place, left, now, passed_over=len(people) - len(left))


def _known(place: Place, contacts: list[int]) -> tuple[Mapping[int, datetime], Mapping[int, int]]:
    if place.notice.once_per is OncePer.INACTIVITY:
        found = _read(place.org, "last_order_at", "orders_facts_contact", contacts)
        return {contact: store.known_instant(at) for contact, at in found if at is not None}, {}
    if place.notice.once_per is OncePer.BIRTHDAY:
        found = _read(place.org, "birthday", "people_facts_contact", contacts)
        return {}, {contact: int(day) for contact, day in found if day is not None}
    return {}, {}


def _read(org: int, column: str, view: str, contacts: list[int]) -> list[tuple[int, Any]]:
    query = f"SELECT contact, {column} FROM {view} WHERE org = %s AND contact IN "  # noqa: S608 - our own words; values are bound
    rows = store.rows_sql(f"{query}({store.marks(contacts)})", [org, *contacts])
    return [(row[0], row[1]) for row in rows]


def pass_over_marked(batch: Batch) -> None:
    """Pass over whom a mark shows as served. It spares the work; the key makes sure, in `_mark`."""
    place, notice = batch.place, batch.place.notice
    earlier = periods.last_month(place.as_of, place.zone)
    wanted = [(contact, scope) for (contact, _), scope in batch.left.items()]
    if notice.skip_if_sent_last_month:
        wanted += [(contact, earlier) for contact in batch.contacts()]
    held = marks.held(place.org, place.journey, wanted)
    for person, scope in list(batch.left.items()):
        if (person[0], scope) in held or (person[0], earlier) in held:
            batch.pass_over(person)


def stop_filtered(batch: Batch) -> None:
    """Stop whom the selection's `only` does not hold for now."""
    only = batch.place.selection.only
    if only is None or not batch.left:
        return
    org = batch.place.org
    fit = rules.among(org, audiences.bound(org, only), batch.contacts(), now=batch.now)
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
    able = {
        way.name: rules.among(org, audiences.bound(org, way.when), batch.contacts(), now=batch.now)
        for way in ways
        if way.when is not None
    }
    first = turns.take(org, batch.place.version, batch.place.selection.name, len(people))
    chosen = rotation.assign(ways, able, [contact for contact, _ in people], first)
    batch.ways.update(zip(people, chosen, strict=True))
