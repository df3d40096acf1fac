"""Rules as a playbook words them, in the words of a file of rules. Pure."""

from collections.abc import Mapping
from typing import Any

from postlude.rules.types import MODES


def translated(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a playbook's rules, the scopes of its cards and its groups; other files as they are.

    `postlude apply --dry-run` checks the rest of a playbook.
    """
    if "playbook" not in data:
        return data
    rules = data.get("rules") or {}
    cards = data.get("cards") or {}
    groups = data.get("groups") or {}
    if not all(isinstance(each, Mapping) for each in (rules, cards, groups)):
        return data
    return {
        **data,
        "rules": {key: _rule(raw) for key, raw in rules.items()} | _scopes(cards),
        "groups": {path: _group(raw) for path, raw in groups.items()},
    }


def _rule(raw: Any) -> Any:
    if not isinstance(raw, Mapping) or "on" not in raw:
        return raw
    return {name: value for name, value in raw.items() if name != "on"} | {"business": raw["on"]}


def _scopes(cards: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"card:{slug}": {**card["scope"], "business": "gift-card", "carrier": slug}
        for slug, card in cards.items()
        if isinstance(card, Mapping) and isinstance(card.get("scope"), Mapping)
    }


def _group(raw: Any) -> Any:
    if not isinstance(raw, Mapping) or "choose" not in raw:
        return raw
    mode = MODES.get(raw["choose"], raw["choose"])
    return {"mode": str(mode), "at_most": raw.get("at_most")}
