"""A rule as it is written down: what a playbook gives, what a version stores. Pure."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from postlude.rules.types import Params, RuleDefinition


def as_json(rule: RuleDefinition) -> dict[str, Any]:
    """Return what is stored; `of_json` gives the same definition back."""
    return {
        "title": rule.title,
        "business": rule.business,
        "template": rule.template,
        "where": _plain(rule.where),
        "give": _plain(rule.give),
        "names": dict(rule.names),
        "carrier": rule.carrier,
        "merchant": rule.merchant,
        "starts": rule.starts.isoformat() if rule.starts else None,
        "ends": rule.ends.isoformat() if rule.ends else None,
        "priority": rule.priority,
        "group": rule.group,
        "excludes": sorted(rule.excludes),
        "currency": rule.currency,
        "zone": rule.zone,
    }


def with_uses(rule: RuleDefinition, others: Mapping[str, RuleDefinition]) -> dict[str, Any]:
    """Return what is stored of a rule together with the sub-rules that it names, all the way down.

    So a version says everything by itself: a sub-rule that changes makes a new version of whoever
    names it, and what an order or a card was promised stays.
    """
    named: dict[str, Any] = {}
    waiting = [rule]
    while waiting:
        for key in _sub_rules(waiting.pop()):
            if key in others and key not in named and key != rule.key:
                named[key] = as_json(others[key])
                waiting.append(others[key])
    return as_json(rule) | ({"uses": named} if named else {})


def uses(stored: Mapping[str, Any]) -> dict[str, RuleDefinition]:
    """Return the sub-rules that a stored rule carries with it."""
    return {key: of_json(key, each) for key, each in stored.get("uses", {}).items()}


def of_json(key: str, stored: Mapping[str, Any]) -> RuleDefinition:
    """Read a stored definition."""
    read: dict[str, Any] = {name: value for name, value in stored.items() if name != "uses"}
    for name in ("starts", "ends"):
        read[name] = datetime.fromisoformat(read[name]) if read[name] else None
    read["excludes"] = tuple(read["excludes"])
    return RuleDefinition(key=key, **read)


def digest(stored: Mapping[str, Any]) -> str:
    """Return a fingerprint of a stored definition: the same words, the same version."""
    text = json.dumps(stored, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(given: Mapping[str, Params]) -> dict[str, Any]:
    """What a playbook says of a name may be no mapping at all; the binder tells it so."""
    return {
        alias: dict(said) if isinstance(said, Mapping) else said for alias, said in given.items()
    }


def _sub_rules(rule: RuleDefinition) -> list[str]:
    found = [said.get("rule") for said in rule.where.values() if isinstance(said, Mapping)]
    return [key for key in found if isinstance(key, str)]
