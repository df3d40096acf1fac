"""Definitions as the binder wants them: parameters apart from what else is said of a name. Pure."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from postlude.rules.actions import registry as actions
from postlude.rules.authoring.sources import Catalogue, Source
from postlude.rules.conditions import registry as conditions
from postlude.rules.kinds import Binding
from postlude.rules.language import walking
from postlude.rules.language.parsing import parse
from postlude.rules.rule import Attributes
from postlude.rules.types import RuleDefinition

_APART = ("kind", "priority", "rule")
CARRIED = "*"  # every card of a type; a card names the versions that it was sold with


@cache
def catalogue() -> Catalogue:
    """Return every kind that is installed, by all its names."""
    return Catalogue(conditions.kinds(), actions.kinds(), conditions.names(), actions.names())


def source(rule: RuleDefinition, version: int = 0, *, online: bool = True) -> Source:
    """Return a definition in the binder's shape."""
    template = parse(rule.template).template
    leaves = {each.alias for each in walking.leaves(template.condition)} if template else set()
    acts = {each.alias for each in walking.actions(template)} if template else set()
    return Source(
        key=rule.key,
        text=rule.template,
        binding=Binding(rule.currency, rule.zone),
        conditions=_defined(rule.where, _among(rule.names, leaves)),
        actions=_defined(rule.give, _among(rule.names, acts)),
        title=rule.title,
        id=version,
        attributes=Attributes(
            business=rule.business,
            carrier=(rule.carrier, CARRIED) if rule.carrier else None,
            merchant=rule.merchant,
            online=online,
            starts=rule.starts,
            ends=rule.ends,
            priority=rule.priority,
            exclusivity=rule.group,
            excludes=frozenset(rule.excludes),
        ),
    )


def _among(names: Mapping[str, str], used: set[str]) -> dict[str, str]:
    return {alias: kind for alias, kind in names.items() if alias in used}


def _defined(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    named = {alias: {"kind": kind} for alias, kind in names.items()}
    return named | {alias: _one(said, names.get(alias)) for alias, said in given.items()}


def _one(said: Any, kind: str | None) -> Any:
    """A name's own words stand before the parameters, so both may be written side by side."""
    if not isinstance(said, Mapping):
        return said
    apart = {name: value for name, value in said.items() if name in _APART}
    if "rule" in apart:
        return apart
    params = {name: value for name, value in said.items() if name not in _APART}
    return ({"kind": kind} if kind else {}) | apart | {"params": params}
