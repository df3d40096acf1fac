"""What an order is credited to, from all that is known of the touches before it. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from postlude.attribution.choosing import Anchor, Candidate, Filled, Rule, Standing, choose
from postlude.attribution.orders.rules import CLICK, OPEN
from postlude.attribution.orders.types import TouchSnapshot
from postlude.tracking.types import TouchFact, TouchKind

Counted = Callable[[TouchFact], bool | None]
"""Says whether a touch counts; None: nobody has said yet."""
_TYPES = {TouchKind.OPEN: OPEN, TouchKind.CLICK: CLICK}
_STANDINGS = {True: Standing.COUNTS, False: Standing.VOID, None: Standing.PENDING}


@dataclass(frozen=True, slots=True)
class Credit:
    """What was opened and what was clicked; `slots` says of every touch why."""

    opened: TouchSnapshot | None
    clicked: TouchSnapshot | None
    slots: Mapping[str, Filled]


def by_humans(touch: TouchFact) -> bool | None:
    """Count a click that somebody was behind, and every open, unless the organisation differs."""
    return True if touch.kind is TouchKind.OPEN else touch.human


def credit(
    rule: Rule, at: datetime, touches: Iterable[TouchFact], *, counts: Counted = by_humans
) -> Credit:
    """Credit an order of an instant. The same touches give the same, in whatever order."""
    known = {str(each.id): each for each in touches if each.kind in _TYPES and not each.testing}
    candidates = [_candidate(each, counts) for each in known.values()]
    slots = choose(rule, Anchor(at), candidates, known_to=at)
    return Credit(_chosen(slots[OPEN], known), _chosen(slots[CLICK], known), slots)


def _candidate(touch: TouchFact, counts: Counted) -> Candidate:
    standing = _STANDINGS[counts(touch)]
    return Candidate(str(touch.id), _TYPES[touch.kind], touch.at, standing, via=touch.channel)


def _chosen(filled: Filled, known: Mapping[str, TouchFact]) -> TouchSnapshot | None:
    return None if filled.chosen is None else snapshot(known[filled.chosen.id])


def snapshot(touch: TouchFact) -> TouchSnapshot:
    return TouchSnapshot(
        touch.id,
        touch.message,
        touch.channel,
        touch.node,
        touch.template,
        touch.cycle,
        touch.at,
        touch.contact,
    )
