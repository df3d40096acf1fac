"""A rule: a template's version with parameters for each leaf and action. Immutable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from postlude.rules.kinds import ActionKind, Binding, ConditionKind, Params
from postlude.rules.language.tree import Template


@dataclass(frozen=True, slots=True)
class BoundLeaf:
    """A leaf with its kind and its checked parameters. A higher `priority` is looked at first."""

    alias: str
    kind: ConditionKind[Params]
    params: Params
    priority: int = 0


@dataclass(frozen=True, slots=True)
class SubRule:
    """A leaf that names another rule version; it holds when that rule matches."""

    alias: str
    rule: "Rule"
    priority: int = 0


@dataclass(frozen=True, slots=True)
class BoundAction:
    alias: str
    kind: ActionKind[Params]
    params: Params


@dataclass(frozen=True, slots=True)
class Attributes:
    """What every rule has and no condition says: it chooses the candidates by index.

    `business` is the flow that asks ("top-up", "gift-card", "checkout"); `carrier` the type and id
    of the card that owns the rule, or None for a rule of the flow. Off line outside `starts` and
    `ends` (half-open, None is open). `exclusivity` is a path of groups ("sales/spring").
    """

    business: str
    carrier: tuple[str, str] | None = None
    merchant: str = ""
    online: bool = True
    starts: datetime | None = None
    ends: datetime | None = None
    priority: int = 0
    exclusivity: str = ""
    excludes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of one rule, ready to be compiled; `id` is the version's, `key` the rule's.

    `source` is the text as written. `template` is what is evaluated: the text's tree with deny
    lists hoisted out of `||`; the spans of its leaves still lie in `source`.
    """

    id: int
    key: str
    title: str
    template: Template
    source: str
    leaves: Mapping[str, BoundLeaf | SubRule]
    actions: Mapping[str, BoundAction]
    binding: Binding
    attributes: Attributes = field(default_factory=lambda: Attributes(""))
