"""Trying one rule out: what it says of an invented sale, leaf by leaf; nothing is held."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from postlude.rewards import api as rewards
from postlude.rewards.types.reservations import Claim
from postlude.rules import library
from postlude.rules.explaining.examining import Examined, action_key
from postlude.rules.explaining.nearest import nearest_miss
from postlude.rules.explaining.outcomes import Branch
from postlude.rules.explaining.showing import Reader
from postlude.rules.explaining.traces import Group, Join, LeafTrace, Trace, explain
from postlude.rules.explaining.verdicts import Peek
from postlude.rules.ordering import scenes
from postlude.rules.ordering.deciding import Scene
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
    examined = Examined(rule)
    peeks = {name: _peek(org, spec, ask.contact, now) for name, spec in _claims(examined)}
    reader = Reader(may_see_personal=may_see_personal)
    said = explain(examined, context, peeks, reader=reader)
    miss = nearest_miss(examined, context, peeks, reader=reader)
    if said.trace is None:
        raise AssertionError("the full level has a trace")
    actions = said.outcome.actions
    return Tried(
        said.verdict,
        said.outcome.branch,
        said.trace,
        tuple(each.kind.words(each.params, rule.binding) for each in actions),
        tuple(_stocks(rule, peeks)),
        None if miss is None else tuple(flip.words for flip in miss.flips),
    )


def _stocks(rule: Rule, peeks: Mapping[str, Peek]) -> Iterator[tuple[str, str, str]]:
    """Yield the actions that take something scarce, and why they cannot."""
    for alias, action in rule.actions.items():
        seen = peeks.get(action_key(alias))
        if seen is not None:
            yield alias, action.kind.words(action.params, rule.binding), seen.detail


def _claims(examined: Examined) -> list[tuple[str, Claim]]:
    claims = examined.claims.items()
    return [(key, Claim(spec.resource, spec.quantity)) for key, spec in claims]


def _peek(org: int, claim: Claim, contact: int | None, now: datetime) -> Peek:
    looked = rewards.peek(org, [claim], contact, now)
    return Peek(looked.available, looked.refusals[0].reason.value if looked.refusals else "")
