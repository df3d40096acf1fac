"""Rules from text, with our own catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from postlude.rules.actions import registry as actions
from postlude.rules.authoring.binding import bind
from postlude.rules.authoring.sources import Bound, Catalogue, Source
from postlude.rules.conditions import registry as conditions
from postlude.rules.kinds import Binding
from postlude.rules.rule import Attributes, Rule

HOME = Binding("TWD", "Asia/Taipei")
OURS = Catalogue(conditions.kinds(), actions.kinds(), conditions.names(), actions.names())
# A few definitions that many tests use.
FIRST = {"kind": "first_n", "params": {"quota": "first-30"}}
SECOND = {"kind": "first_n", "params": {"quota": "next-70"}}
POINTS = {"kind": "points", "params": {"amount": 10, "worth": 100}}
COUPONS = {"kind": "coupon", "params": {"coupons": "latte", "count": 5}}


@dataclass(frozen=True)
class Tagged:
    """A flag of the member as a condition: `c` holds when the member has the tag "c"."""

    tag: str

    def definition(self, priority: int = 0) -> dict[str, Any]:
        return {"kind": "tags", "params": {"any_of": [self.tag]}, "priority": priority}


def source(
    text: str,
    conditions: Mapping[str, Any] | None = None,
    actions: Mapping[str, Any] | None = None,
    *,
    key: str = "rule",
    number: int = 1,
    attributes: Attributes | None = None,
) -> Source:
    return Source(
        key=key,
        text=text,
        binding=HOME,
        conditions=conditions or {},
        actions=actions or {},
        title=key,
        id=number,
        attributes=attributes or Attributes("top-up"),
    )


def bound(
    text: str,
    conditions: Mapping[str, Any] | None = None,
    actions: Mapping[str, Any] | None = None,
    rules: Mapping[str, Rule] | None = None,
) -> Bound:
    return bind(source(text, conditions, actions), OURS, rules)


def rule(
    text: str,
    conditions: Mapping[str, Any] | None = None,
    actions: Mapping[str, Any] | None = None,
    rules: Mapping[str, Rule] | None = None,
    **more: Any,
) -> Rule:
    """Return the rule; a mistake in it is a mistake in the test."""
    found = bind(source(text, conditions, actions, **more), OURS, rules)
    assert found.rule is not None, found.problems
    return found.rule
