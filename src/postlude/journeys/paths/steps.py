"""What each step does with those who stand at it, all of them at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from postlude.access import api as access
from postlude.journeys.paths import sending
from postlude.journeys.paths.happened import happened
from postlude.journeys.paths.types import (
    Branch,
    Check,
    End,
    Give,
    LetIn,
    Node,
    Rotate,
    Send,
    State,
    Wait,
)
from postlude.journeys.paths.waits import over_at
from postlude.journeys.paths.walkers import Party, Walker
from postlude.journeys.recurring import audiences, holding_out, rotation, turns
from postlude.journeys.recurring.types import Condition
from postlude.journeys.types import Stop
from postlude.people import api as people
from postlude.rules import api as rules

_OWN = "contact"


def run(node: Node, party: Party) -> None:
    """Run a node for whoever stands there; afterwards they have moved on, wait, or have ended."""
    here = party.at(node)
    if here:
        _STEPS[type(node)](node, party, here)


def _check(node: Check, party: Party, here: Sequence[Walker]) -> None:
    fit = _holds(node.only, party, here)
    for walker in here:
        if walker.contact in fit:
            party.go(walker, node.then)
        else:
            party.stop(walker, Stop.FILTERED)


def _branch(node: Branch, party: Party, here: Sequence[Walker]) -> None:
    left = list(here)
    for case in node.cases:
        fit: set[int] = set()
        if left and case.when is not None:
            fit = _holds(case.when, party, left)
        elif left and case.reachable is not None:
            fit = sending.reachable(case.reachable, party, left)
        for walker in left:
            if walker.contact in fit:
                party.go(walker, case.then)
        left = [each for each in left if each.contact not in fit]
    for walker in left:
        party.go(walker, node.then)


def _rotate(node: Rotate, party: Party, here: Sequence[Walker]) -> None:
    able = {
        turn.name: _holds(turn.when, party, here) for turn in node.turns if turn.when is not None
    }
    first = turns.take(party.org, party.version, node.name, len(here))
    chosen = rotation.assign(node.turns, able, [each.contact for each in here], first)
    for walker, turn in zip(here, chosen, strict=True):
        party.go(walker, turn.then)


def _let_in(node: LetIn, party: Party, here: Sequence[Walker]) -> None:
    """Ask for whatever their tickets open; whoever holds none any more is stopped."""
    conferences: dict[int, list[Walker]] = {}
    for walker in here:
        conferences.setdefault(walker.conference, []).append(walker)
    for conference, mine in sorted(conferences.items()):
        able = [each for each in mine if not _is_held_out(party, each)]
        contacts = {each.contact for each in able}
        access.grant_many(party.org, conference, contacts, now=party.now)
        for walker in able:
            walker.done += 1
        for walker in mine:
            party.go(walker, node.then)


def _wait(node: Wait, party: Party, here: Sequence[Walker]) -> None:
    come: set[int] = set()
    if node.what is not None:
        known = {each.id: each for each in here}
        come = happened(party.org, node.what, known, {each.id: each.since for each in here})
    own = people.zones(party.org, {each.contact for each in here}) if node.clocks == _OWN else {}
    for walker in here:
        until = over_at(node, since=walker.since, zone=own.get(walker.contact, party.zone))
        if walker.id in come:
            party.go(walker, node.then)
        elif until <= party.now:
            party.go(walker, node.then if node.what is None else node.otherwise)
        else:
            party.hold(walker, until)


def _end(_: End, party: Party, here: Sequence[Walker]) -> None:
    for walker in here:
        party.end(walker, State.DONE)


def _holds(condition: Condition, party: Party, here: Sequence[Walker]) -> set[int]:
    rule = audiences.bound(party.org, condition, party.zone)
    return rules.among(party.org, rule, {each.contact for each in here}, now=party.now)


def _is_held_out(party: Party, walker: Walker) -> bool:
    return holding_out.is_held_out(party.journey, walker.contact, party.path.hold_out)


_STEPS: Mapping[type[Any], Callable[[Any, Party, Sequence[Walker]], None]] = {
    Check: _check,
    Branch: _branch,
    Rotate: _rotate,
    Give: sending.give,
    LetIn: _let_in,
    Send: sending.send,
    Wait: _wait,
    End: _end,
}
