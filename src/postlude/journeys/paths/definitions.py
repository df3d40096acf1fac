"""A path to JSON and back, what its steps lead to, and what it listens to. Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from postlude.journeys.paths.types import (
    Branch,
    End,
    Happening,
    Heard,
    News,
    Node,
    Path,
    Rotate,
    Selected,
    Topic,
    Wait,
)
from postlude.journeys.recurring.types import Condition

_FORM = TypeAdapter(Path)


def to_json(path: Path) -> dict[str, Any]:
    """Return the path as JSON can hold it."""
    found: dict[str, Any] = _FORM.dump_python(path, mode="json")
    for node in found["nodes"]:  # the same as before a wait could say it
        if node["does"] == "wait" and node["clocks"] == "organisation":
            del node["clocks"]
    return found


def from_json(data: Mapping[str, Any]) -> Path:
    """Return the path that `to_json` wrote."""
    return _FORM.validate_python(dict(data))


def is_path(data: Mapping[str, Any]) -> bool:
    """Say whether a stored version is one in steps: a journey may have been another kind before."""
    return isinstance(data.get("trigger"), dict)


def digest(path: Path) -> str:
    """Return what tells two of them apart; whether it is active does not count."""
    data = to_json(replace(path, active=True))
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def asked(trigger: Selected) -> str:
    """Return what tells two conditions apart by which people are looked for."""
    data = TypeAdapter(Condition).dump_python(trigger.who, mode="json")
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def nexts(node: Node) -> tuple[str, ...]:
    """Return where a node may lead, "" being the end."""
    if isinstance(node, End):
        return ()
    if isinstance(node, Branch):
        return (*(case.then for case in node.cases), node.then)
    if isinstance(node, Rotate):
        return tuple(turn.then for turn in node.turns)
    if isinstance(node, Wait) and node.what is not None:
        return (node.then, node.otherwise)
    return (node.then,)


def awaited(path: Path) -> Iterator[Happening]:
    """Yield what may bring a walk on, or end it."""
    if path.goal is not None:
        yield path.goal
    for node in path.nodes:
        if isinstance(node, Wait) and node.what is not None:
            yield node.what


def starts(path: Path, topic: Topic) -> bool:
    """Say whether news of this topic may start the path."""
    return isinstance(path.trigger, News) and path.trigger.what.topic is topic


def fits(what: Happening, heard: Heard) -> bool:
    """Say whether what was heard is what is meant."""
    chosen = (
        ("name", (what.name,) if what.name else ()),
        ("kind", what.kinds),
        ("source", what.sources),
        ("conference", what.conferences),
    )
    return what.topic is heard.topic and all(
        not wanted or heard.about.get(name) in wanted for name, wanted in chosen
    )
