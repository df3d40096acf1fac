"""What a path sends and gives: to the writing of letters, a step is one selection with one way."""

from collections.abc import Sequence
from datetime import time

from postlude.journeys.letters.reaching import Reach
from postlude.journeys.letters.types import Letter
from postlude.journeys.paths.returning import key_of
from postlude.journeys.paths.types import Give, Send
from postlude.journeys.paths.walkers import Party, Walker, by_cycle
from postlude.journeys.recurring import holding_out, letters
from postlude.journeys.recurring.batch import HELD_OUT, WAITING, Batch, Person, Place
from postlude.journeys.recurring.types import (
    Every,
    OncePer,
    Recurring,
    Selection,
    Timetable,
    Way,
)
from postlude.journeys.recurring.walking import FINISHED
from postlude.kernel import work
from postlude.messages.types import Lane
from postlude.orders import api as orders
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Give as NewPoints

# A letter is asked for its words by what is about it; when a notice runs is no part of that.
_NEVER = Timetable(Every.DAY, time())


def send(node: Send, party: Party, here: Sequence[Walker]) -> None:
    """Write to whoever may be written to; everybody goes on, whatever became of it."""
    for cycle, mine in by_cycle(here).items():
        lanes = {Lane(each.lane) for each in mine}
        for lane in sorted(lanes):
            some = [each for each in mine if each.lane == lane]
            _write(node, party, cycle, lane, some)
    for walker in here:
        party.go(walker, node.then)


def _write(node: Send, party: Party, cycle: int, lane: Lane, here: Sequence[Walker]) -> None:
    people = {(each.contact, each.subject): each for each in here}
    batch = Batch(_place(node, party, cycle, lane, here), dict.fromkeys(people, ""), party.now)
    (way,) = batch.place.selection.ways
    batch.ways = dict.fromkeys(people, way)
    batch.keys = {person: key_of(walker.id, node.name) for person, walker in people.items()}
    batch.branches = _branches(party, batch)
    letters.stop_unreachable(batch)
    for person in list(batch.left):
        if _is_held_out(party, people[person]):
            batch.end(person, HELD_OUT)
    letters.write(batch)
    for person in list(batch.left):
        batch.end(person, WAITING)
        people[person].done += 1
    for person, (outcome, reason) in batch.outcomes.items():
        party.note(people[person], outcome, reason, batch.messages.get(person))
    if any(outcome == HELD_OUT for outcome, _ in batch.outcomes.values()):
        work.publish(FINISHED, party.org, [cycle])  # so that they are compared with the others


def _branches(party: Party, batch: Batch) -> dict[Person, int]:
    """Return where the order was made that they entered for, else where they ordered last."""
    if party.subjects == "order":
        made = orders.branches_of_orders(party.org, {order for _, order in batch.left})
        return {each: made[each[1]] for each in batch.left if each[1] in made}
    last = orders.last_branches(party.org, batch.contacts())
    return {each: last[each[0]] for each in batch.left if each[0] in last}


def _place(node: Send, party: Party, cycle: int, lane: Lane, here: Sequence[Walker]) -> Place:
    selection = Selection(node.name, (Way(node.name, node.letter, node.give),))
    conference = here[0].conference  # a cycle is about one, or about none
    return Place(
        org=party.org,
        zone=party.zone,
        home=party.zone,
        cycle=cycle,
        journey=party.journey,
        version=party.version,
        as_of=party.now,
        notice=Recurring(party.path.slug, _NEVER, (selection,), OncePer.EVER),
        selection=selection,
        lane=lane,
        about=party.subjects,
        told={"conference": conference} if conference else {},
    )


def give(node: Give, party: Party, here: Sequence[Walker]) -> None:
    """Give points to everybody but those who are held out."""
    ends = letters.ends_at(node.points, zone=party.zone, now=party.now)
    given = [each for each in here if not _is_held_out(party, each)]
    rewards.give_many(
        party.org,
        [
            NewPoints(
                key_of(each.id, node.name),
                each.contact,
                node.points.amount,
                node.points.reason,
                expires_at=ends,
                campaign=party.name(node.name),
            )
            for each in given
        ],
        now=party.now,
    )
    for walker in given:
        walker.done += 1
    for walker in here:
        party.go(walker, node.then)


def reachable(letter: Letter, party: Party, here: Sequence[Walker]) -> set[int]:
    """Return the contacts whom a letter like this one would reach."""
    contacts = {each.contact for each in here}
    reach = Reach(party.org, zone=party.zone, now=party.now)
    reach.ask([letter], contacts)
    return contacts - reach.refused([letter])


def _is_held_out(party: Party, walker: Walker) -> bool:
    return holding_out.is_held_out(party.journey, walker.contact, party.path.hold_out)
