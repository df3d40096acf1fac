"""Everything that can be wrong with a path, each with its place. Pure."""

from collections.abc import Iterator
from datetime import timedelta

from postlude.journeys.paths.definitions import nexts
from postlude.journeys.paths.types import (
    ORDERS,
    Branch,
    Check,
    Give,
    Happening,
    LetIn,
    News,
    Node,
    Once,
    Path,
    Rotate,
    Selected,
    Send,
    Topic,
    Trigger,
    Turn,
    Wait,
)
from postlude.journeys.recurring import timetables
from postlude.journeys.recurring.definitions import (
    WHOLE,
    condition_mistakes,
    letter_mistakes,
    points_mistakes,
)
from postlude.journeys.recurring.types import Condition, Mistake

_LONGEST = 63
_NOTHING = timedelta(0)
Place = tuple[str | int, ...]


def mistakes(path: Path, *, currency: str, zone: str) -> list[Mistake]:
    """Return what is wrong; a place is a node's name and the part of it, or a part of the path."""
    return [*_whole(path), *_trigger(path, currency, zone), *_nodes(path, currency, zone)]


def _whole(path: Path) -> Iterator[Mistake]:
    if not path.nodes:
        yield Mistake(("steps",), "nothing is done", "Add a step.")
    if not 0 <= path.hold_out < WHOLE:
        yield Mistake(("hold_out",), "this share is not from 0 % to 99.9 %")
    if path.goal is not None:
        yield from _happening(path.goal, ("goal",))


def _trigger(path: Path, currency: str, zone: str) -> Iterator[Mistake]:
    trigger = path.trigger
    if isinstance(trigger, News):
        yield from _happening(trigger.what, ("when",))
        if trigger.within <= _NOTHING:
            yield Mistake(("within",), "this must be longer than nothing")
        return
    wrong = timetables.problem(trigger.timetable)
    if wrong:
        yield Mistake(("every",), wrong, f"Write it like {timetables.EXAMPLES}.")
    yield from condition_mistakes(("who",), trigger.who, currency, zone, audience=True)
    if path.once is Once.EACH and not trigger.newly:
        words = "they would walk it again at every look"
        hint = "Say how often: once per month, year, inactivity or ever."
        yield Mistake(("once_per",), words, hint)


def _happening(what: Happening, place: Place) -> Iterator[Mistake]:
    if (what.topic is Topic.EVENT) != bool(what.name):
        words = "an event has a name" if what.topic is Topic.EVENT else "only events have a name"
        yield Mistake(place, words, "Write it like: event trial_ended.")
    if (what.kinds or what.sources) and what.topic not in ORDERS:
        yield Mistake(place, "only orders have a kind and a source", "Drop them.")
    if what.conferences and what.topic is not Topic.TICKET_PAID:
        yield Mistake(place, "only tickets belong to a conference", "Drop it.")


def _nodes(path: Path, currency: str, zone: str) -> Iterator[Mistake]:
    names = [node.name for node in path.nodes]
    found = {names[0] if names else "", *(to for node in path.nodes for to in nexts(node))}
    for number, node in enumerate(path.nodes):
        place = (node.name,)
        if names.index(node.name) < number:
            yield Mistake(place, f"two steps are called “{node.name}”", "Give one another `name`.")
        if len(f"{path.slug}.{node.name}") > _LONGEST:
            words = f"with the journey's name this is longer than {_LONGEST} letters"
            yield Mistake(place, words, "Choose shorter names.")
        for following in nexts(node):
            if following and following not in names[number + 1 :]:
                yield Mistake(place, f"it leads to “{following}”, which is no later step")
        if node.name not in found:
            yield Mistake(place, "no step leads here", "Whatever comes before it has ended.")
        yield from _node(path, node, currency, zone)


def _node(path: Path, node: Node, currency: str, zone: str) -> Iterator[Mistake]:
    place: Place = (node.name,)
    if isinstance(node, Check):
        yield from _condition((*place, "check"), node.only, currency, zone)
    elif isinstance(node, Branch):
        yield from _branch(node, place, currency, zone)
    elif isinstance(node, Rotate):
        yield from _rotation(node, place, currency, zone)
    elif isinstance(node, LetIn):
        yield from _let_in(path.trigger, (*place, "let_in"))
    elif isinstance(node, Wait):
        yield from _wait(node, (*place, "wait"))
    if isinstance(node, Send):
        yield from letter_mistakes(node.letter, place)
    points = {Give: "points", Send: "give"}.get(type(node))
    if points and getattr(node, points) is not None:
        yield from points_mistakes((*place, "give"), getattr(node, points))


def _branch(node: Branch, place: Place, currency: str, zone: str) -> Iterator[Mistake]:
    for number, case in enumerate(node.cases):
        here = (*place, "branch", number)
        if (case.when is None) == (case.reachable is None):
            words = "a way of a branch has either a condition or a sender"
            yield Mistake(here, words, "Say `when`, or `reachable_by`.")
        yield from _condition((*here, "when"), case.when, currency, zone)


def _let_in(trigger: Trigger, place: Place) -> Iterator[Mistake]:
    if isinstance(trigger, Selected) or trigger.what.topic is not Topic.TICKET_PAID:
        words = "people are let in by their tickets"
        yield Mistake(place, words, "Start the journey `when: ticket.paid`.")


def _wait(node: Wait, place: Place) -> Iterator[Mistake]:
    if node.what is not None:
        yield from _happening(node.what, place)
        if node.at_most <= _NOTHING:
            words = "it may never happen"
            yield Mistake(place, words, "Say `at_most`, and what is done `otherwise`.")
        if node.length or node.until:
            words = "a step waits either for something or for a time"
            yield Mistake(place, words, "Make two steps of it.")
    elif node.length <= _NOTHING and node.until is None:
        yield Mistake(place, "there is nothing to wait for", "Write it like: wait: 1 day.")


def _rotation(node: Rotate, place: Place, currency: str, zone: str) -> Iterator[Mistake]:
    names = [turn.name for turn in node.turns]
    if not names or all(turn.when is not None for turn in node.turns):
        words = "each way has a `when`: for some people there would be none"
        yield Mistake((*place, "rotate"), words, "Leave `when` out of one of them.")
    for number, turn in enumerate(node.turns):
        here = (*place, "rotate", number)
        if names.index(turn.name) < number:
            yield Mistake((*here, "name"), f"the name “{turn.name}” is used twice")
        yield from _fall_back(turn, here, names)
        yield from _condition((*here, "when"), turn.when, currency, zone)


def _fall_back(turn: Turn, here: Place, names: list[str]) -> Iterator[Mistake]:
    place = (*here, "otherwise")
    if turn.otherwise and turn.when is None:
        yield Mistake(place, "without `when` this never happens", "Drop it, or add `when`.")
    if turn.otherwise and (turn.otherwise not in names or turn.otherwise == turn.name):
        yield Mistake(place, f"there is no other way “{turn.otherwise}” here")


def _condition(
    place: Place, condition: Condition | None, currency: str, zone: str
) -> Iterator[Mistake]:
    if condition is not None:
        yield from condition_mistakes(place, condition, currency, zone, audience=False)
