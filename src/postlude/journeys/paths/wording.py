"""What a step does, and what leads to each of its ways, in the words of a playbook. Pure."""

from datetime import timedelta

from postlude.journeys.paths.types import (
    Branch,
    Case,
    Check,
    End,
    Give,
    Happening,
    LetIn,
    Node,
    Rotate,
    Send,
    Topic,
    Wait,
)

_OTHERWISE = "otherwise"
_PLAIN = {LetIn: "let in", Rotate: "by turns", Branch: "whatever holds first", End: "the end"}
_UNITS = (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def says(node: Node) -> str:
    """Say what a step does to whoever comes to it."""
    if isinstance(node, Wait):
        return _wait(node)
    if isinstance(node, Send):
        given = f" + {node.give.amount} points" if node.give else ""
        return f"send {node.letter.template} by {node.letter.sender}{given}"
    if isinstance(node, Give):
        return f"give {node.points.amount} points"
    if isinstance(node, Check):
        return f"only if {node.only.text}"
    return _PLAIN[type(node)]


def ways(node: Node) -> tuple[str, ...]:
    """Say of each of `definitions.nexts` who goes there; "" where all go the one way."""
    match node:
        case Branch():
            return (*(_case(each) for each in node.cases), _OTHERWISE)
        case Rotate():
            return tuple(each.name for each in node.turns)
        case Wait(what=Happening()):
            return "happened", "did not"
    return ("",)


def happening(what: Happening) -> str:
    """Name what may happen, as a playbook does."""
    return f"event {what.name}" if what.topic is Topic.EVENT else what.topic.value


def length(delta: timedelta) -> str:
    """Write a length of time in the largest unit that leaves no rest: `2 weeks`, `36 hours`."""
    seconds = int(delta.total_seconds())
    for unit, size in _UNITS:
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}{'' if seconds == size else 's'}"
    return "0 seconds"


def _wait(node: Wait) -> str:
    if node.what is not None:
        return f"wait for {happening(node.what)}, {length(node.at_most)} at most{_whose(node)}"
    words = [length(node.length)] if node.length else []
    if node.until is not None:
        words.append(f"until {node.until:%H:%M}")
    return " ".join(("wait", *words)) + _whose(node)


def _whose(node: Wait) -> str:
    return " by their clocks" if node.clocks == "contact" else ""


def _case(case: Case) -> str:
    if case.reachable is not None:
        return f"reachable by {case.reachable.sender}"
    return case.when.text if case.when is not None else ""
