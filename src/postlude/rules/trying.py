"""Trying one rule out: what it says of an invented sale, leaf by leaf; nothing is held."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from postlude.rules import library
from postlude.rules.explaining.examining import action_key
from postlude.rules.explaining.outcomes import Branch
from postlude.rules.explaining.traces import Group, Join, LeafTrace, Trace
from postlude.rules.explaining.verdicts import Peek
from postlude.rules.ordering import scenes
from postlude.rules.ordering.deciding import Scene
from postlude.rules.reasons import reasons
from postlude.rules.rule import Rule
from postlude.rules.types import Ask

__all__ = ("Branch", "Group", "Join", "LeafTrace", "Trace", "Tried", "try_rule")


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rule says by itself, off line or not; which of several win is for the preview.

    `verdict` is the condition's; with it true nothing may follow all the same, when the stock of an
    action is empty: `stocks` are (action, words, why it cannot be had or "") of those that take
    something. `nearest` says what would have to be different, None when nothing can make it hold.
    """

    verdict: bool | None
    branch: Branch
    trace: Group
    gives: tuple[str, ...]
    stocks: tuple[tuple[str, str, str], ...]
    nearest: tuple[str, ...] | None


def try_rule(
    org: int, key: str, ask: Ask, *, now: datetime, may_see_personal: bool = False
) -> Tried:
    """Explain the newest version of a rule as if it were asked at `now`. Raises UnknownRule.

    Of what is scarce it tells what is left now, in the window in which `now` lies.
    """
    rule = library.rule(org, key)
    scene = Scene(library.of_versions(org, [rule.id]), {})
    context = scenes.context_of(org, ask, scene, now)
    found = reasons(
        org,
        scene.examined[rule.id],
        context,
        contact=ask.contact,
        now=now,
        may_see_personal=may_see_personal,
    )
    return Tried(
        found.verdict,
        found.outcome.branch,
        found.trace,
        tuple(each.kind.words(each.params, rule.binding) for each in found.outcome.actions),
        tuple(_stocks(rule, found.peeks)),
        found.nearest,
    )


def _stocks(rule: Rule, peeks: Mapping[str, Peek]) -> Iterator[tuple[str, str, str]]:
    """Yield the actions that take something scarce, and why they cannot."""
    for alias, action in rule.actions.items():
        seen = peeks.get(action_key(alias))
        if seen is not None:
            yield alias, action.kind.words(action.params, rule.binding), seen.detail
