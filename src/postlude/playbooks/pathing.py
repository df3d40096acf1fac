"""Journeys in steps as journeys keep them: what is nested becomes a row of nodes. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from postlude.journeys import api as journeys
from postlude.playbooks import durations, paths
from postlude.playbooks.noticing import given, letter, points
from postlude.playbooks.reading import Place

_EACH = {"order", "ticket", "event", "entry"}
_CLOCKS: Mapping[str, Literal["organisation", "contact"]] = {
    "ours": "organisation",
    "theirs": "contact",
}


@dataclass(slots=True)
class Row:
    """The nodes in the order in which they are read, and where each stands in the file."""

    nodes: list[journeys.Node] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)


def path(slug: str, part: paths.Path) -> journeys.Path:
    """Return a path as journeys keep it; raise ValueError for a timetable that cannot be read."""
    return journeys.Path(
        slug=slug,
        trigger=_trigger(part),
        nodes=tuple(row(part).nodes),
        once=journeys.Once("each" if part.once_per in _EACH else part.once_per),
        goal=_happening(part.goal) if part.goal else None,
        title=part.title,
        folder=part.folder,
        active=part.active,
        hold_out=round(part.hold_out * 10),
    )


def row(part: paths.Path) -> Row:
    """Return the nodes of a path, and where each stands."""
    found = Row()
    names = dict(_names(part.steps, ("steps",)))
    _compile(found, part.steps, ("steps",), "", names)
    return found


def _trigger(part: paths.Path) -> journeys.News | journeys.Selected:
    if part.when:
        orders = part.orders or paths.Orders()
        what = _happening(part.when, orders, part.conferences)
        return journeys.News(what, part.within)
    return journeys.Selected(
        journeys.timetable(part.every),
        journeys.Condition(part.who, part.where, part.names),
        newly=part.newly,
        inside_already=part.inside_already,
    )


def _happening(
    text: str, orders: paths.Orders | None = None, conferences: Sequence[str] = ()
) -> journeys.Happening:
    topic, _, name = text.partition(" ")
    return journeys.Happening(
        journeys.Topic("contact.event" if topic == "event" else topic),
        name,
        tuple(orders.kinds) if orders else (),
        tuple(orders.sources) if orders else (),
        tuple(conferences),
    )


def nested(step: paths.PathStep, place: Place) -> Iterator[tuple[Sequence[paths.PathStep], Place]]:
    """Yield the steps that stand under one, and where."""
    for kind in ("branch", "rotate"):
        for number, way in enumerate(getattr(step, kind) or ()):
            yield way.steps, (*place, kind, number, "steps")
    yield step.otherwise or (), (*place, "otherwise")


def _names(
    steps: Sequence[paths.PathStep], place: Place, taken: Counter[str] | None = None
) -> Iterator[tuple[Place, str]]:
    """Name each step in the order in which it is read; a second `wait` is `wait-2`."""
    taken = Counter() if taken is None else taken
    for number, step in enumerate(steps):
        here: Place = (*place, number)
        name = step.name or _usual(step)
        taken[name] += 1
        again = taken[name] > 1 and not step.name
        yield here, f"{name}-{taken[name]}" if again else name
        for inner, where in nested(step, here):
            yield from _names(inner, where, taken)


def _usual(step: paths.PathStep) -> str:
    if step.send is not None:
        return step.send.using
    return step.does[0].replace("_", "-") if step.does else "step"


def _compile(
    found: Row,
    steps: Sequence[paths.PathStep],
    place: Place,
    then: str,
    names: dict[Place, str],
) -> None:
    for number, step in enumerate(steps):
        here: Place = (*place, number)
        following = names.get((*place, number + 1), then)
        inner = dict.fromkeys(where for _, where in nested(step, here))
        first = {where: names.get((*where, 0), following) for where in inner}
        found.nodes.append(_node(step, names[here], here, following, first))
        found.places[names[here]] = here
        for some, where in nested(step, here):
            _compile(found, some, where, following, names)


def _node(  # noqa: PLR0911 - one for each thing that a step may do
    step: paths.PathStep, name: str, here: Place, then: str, first: dict[Place, str]
) -> journeys.Node:
    otherwise = first[*here, "otherwise"]
    if step.send is not None:
        return journeys.Send(name, letter(step.send), points(step.give), then)
    if step.branch is not None:
        ways = enumerate(step.branch)
        cases = tuple(_case(each, first[*here, "branch", at, "steps"]) for at, each in ways)
        return journeys.Branch(name, cases, otherwise)
    if step.rotate is not None:
        turns = tuple(
            journeys.Turn(
                each.name,
                first[*here, "rotate", at, "steps"],
                _condition(each.when, each),
                each.otherwise,
            )
            for at, each in enumerate(step.rotate)
        )
        return journeys.Rotate(name, turns)
    if step.give is not None:
        return journeys.Give(name, given(step.give), then)
    if step.let_in is not None:
        return journeys.LetIn(name, then)
    if step.wait_for is not None:
        at_most = step.at_most or timedelta(0)
        what = _happening(step.wait_for)
        return journeys.Wait(
            name, then, what=what, at_most=at_most, otherwise=otherwise, clocks=_CLOCKS[step.clocks]
        )
    if step.wait:
        length, until = durations.pause(step.wait)
        return journeys.Wait(name, then, length, until, clocks=_CLOCKS[step.clocks])
    if step.end is not None:
        return journeys.End(name)
    return journeys.Check(name, journeys.Condition(step.check, step.where, step.names), then)


def _case(part: paths.PathCase, then: str) -> journeys.Case:
    like = journeys.Letter(part.reachable_by, "", part.klass) if part.reachable_by else None
    return journeys.Case(then, _condition(part.when, part), like)


def _condition(text: str, part: paths.PathCase | paths.PathTurn) -> journeys.Condition | None:
    return journeys.Condition(text, part.where, part.names) if text else None
