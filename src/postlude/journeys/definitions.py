"""A definition to JSON and back, and what can be wrong with it. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from postlude.journeys.types import (
    AdditionNode,
    FilterNode,
    GrantNode,
    JourneyDefinition,
    Node,
    NoticeNode,
    Schedule,
    SendNode,
    WaitNode,
)

_KINDS: Mapping[str, type[Any]] = {
    "filter": FilterNode,
    "grant": GrantNode,
    "wait_for_grants": WaitNode,
    "send": SendNode,
    "addition": AdditionNode,
    "notice": NoticeNode,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_DURATIONS = {"timeout", "deadline", "patience"}
_TUPLES = {"kinds", "events", "ticket_types"}
SCHEDULE = "schedule"
TRIGGERS = ("ticket.paid", SCHEDULE)


def problems(definition: JourneyDefinition) -> list[str]:
    """Return what is wrong, in words."""
    names = [node.name for node in definition.nodes]
    found = [
        f"{name}: the name is used twice" for name in sorted(set(names)) if names.count(name) > 1
    ]
    if definition.trigger not in TRIGGERS:
        found.append(f"trigger: {definition.trigger!r} is not known; use {', '.join(TRIGGERS)}")
    if not definition.nodes:
        found.append("nodes: there are none")
    kinds = [_NAMES[type(node)] for node in definition.nodes]
    if kinds.count("send") > 1:
        found.append("send: there may be one send node only")
    found += _of_schedule(definition, kinds)
    for needed, after in (("grant", "wait_for_grants"), ("send", "addition")):
        if after in kinds and (needed not in kinds or kinds.index(needed) > kinds.index(after)):
            found.append(f"{after}: a {needed} node must come before it")
    for node in definition.nodes:
        if isinstance(node, SendNode | AdditionNode | NoticeNode):
            found += _of_send(node)
        if isinstance(node, WaitNode) and node.timeout <= timedelta(0):
            found.append(f"{node.name}: the time-out must be longer than nothing")
    return found


def _of_schedule(definition: JourneyDefinition, kinds: Sequence[str]) -> list[str]:
    """A time starts exactly one mail, to the holders of conferences that are named."""
    schedule = definition.schedule
    if definition.trigger != SCHEDULE:
        found = ["notice: only a schedule sends one"] if "notice" in kinds else []
        return [*found, "schedule: a sale starts this journey"] if schedule else found
    found = []
    if schedule is None or (schedule.at is None) == (schedule.before_start is None):
        found.append("schedule: say either `at` or `before_start`")
    if kinds != ["notice"]:
        found.append("nodes: a schedule sends exactly one notice")
    if not definition.conferences:
        found.append("conferences: name the one whose holders get it")
    return found


def _of_send(node: SendNode | AdditionNode | NoticeNode) -> list[str]:
    found = []
    if not node.templates:
        found.append(f"{node.name}: name at least one template")
    if not node.sender:
        found.append(f"{node.name}: name a sender")
    if node.deadline <= timedelta(0):
        found.append(f"{node.name}: the deadline must be longer than nothing")
    return found


def to_json(definition: JourneyDefinition) -> dict[str, Any]:
    """Return the definition as JSON can hold it."""
    nodes = [{"do": _NAMES[type(node)], **_plain(asdict(node))} for node in definition.nodes]
    whole = asdict(definition)
    del whole["schedule"]
    if definition.schedule is not None:  # left out otherwise: older digests stay what they were
        whole["schedule"] = _schedule_out(definition.schedule)
    return {**whole, "conferences": list(definition.conferences), "nodes": nodes}


def from_json(data: Mapping[str, Any]) -> JourneyDefinition:
    """Return the definition that `to_json` wrote."""
    nodes = tuple(_node(each) for each in data["nodes"])
    special = {"nodes", "conferences", "schedule"}
    rest = {key: value for key, value in data.items() if key not in special}
    schedule = _schedule_in(data["schedule"]) if "schedule" in data else None
    conferences = tuple(data["conferences"])
    return JourneyDefinition(nodes=nodes, conferences=conferences, schedule=schedule, **rest)


def digest(definition: JourneyDefinition) -> str:
    """Return what tells two definitions apart; whether it is active does not count."""
    data = {**to_json(definition), "active": True}
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _schedule_out(schedule: Schedule) -> dict[str, Any]:
    if schedule.at is not None:
        return {"at": schedule.at.isoformat()}
    before = schedule.before_start
    return {"before_start": before.total_seconds() if before is not None else None}


def _schedule_in(data: Mapping[str, Any]) -> Schedule:
    if "at" in data:
        return Schedule(at=datetime.fromisoformat(data["at"]))
    return Schedule(before_start=timedelta(seconds=data["before_start"]))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value.total_seconds()
        if isinstance(value, timedelta)
        else list(value)
        if isinstance(value, tuple)
        else dict(value)
        if isinstance(value, Mapping)
        else value
        for key, value in values.items()
    }


def _node(data: Mapping[str, Any]) -> Node:
    values = {key: _rich(key, value) for key, value in data.items() if key != "do"}
    node: Node = _KINDS[data["do"]](**values)
    return node


def _rich(key: str, value: Any) -> Any:
    if key in _DURATIONS:
        return timedelta(seconds=value)
    return tuple(value) if key in _TUPLES else value
