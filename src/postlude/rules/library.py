"""The rules in force, compiled: read once for each publishing, kept in the process."""

from collections.abc import Sequence
from dataclasses import dataclass

from postlude.rules.authoring.binding_all import bind_all
from postlude.rules.compiling.ruleset import RuleSet, compiled
from postlude.rules.definitions import of_json, uses
from postlude.rules.errors import RuleBroken, UnknownRule
from postlude.rules.models import RuleBook, RuleHead, RuleVersion
from postlude.rules.rule import Rule
from postlude.rules.sourcing import catalogue, source


@dataclass(frozen=True, slots=True)
class Shelf:
    """The number of a publishing, and what it put into force. `number` 0: nothing yet."""

    number: int
    groups: dict[str, dict[str, object]]


EMPTY = Shelf(0, {})


def shelf(org: int) -> Shelf:
    """Return the organisation's number of publishing and its groups; one row read."""
    row = RuleBook.objects.filter(org=org).values_list("number", "groups").first()
    return Shelf(*row) if row else EMPTY


def in_force(org: int, business: str) -> tuple[RuleSet, Shelf]:
    """Return the rules of a flow that are in force, on line or not: the moment decides that."""
    here = shelf(org)
    return compiled((org, business, here.number), lambda: _flow(org, business)), here


def of_versions(org: int, versions: Sequence[int]) -> RuleSet:
    """Return exactly these versions, whatever is in force now: what a card was sold with.

    Raises UnknownRule when one of them is not this organisation's.
    """
    wanted = tuple(sorted(versions))
    return compiled((org, wanted), lambda: _versions(org, wanted))


def rule(org: int, key: str) -> Rule:
    """Return the version of a rule that is in force. Raises UnknownRule."""
    head = RuleHead.objects.filter(org=org, key=key).values_list("version", flat=True).first()
    if head is None:
        raise UnknownRule(key=key)
    return of_versions(org, [head]).rules[0]


def version_of(org: int, key: str) -> int | None:
    """Return the version that is in force, or None."""
    found = RuleHead.objects.filter(org=org, key=key, retired_at=None)
    return found.values_list("version", flat=True).first()


def _flow(org: int, business: str) -> list[Rule]:
    heads = RuleHead.objects.filter(org=org, retired_at=None).select_related("version")
    online = {head.version_id: head.paused_at is None for head in heads}
    bound = _bound([head.version for head in heads], online)
    return [
        each
        for each in bound
        if each.attributes.business == business and each.attributes.carrier is None
    ]


def _versions(org: int, wanted: Sequence[int]) -> list[Rule]:
    rows = list(RuleVersion.objects.filter(org=org, id__in=wanted))
    if len(rows) < len(wanted):
        raise UnknownRule(key=min(set(wanted) - {row.id for row in rows}))
    return _bound(rows, {})


def _bound(versions: Sequence[RuleVersion], online: dict[int, bool]) -> list[Rule]:
    """Bind stored versions, each with the sub-rules that it was published with.

    They were checked then; a kind may be gone since. Such a rule is broken: it is never quietly
    left out.
    """
    rules: list[Rule] = []
    for row in sorted(versions, key=lambda each: each.key):
        mine = of_json(row.key, row.definition)
        sources = {key: source(each) for key, each in uses(row.definition).items()}
        sources[row.key] = source(mine, row.id, online=online.get(row.id, True))
        bound = bind_all(sources, catalogue())[row.key]
        if bound.rule is None:
            raise RuleBroken(key=row.key, problem=bound.errors[0].message)
        rules.append(bound.rule)
    return rules
