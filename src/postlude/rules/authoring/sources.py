"""What an author gives, and what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from postlude.rules.kinds import ActionKind, Binding, ConditionKind
from postlude.rules.language.spans import Problem, Severity
from postlude.rules.rule import Attributes, Rule


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The kinds there are, by name, and other names for them.

    `condition_names` and `action_names` are what a business calls a kind ("实付金额" is
    "paid_amount"); a kind's own name is always known.
    """

    conditions: Mapping[str, ConditionKind[Any]]
    actions: Mapping[str, ActionKind[Any]]
    condition_names: Mapping[str, str] = field(default_factory=dict)
    action_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A rule as it is written: a template's text, and for each alias what it means.

    A condition's definition is a mapping of `params`, and if needed `kind` and `priority`; or of
    `rule` (another rule's key) and `priority`, for a sub-rule. An action's is of `params` and
    `kind`. An alias without a definition has no parameters.
    """

    key: str
    text: str
    binding: Binding
    conditions: Mapping[str, Any] = field(default_factory=dict)
    actions: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    id: int = 0
    attributes: Attributes = field(default_factory=lambda: Attributes(""))


@dataclass(frozen=True, slots=True)
class Bound:
    """The rule, or None when a problem is an error. Pointers start at the source's mappings."""

    rule: Rule | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(each for each in self.problems if each.severity is Severity.ERROR)


def pointer(*steps: object) -> str:
    """Return a JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
