"""The rules of an organisation as people read them: what each says, and how it stands now."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from postlude.rules import library
from postlude.rules.definitions import of_json
from postlude.rules.errors import RuleBroken, UnknownRule
from postlude.rules.explaining.examining import claim_of
from postlude.rules.language import walking
from postlude.rules.models import RuleHead, RuleVersion, Switch
from postlude.rules.rule import BoundAction, BoundLeaf, Rule, SubRule
from postlude.rules.types import Clause, Edition, RuleDefinition, Sheet, Standing, Switched

_SKIPPED = frozenset({"uses"})


def sheets(org: int, *, now: datetime) -> tuple[Sheet, ...]:
    """Return every rule that is or was in force: those of today first, by flow and key."""
    heads = RuleHead.objects.filter(org=org).select_related("version")
    found = [_sheet(org, head, now) for head in heads]
    return tuple(
        sorted(found, key=lambda each: (each.retired_at is not None, each.business, each.key))
    )


def sheet(org: int, key: str, *, now: datetime) -> Sheet:
    """Return one rule. Raises UnknownRule."""
    head = RuleHead.objects.filter(org=org, key=key).select_related("version").first()
    if head is None:
        raise UnknownRule(key=key)
    return _sheet(org, head, now)


def editions(org: int, key: str) -> tuple[Edition, ...]:
    """Return the versions of a rule, the newest first, each with what it changed."""
    rows = list(RuleVersion.objects.filter(org=org, key=key).order_by("number"))
    found = []
    before: Mapping[str, Any] = {}
    for row in rows:
        said = dict(_flat(row.definition))
        changes = tuple(_changes(before, said)) if before else ()
        found.append(Edition(row.id, row.number, row.created_at, row.definition["title"], changes))
        before = said
    return tuple(reversed(found))


def switches(org: int, key: str, *, limit: int = 20) -> tuple[Switched, ...]:
    """Return who took a rule off line by hand and put it back, the newest first."""
    rows = Switch.objects.filter(org=org, rule=key).order_by("-id")[:limit]
    return tuple(Switched(row.paused, row.actor, row.at) for row in rows)


def _sheet(org: int, head: RuleHead, now: datetime) -> Sheet:
    said = of_json(head.key, head.version.definition)
    rule = _bound(org, head.version_id)
    return Sheet(
        key=head.key,
        title=said.title or head.key,
        business=said.business,
        carrier=said.carrier,
        merchant=said.merchant,
        template=said.template,
        standing=_standing(head, said, rule, now),
        starts=said.starts,
        ends=said.ends,
        paused_at=head.paused_at,
        retired_at=head.retired_at,
        priority=said.priority,
        group=said.group,
        excludes=said.excludes,
        number=head.version.number,
        conditions=_conditions(rule) if rule else (),
        gives=tuple(_gives(rule)) if rule else (),
    )


def _bound(org: int, version: int) -> Rule | None:
    try:
        return library.of_versions(org, [version]).rules[0]
    except RuleBroken:
        return None


def _standing(head: RuleHead, said: RuleDefinition, rule: Rule | None, now: datetime) -> Standing:
    if head.retired_at is not None:
        return Standing.RETIRED
    if rule is None:
        return Standing.BROKEN
    if head.paused_at is not None:
        return Standing.PAUSED
    if said.starts is not None and now < said.starts:
        return Standing.SCHEDULED
    if said.ends is not None and now >= said.ends:
        return Standing.OVER
    return Standing.ONLINE


def _conditions(rule: Rule) -> tuple[Clause, ...]:
    """Return the leaves in the order in which the template names them, each once."""
    aliases = dict.fromkeys(each.alias for each in walking.leaves(rule.template.condition))
    return tuple(_clause(alias, rule.leaves[alias], rule) for alias in aliases)


def _clause(alias: str, leaf: BoundLeaf | SubRule, home: Rule) -> Clause:
    if isinstance(leaf, SubRule):
        return Clause(alias, leaf.rule.title or leaf.rule.key, "", of_rule=leaf.rule.key)
    claim = leaf.kind.claim(leaf.params) if leaf.kind.claim else None
    words = leaf.kind.words(leaf.params, home.binding)
    return Clause(alias, words, leaf.kind.title, resource=claim.resource if claim else "")


def _gives(rule: Rule) -> Iterator[Clause]:
    for reference in walking.actions(rule.template):
        action: BoundAction = rule.actions[reference.alias]
        claim = claim_of(action)
        words = action.kind.words(action.params, rule.binding)
        resource = claim.resource if claim else ""
        yield Clause(reference.alias, words, action.kind.title, resource=resource)


def _flat(definition: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every setting under a dotted name: `where.amount.min`."""
    for name, value in definition.items():
        if name in _SKIPPED:
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif value not in (None, "", [], {}):
            yield f"{prefix}{name}", value


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield name, _shown(before.get(name)), _shown(after.get(name))


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
